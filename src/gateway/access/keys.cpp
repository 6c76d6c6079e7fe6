#include "gateway/access/keys.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "base/hash.h"

namespace retort::gateway {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::string_view presented(const Headers& headers) {
    const std::string_view bearer = find_header(headers, "Authorization");
    if (bearer.size() > kBearer.size() && same_name(bearer.substr(0, kBearer.size()), kBearer))
        return bearer.substr(kBearer.size());
    return find_header(headers, "Api-Key");
}

ApiError limited(const KeyOptions& options, const char* what, double wait_s) {
    ApiError out;
    out.status = 429;
    out.type = "rate_limit_error";
    out.code = "rate_limit_exceeded";
    out.message = fmt::format("the key \"{}\" has had its {}", options.name, what);
    out.retry_after_s = wait_s;
    return out;
}

}  // namespace

std::optional<ApiError> Key::may_ask(Time now) {
    if (options_.concurrent > 0 && under_way_ >= options_.concurrent)
        return limited(options_, "requests at one time", 1);
    if (const double wait = requests_.wait_for(1, now); wait > 0)
        return limited(options_, "requests of this minute", wait);
    if (const double wait = tokens_.wait_for(1, now); wait > 0) return limited(options_, "tokens of this minute", wait);
    return std::nullopt;
}

Key::Use::Use(std::shared_ptr<Key> key, Time now) : key_(std::move(key)) {
    key_->requests_.take(1, now);
    ++key_->under_way_;
}

ApiError unknown_key() {
    ApiError out = bad_request("this key is not known here: expected Authorization: Bearer KEY");
    out.status = 401;
    out.code = "invalid_api_key";
    return out;
}

void Keys::replace(std::vector<KeyOptions> options) {
    std::vector<std::shared_ptr<Key>> next;
    for (KeyOptions& one : options) {
        const auto same =
            std::find_if(keys_.begin(), keys_.end(), [&](const auto& known) { return known->options() == one; });
        next.push_back(same != keys_.end() ? *same : std::make_shared<Key>(std::move(one)));
    }
    keys_ = std::move(next);
}

std::shared_ptr<Key> Keys::find(const Headers& headers) const {
    const std::string_view key = presented(headers);
    std::shared_ptr<Key> out;
    if (key.empty()) return out;  // nothing has a hash as well
    const std::string hash = sha256_hex(key);
    for (const auto& one : keys_)
        if (CRYPTO_memcmp(one->options().sha256.data(), hash.data(), hash.size()) == 0) out = one;
    return out;
}

}  // namespace retort::gateway

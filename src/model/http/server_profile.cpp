#include "model/http/server_profile.h"

#include <fmt/format.h>

#include "model/http/json_text.h"

namespace retort {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::size_t kMostBytes = std::size_t{4} << 20;
constexpr std::size_t kMostModels = 2000;

std::string_view host_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find('/'));
    if (const std::size_t user = url.rfind('@'); user != std::string_view::npos) url.remove_prefix(user + 1);
    if (url.starts_with('[')) return url.substr(1, url.find(']') - 1);
    return url.substr(0, url.find(':'));
}

std::int64_t context_of(const json& entry) {
    const std::int64_t vllm = count_member(entry, "max_model_len");
    return vllm > 0 ? vllm : count_member(member(entry, "meta"), "n_ctx");
}

std::string why_silent(const HttpResult& result) {
    if (result.failure == HttpFailure::refused) return "nothing answers there";
    if (result.failure != HttpFailure::none) return "GET /models did not answer in time";
    return fmt::format("GET /models answered {}", result.head.status);
}

}  // namespace

std::chrono::milliseconds probe_bound(std::string_view url) {
    const std::string_view host = host_of(url);
    return host == "localhost" || host == "::1" || host.starts_with("127.") ? 250ms : 3000ms;
}

std::string server_root(std::string_view base_url) {
    while (base_url.ends_with('/')) base_url.remove_suffix(1);
    if (base_url.ends_with("/v1")) base_url.remove_suffix(3);
    return std::string(base_url);
}

ServerProfile profile_from_models(std::string_view body, std::string_view model) {
    ServerProfile out;
    out.answered = true;
    const json reply = parse_json(body);
    const json& data = member(reply, "data");
    if (!data.is_array()) {
        out.note = "GET /models lists nothing";
        return out;
    }
    for (const json& entry : data) {
        const std::string id = string_member(entry, "id");
        if (id.empty() || out.models.size() >= kMostModels) continue;
        out.models.push_back(id);
        if (out.models.size() == 1) out.dialect = dialect_owned_by(string_member(entry, "owned_by"));
        // A server with one model answers for it under any name.
        if (id == model || data.size() == 1) out.context = context_of(entry);
    }
    return out;
}

Task<ServerProfile> probe_server(HttpClient& client, ProbeOptions options, std::stop_token stop) {
    if (host_of(options.base_url) == "api.openai.com") {
        ServerProfile known;
        known.dialect = *dialect_named("openai");
        known.answered = true;
        co_return known;
    }
    HttpRequest request;
    request.url = options.base_url + "/models";
    request.headers = std::move(options.headers);
    request.timeouts.total = options.bound.count() > 0 ? options.bound : probe_bound(options.base_url);
    request.max_bytes = kMostBytes;
    std::string body;
    OnBody on_body = [&body](const HttpHead&, std::string_view chunk) {
        body.append(chunk);
        return BodyVerdict::more;
    };
    const HttpResult result = co_await client.send(std::move(request), std::move(on_body), std::move(stop));
    if (result.failure == HttpFailure::none && result.head.status == 200)
        co_return profile_from_models(body, options.model);
    ServerProfile unknown;
    unknown.answered = result.head.status > 0;
    unknown.note = why_silent(result);
    const bool nobody = result.failure == HttpFailure::refused || result.failure == HttpFailure::handshake;
    unknown.settled = !nobody && result.head.status != 503;
    co_return unknown;
}

}  // namespace retort

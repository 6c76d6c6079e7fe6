#include "train/tinker/completions.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "train/tinker/json_stream.h"

namespace retort::train::tinker {
namespace {

constexpr std::string_view kNamedId = "token_id:";
constexpr std::size_t kLongestReason = 64;  // bytes

std::optional<TokenId> token_of(double value) {
    const bool fits = value >= 0 && value <= std::numeric_limits<TokenId>::max();
    if (!fits || value != static_cast<double>(static_cast<TokenId>(value))) return std::nullopt;
    return static_cast<TokenId>(value);
}

std::optional<TokenId> token_of(std::string_view name) {
    if (!name.starts_with(kNamedId)) return std::nullopt;
    name.remove_prefix(kNamedId.size());
    TokenId out = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), out);
    if (failed != std::errc() || end != name.data() + name.size() || out < 0) return std::nullopt;
    return out;
}

// Takes the answer apart as it is read. The place of a value is the keys of what it stands in.
class Reader : public JsonEvents {
  public:
    explicit Reader(std::string& why) : why_(why) {}

    bool null() override { return true; }
    bool boolean(bool) override { return true; }

    bool number(double value) override {
        if (is_list({"choices", "token_ids"})) return id(token_of(value), ids_);
        if (is_list({"choices", "logprobs", "token_logprobs"})) return logprob(value);
        if (!is_object({"choices", "logprobs", "content"})) return true;
        if (key_ == "id") return id(token_of(value), named_ids_);
        return key_ != "logprob" || logprob(value);
    }

    bool string(std::string value) override {
        if (is_object({"choices"}) && key_ == "finish_reason") reason_ = value.substr(0, kLongestReason);
        // A text of its own where ids stand elsewhere.
        if (is_list({"choices", "logprobs", "tokens"}) && value.starts_with(kNamedId))
            return id(token_of(value), named_ids_);
        return true;
    }

    bool key(std::string value) override {
        key_ = std::move(value);
        return true;
    }

    bool begin(bool list) override {
        const bool element = !levels_.empty() && levels_.back().list;
        levels_.push_back({element ? std::string() : std::exchange(key_, {}), list});
        if (!list && is_object({"choices"})) ++choices_;
        return true;
    }

    bool end() override {
        levels_.pop_back();
        key_.clear();
        return true;
    }

    std::optional<SampledSequence> take() {
        if (choices_ != 1) {
            why_ = fmt::format("expected one choice, found {}", choices_);
            return std::nullopt;
        }
        SampledSequence out{std::move(reason_), std::move(ids_), std::move(logprobs_)};
        if (out.tokens.empty()) out.tokens = std::move(named_ids_);
        if (!out.tokens.empty()) return out;
        why_ = "it says no ids of tokens: the server has to know return_token_ids or return_tokens_as_token_ids";
        return std::nullopt;
    }

  private:
    struct Level {
        std::string key;  // under which it stands; an element of a list has none
        bool list = false;
    };

    bool is_object(std::initializer_list<std::string_view> keys) const {
        return !levels_.empty() && !levels_.back().list && stands_in(keys);
    }
    bool is_list(std::initializer_list<std::string_view> keys) const {
        return !levels_.empty() && levels_.back().list && stands_in(keys);
    }

    // The keys on the way, elements of lists passed over.
    bool stands_in(std::initializer_list<std::string_view> keys) const {
        auto wanted = keys.begin();
        for (const Level& level : levels_) {
            if (level.key.empty()) continue;
            if (wanted == keys.end() || level.key != *wanted) return false;
            ++wanted;
        }
        return wanted == keys.end();
    }

    bool id(std::optional<TokenId> token, std::vector<TokenId>& into) {
        if (!token) why_ = "an id is no token";
        if (token) into.push_back(*token);
        return token.has_value();
    }

    bool logprob(double value) {
        logprobs_.push_back(static_cast<float>(value));
        return true;
    }

    std::string& why_;
    std::vector<Level> levels_;
    std::string key_;
    std::size_t choices_ = 0;
    std::string reason_;
    std::vector<TokenId> ids_;
    std::vector<TokenId> named_ids_;  // among the log-probabilities
    std::vector<float> logprobs_;
};

}  // namespace

std::string completion_body(std::string_view model, std::span<const TokenId> prompt, std::span<const TokenId> ends,
                            const SampleParameters& parameters) {
    nlohmann::json out{{"model", model},
                       {"prompt", prompt},
                       {"max_tokens", parameters.max_tokens},
                       {"temperature", parameters.temperature},
                       {"top_p", parameters.top_p},
                       {"top_k", -1},
                       {"min_p", 0},
                       {"presence_penalty", 0},
                       {"frequency_penalty", 0},
                       {"repetition_penalty", 1},
                       {"seed", parameters.seed},
                       {"stop_token_ids", ends},
                       {"logprobs", 1},
                       {"return_token_ids", true},
                       {"return_tokens_as_token_ids", true},
                       {"skip_special_tokens", false}};
    return out.dump();
}

std::optional<SampledSequence> read_completion(std::string_view body, std::string& why) {
    why.clear();
    Reader reader(why);
    if (!read_json(body, reader, why)) {
        if (why.empty()) why = "it cannot be read";
        return std::nullopt;
    }
    return reader.take();
}

}  // namespace retort::train::tinker

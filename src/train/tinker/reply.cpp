#include "train/tinker/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/http/json_text.h"
#include "train/tinker/json_stream.h"

namespace retort::train::tinker {
namespace {

constexpr std::size_t kLongestWord = 4096;  // bytes
constexpr std::size_t kMostWords = 64;
constexpr std::size_t kLongestDetail = 500;  // bytes
constexpr double kLargestCount = 1e12;       // of tokens or ranks
constexpr float kRounding = 1e-3F;           // by which a log-probability of a certain token may be above 0

// A number of things; none where it cannot be one.
std::optional<std::int64_t> count(double value) {
    if (!(value >= 0 && value <= kLargestCount) || value != std::floor(value)) return std::nullopt;
    return static_cast<std::int64_t>(value);
}

// Takes an answer apart as it is read. A place is the keys on the way to it, "[]" for an element of a list.
class Reader : public JsonEvents {
  public:
    explicit Reader(std::string& why) : why_(why) {}

    bool null() override { return true; }
    bool boolean(bool value) override {
        if (levels_.size() == 1 && reply_.words.size() < kMostWords) reply_.words[key_] = value ? "true" : "false";
        if (in_served() && key_ == "trainable") served_.trainable = value;
        if (in_served() && key_ == "sampleable") served_.sampleable = value;
        return true;
    }
    bool number(double value) override {
        switch (into_) {
            case Into::tokens:
                return token(value);
            case Into::sampled_logprobs:
                reply_.sequences.back().logprobs.push_back(static_cast<float>(value));
                return true;
            case Into::logprobs:
                reply_.logprobs.back().push_back(static_cast<float>(value));
                return true;
            case Into::nothing:
                if (levels_.size() == 1 && reply_.numbers.size() < kMostWords) reply_.numbers[key_] = value;
                break;
        }
        if (levels_.size() == 2 && key_at(1) == "metrics" && reply_.metrics.size() < kMostWords)
            reply_.metrics[key_] = value;
        if (levels_.size() == 2 && key_at(1) == "lora_config" && key_ == "rank") reply_.rank = count(value);
        if (in_served() && key_ == "max_context_length") served_.max_context = count(value);
        return true;
    }
    bool string(std::string value) override { return text(value); }
    bool key(std::string value) override {
        key_ = std::move(value);
        return true;
    }
    bool begin(bool list) override {
        levels_.push_back({std::exchange(key_, {}), list});
        into_ = list ? list_of() : Into::nothing;
        if (list && is_losses()) reply_.has_losses = true;
        if (!list) began();
        return true;
    }
    bool end() override {
        if (in_served() && !served_.name.empty() && reply_.models.size() < kMostWords)
            reply_.models.push_back(std::move(served_));
        levels_.pop_back();
        key_.clear();
        into_ = Into::nothing;
        return true;
    }

    Reply take() { return std::move(reply_); }

  private:
    struct Level {
        std::string key;  // under which it stands
        bool list = false;
    };

    // Where numbers go that come by the thousand, settled once a list.
    enum class Into { nothing, tokens, sampled_logprobs, logprobs };

    std::string_view key_at(std::size_t depth) const {
        return depth < levels_.size() ? std::string_view(levels_[depth].key) : std::string_view();
    }

    // An object begins: an element of a list that is kept, or the metrics.
    void began() {
        const std::size_t depth = levels_.size();
        if (depth == 3 && key_at(1) == "loss_fn_outputs") reply_.logprobs.emplace_back();
        if (depth == 3 && key_at(1) == "sequences") reply_.sequences.emplace_back();
        if (depth == 2 && key_at(1) == "metrics") reply_.has_metrics = true;
        if (in_served()) served_ = {};
    }

    // An element of the models that a server has.
    bool in_served() const { return levels_.size() == 3 && !levels_.back().list && key_at(1) == "supported_models"; }

    // levels_[0] is the answer itself, [1] the list, [2] its element.
    Into list_of() const {
        const std::size_t depth = levels_.size();
        if (depth == 4 && key_at(1) == "sequences" && !reply_.sequences.empty()) {
            if (key_at(3) == "tokens") return Into::tokens;
            if (key_at(3) == "logprobs") return Into::sampled_logprobs;
        }
        if (depth == 5 && key_at(1) == "loss_fn_outputs" && key_at(3) == "logprobs" && key_at(4) == "data" &&
            !reply_.logprobs.empty())
            return Into::logprobs;
        return Into::nothing;
    }

    bool is_losses() const {
        return levels_.size() == 5 && key_at(1) == "loss_fn_outputs" && key_at(3) == "elementwise_loss";
    }

    bool token(double value) {
        const bool fits = value >= 0 && value <= std::numeric_limits<TokenId>::max();
        if (!fits || value != static_cast<double>(static_cast<TokenId>(value))) {
            why_ = fmt::format("{} is no token", value);
            return false;
        }
        reply_.sequences.back().tokens.push_back(static_cast<TokenId>(value));
        return true;
    }

    bool text(const std::string& value) {
        const std::size_t depth = levels_.size();
        if (depth == 1 && value.size() <= kLongestWord && reply_.words.size() < kMostWords) reply_.words[key_] = value;
        if (depth == 3 && key_ == "stop_reason" && key_at(1) == "sequences" && value.size() <= kLongestWord)
            reply_.sequences.back().stop_reason = value;
        if (in_served() && key_ == "model_name") served_.name = value.substr(0, kLongestWord);
        if (depth >= 1 && reply_.detail.size() < kLongestDetail && is_detail(depth)) add_detail(value);
        return true;
    }

    // {"detail": "text"} or, of a body that does not fit, {"detail": [{"loc": [..], "msg": "text"}]}.
    bool is_detail(std::size_t depth) const {
        if (depth == 1) return key_ == "detail" || key_ == "error";
        if (key_at(1) != "detail") return false;
        return (depth == 3 && key_ == "msg") || (depth == 4 && key_at(3) == "loc");
    }

    void add_detail(const std::string& value) {
        if (!reply_.detail.empty()) reply_.detail += ' ';
        constexpr std::size_t kEllipsis = 3;  // bytes that a cut line ends with besides
        const std::size_t room = kLongestDetail - std::min(kLongestDetail, reply_.detail.size() + kEllipsis);
        reply_.detail += one_line(value, room);
    }

    std::string& why_;
    std::vector<Level> levels_;
    std::string key_;
    Into into_ = Into::nothing;
    ServedModel served_;  // that is being read
    Reply reply_;
};

}  // namespace

std::string_view Reply::word(const std::string& name) const {
    const auto found = words.find(name);
    return found == words.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<Reply> read_reply(std::string_view body, std::string& why) {
    why.clear();
    Reader reader(why);
    if (!read_json(body, reader, why)) return std::nullopt;
    return reader.take();
}

std::optional<std::string> fault_of_logprobs(const std::vector<float>& logprobs, std::size_t tokens) {
    if (logprobs.size() != tokens)
        return fmt::format("expected {} log-probabilities, found {}", tokens, logprobs.size());
    for (std::size_t i = 0; i < tokens; ++i)
        if (!std::isfinite(logprobs[i]) || logprobs[i] > kRounding)
            return fmt::format("the log-probability at position {} is {}", i, logprobs[i]);
    return std::nullopt;
}

std::optional<std::string> fault_of_sequence(const SampledSequence& sequence, std::int64_t vocabulary,
                                             std::int64_t max_tokens) {
    const auto count = static_cast<std::int64_t>(sequence.tokens.size());
    if (count == 0) return "a sequence without a token";
    if (count > max_tokens) return fmt::format("{} tokens, though at most {} were asked for", count, max_tokens);
    for (const TokenId token : sequence.tokens)
        if (token >= vocabulary) return fmt::format("token {} of a vocabulary of {}", token, vocabulary);
    if (sequence.stop_reason != "stop" && sequence.stop_reason != "length")
        return fmt::format("expected the stop reason stop or length, found \"{}\"", one_line(sequence.stop_reason, 40));
    return fault_of_logprobs(sequence.logprobs, sequence.tokens.size());
}

}  // namespace retort::train::tinker

#include "record/recorded.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace retort {
namespace {

void append_field(std::string& out, std::string_view field) {
    out += fmt::format("{}:", field.size()).append(field);
}

}  // namespace

std::string prompt_hash(const Prompt& prompt) {
    std::string canonical;
    if (const auto* messages = std::get_if<Messages>(&prompt)) {
        canonical = "messages ";
        if (*messages != nullptr) {
            for (const Message& message : **messages) {
                append_field(canonical, message.role);
                append_field(canonical, message.json.empty() ? message.content : message.json);
            }
        }
        return sha256_hex(canonical);
    }
    canonical = "tokens ";
    if (const auto& tokens = std::get<TokenSequence>(prompt))
        for (const TokenId id : *tokens) canonical += fmt::format("{} ", id);
    return sha256_hex(canonical);
}

std::string request_differences(const CompletionRequest& recorded, const std::string& recorded_prompt_hash,
                                const CompletionRequest& asked, const std::string& asked_prompt_hash) {
    std::string out;
    const auto compare = [&](std::string_view what, const auto& before, const auto& now) {
        if (before == now) return;
        out += fmt::format("{}{}={} in the journal, now {}={}", out.empty() ? "" : "; ", what, before, what, now);
    };
    compare("model", recorded.model, asked.model);
    compare("think", recorded.think, asked.think);
    compare("max-answer", recorded.max_answer, asked.max_answer);
    compare("temperature", recorded.temperature, asked.temperature);
    compare("top-p", recorded.top_p, asked.top_p);
    compare("seed", recorded.seed, asked.seed);
    compare("logprobs", recorded.logprobs, asked.logprobs);
    compare("prompt", recorded_prompt_hash.substr(0, 12), asked_prompt_hash.substr(0, 12));
    return out;
}

}  // namespace retort

// A body of POST /v1/chat/completions that an operator is to answer, as typed values. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/api/api_error.h"
#include "operator/engine.h"

namespace retort::gateway {

enum class Progress { off, summary, full };  // what of the work is shown as reasoning

struct ChatBody {
    std::shared_ptr<const Conversation> conversation;
    std::string asked;  // the text of the user's last message
    bool has_tools = false;
    std::string form;  // a field that only a last call can keep to: "tools", "response_format", "stop"; empty: none
    bool stream = false;
    bool wants_usage = false;  // stream_options.include_usage
    RunSettings run;           // sampling, seed, budgets
    std::optional<std::int64_t> max_tokens;

    // {"retort": {...}}, each where it was given
    std::optional<std::string> operator_name;
    std::optional<DistillerKind> distiller;
    std::optional<int> k;
    std::optional<std::int64_t> workspace;  // tokens
    std::optional<std::int64_t> think;      // tokens
    Progress progress = Progress::summary;
    std::optional<double> deadline_s;  // for the whole answer
    bool best_at_deadline = false;     // the best answer so far then, not an error
};

// The error names the field that an operator cannot honour, or that is not as the API has it.
ApiOutcome<ChatBody> read_chat_body(const nlohmann::json& object);

}  // namespace retort::gateway

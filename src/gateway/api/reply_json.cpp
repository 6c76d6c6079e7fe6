#include "gateway/api/reply_json.h"

namespace retort::gateway {

std::string dumped(const ordered_json& value) {
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string data_event(const ordered_json& value) {
    return "data: " + dumped(value) + "\n\n";
}

std::string comment(std::string_view text) {
    std::string out = ": ";
    for (const char c : text) out += c == '\n' || c == '\r' ? ' ' : c;
    return out + "\n\n";
}

std::string_view finish_reason(const ChatAnswer& answer) {
    if (!answer.tool_calls.empty()) return "tool_calls";
    return answer.cut ? "length" : "stop";
}

ordered_json retort_usage(const ChatAnswer& answer, const BudgetTotals& budget) {
    return {{"b_seq", budget.b_seq},          {"b_total", budget.b_total},
            {"calls", budget.calls},          {"failed_calls", budget.failed_calls},
            {"cached", budget.tokens_cached}, {"reasoning", budget.tokens_reasoning},
            {"estimated", budget.estimated},  {"deadline", answer.at_deadline},
            {"warnings", answer.warnings}};
}

ordered_json chat_usage(const ChatAnswer& answer, const BudgetTotals& budget) {
    return {{"prompt_tokens", budget.tokens_in},
            {"completion_tokens", budget.tokens_out},
            {"total_tokens", budget.tokens_in + budget.tokens_out},
            {"prompt_tokens_details", {{"cached_tokens", budget.tokens_cached}}},
            {"completion_tokens_details", {{"reasoning_tokens", budget.tokens_reasoning}}},
            {"retort", retort_usage(answer, budget)}};
}

}  // namespace retort::gateway

#include "gateway/api/chat_reply_writer.h"

#include <nlohmann/json.hpp>

namespace retort::gateway {
namespace {

using nlohmann::ordered_json;

std::string dumped(const ordered_json& value) {
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string event(const ordered_json& value) {
    return "data: " + dumped(value) + "\n\n";
}

ordered_json retort_of(const BudgetTotals& budget) {
    return {{"b_seq", budget.b_seq},          {"b_total", budget.b_total},
            {"calls", budget.calls},          {"failed_calls", budget.failed_calls},
            {"cached", budget.tokens_cached}, {"reasoning", budget.tokens_reasoning},
            {"estimated", budget.estimated}};
}

ordered_json usage_of(const BudgetTotals& budget) {
    return {{"prompt_tokens", budget.tokens_in},
            {"completion_tokens", budget.tokens_out},
            {"total_tokens", budget.tokens_in + budget.tokens_out},
            {"prompt_tokens_details", {{"cached_tokens", budget.tokens_cached}}},
            {"completion_tokens_details", {{"reasoning_tokens", budget.tokens_reasoning}}},
            {"retort", retort_of(budget)}};
}

ordered_json chunk(const ReplyIdentity& identity, ordered_json choices) {
    return {{"id", identity.id},
            {"object", "chat.completion.chunk"},
            {"created", identity.created},
            {"model", identity.model},
            {"choices", std::move(choices)}};
}

ordered_json delta_chunk(const ReplyIdentity& identity, ordered_json delta) {
    ordered_json choices = ordered_json::array();
    choices.push_back({{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", nullptr}});
    return chunk(identity, std::move(choices));
}

}  // namespace

std::string_view finish_reason(const ChatAnswer& answer) {
    if (!answer.tool_calls.empty()) return "tool_calls";
    return answer.cut ? "length" : "stop";
}

std::string chunk_of_role(const ReplyIdentity& identity) {
    return event(delta_chunk(identity, {{"role", "assistant"}, {"content", ""}}));
}

std::string chunk_of_text(const ReplyIdentity& identity, std::string_view text) {
    return event(delta_chunk(identity, {{"content", text}}));
}

std::string chunk_of_reasoning(const ReplyIdentity& identity, std::string_view text) {
    return event(delta_chunk(identity, {{"reasoning_content", text}}));
}

std::string chunk_of_tool_calls(const ReplyIdentity& identity, const std::string& tool_calls) {
    ordered_json calls = ordered_json::parse(tool_calls);
    for (std::size_t i = 0; i < calls.size(); ++i) calls[i]["index"] = i;
    return event(delta_chunk(identity, {{"tool_calls", std::move(calls)}}));
}

std::string last_chunk(const ReplyIdentity& identity, const ChatAnswer& answer, const BudgetTotals& budget) {
    ordered_json choices = ordered_json::array();
    choices.push_back({{"index", 0}, {"delta", ordered_json::object()}, {"finish_reason", finish_reason(answer)}});
    ordered_json out = chunk(identity, std::move(choices));
    out["retort"] = retort_of(budget);
    return event(out);
}

std::string chunk_of_usage(const ReplyIdentity& identity, const BudgetTotals& budget) {
    ordered_json out = chunk(identity, ordered_json::array());
    out["usage"] = usage_of(budget);
    return event(out);
}

std::string whole_reply(const ReplyIdentity& identity, const ChatAnswer& answer, const BudgetTotals& budget) {
    ordered_json message{{"role", "assistant"}, {"content", answer.text}};
    if (!answer.reasoning.empty()) message["reasoning_content"] = answer.reasoning;
    if (!answer.tool_calls.empty()) {
        message["tool_calls"] = ordered_json::parse(answer.tool_calls);
        if (answer.text.empty()) message["content"] = nullptr;
    }
    ordered_json choices = ordered_json::array();
    choices.push_back({{"index", 0}, {"message", std::move(message)}, {"finish_reason", finish_reason(answer)}});
    return dumped({{"id", identity.id},
                   {"object", "chat.completion"},
                   {"created", identity.created},
                   {"model", identity.model},
                   {"choices", std::move(choices)},
                   {"usage", usage_of(budget)}});
}

}  // namespace retort::gateway

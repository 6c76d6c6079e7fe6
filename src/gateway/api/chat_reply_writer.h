// Replies of /v1/chat/completions, whole and in chunks. Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "budget/ledger.h"

namespace retort::gateway {

// What all pieces of one reply have in common.
struct ReplyIdentity {
    std::string id;  // "chatcmpl-..."
    std::string model;
    std::int64_t created = 0;  // seconds since 1970
};

// What the answer came to.
struct ChatAnswer {
    std::string text;
    std::string reasoning;   // that the client is shown
    std::string tool_calls;  // JSON array; empty: none
    bool cut = false;        // at a limit of tokens
};

// "stop", "length" or "tool_calls".
std::string_view finish_reason(const ChatAnswer& answer);

// "data: {...}\n\n"
std::string chunk_of_role(const ReplyIdentity& identity);
std::string chunk_of_text(const ReplyIdentity& identity, std::string_view text);
std::string chunk_of_reasoning(const ReplyIdentity& identity, std::string_view text);
std::string chunk_of_tool_calls(const ReplyIdentity& identity, const std::string& tool_calls);
std::string last_chunk(const ReplyIdentity& identity, const ChatAnswer& answer, const BudgetTotals& budget);
std::string chunk_of_usage(const ReplyIdentity& identity, const BudgetTotals& budget);

std::string whole_reply(const ReplyIdentity& identity, const ChatAnswer& answer, const BudgetTotals& budget);

}  // namespace retort::gateway

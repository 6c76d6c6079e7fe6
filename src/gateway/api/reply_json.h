// What the writers of replies share.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "gateway/api/reply_writer.h"

namespace retort::gateway {

using nlohmann::ordered_json;

std::string dumped(const ordered_json& value);      // any bytes in texts become UTF-8
std::string data_event(const ordered_json& value);  // "data: {...}\n\n"
std::string comment(std::string_view text);         // ": ...\n\n", which clients pass over; it ends with its line

// "stop", "length" or "tool_calls", as chats have it.
std::string_view finish_reason(const ChatAnswer& answer);

// {"b_seq", "b_total", "calls", ...}: what is Retort's own of the usage.
ordered_json retort_usage(const ChatAnswer& answer, const BudgetTotals& budget);

// As chats and completions have it: totals of all calls.
ordered_json chat_usage(const ChatAnswer& answer, const BudgetTotals& budget);

}  // namespace retort::gateway

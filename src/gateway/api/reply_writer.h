// How the answer of an operator is written for a client, whole or as events of a stream: one writer for each API. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "budget/ledger.h"
#include "gateway/api/api_error.h"

namespace retort::gateway {

// What all pieces of one reply have in common.
struct ReplyIdentity {
    std::string id;            // 24 hexadecimal digits; writers put their API's prefix before it
    std::string model;         // as the client asked for it
    std::int64_t created = 0;  // seconds since 1970
    bool wants_usage = false;  // at the end of a stream, where that is asked for apart
    std::string request = {};  // its body, where replies repeat what was asked for
};

// What the answer came to.
struct ChatAnswer {
    std::string text;
    std::string reasoning;                   // that the client is shown
    std::string tool_calls;                  // JSON array, as in chats; empty: none
    bool cut = false;                        // at a limit of tokens
    std::vector<std::string> warnings = {};  // of the run, one line each
    bool at_deadline = false;                // the best there was when the time was over
};

// In this order: begin(), any of progress() and text(), end() or failed(); or whole() alone. Each gives the bytes to
// send, which may be none.
class ReplyWriter {
  public:
    virtual ~ReplyWriter() = default;

    virtual std::string begin() = 0;
    virtual std::string progress(std::string_view text) = 0;  // what the work is at, shown as reasoning
    virtual std::string text(std::string_view text) = 0;      // the answer's next piece
    virtual std::string end(const ChatAnswer& answer, const BudgetTotals& budget) = 0;
    virtual std::string failed(const ApiError& error) = 0;

    virtual std::string whole(const ChatAnswer& answer, const BudgetTotals& budget) = 0;
};

std::unique_ptr<ReplyWriter> chat_writer(ReplyIdentity identity);      // /v1/chat/completions
std::unique_ptr<ReplyWriter> text_writer(ReplyIdentity identity);      // /v1/completions
std::unique_ptr<ReplyWriter> response_writer(ReplyIdentity identity);  // /v1/responses

}  // namespace retort::gateway

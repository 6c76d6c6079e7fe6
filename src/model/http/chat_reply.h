// The reply to one request, read as it comes: events or one JSON body, reasoning wherever it stands. Pure; sizes
// bounded.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "model/http/json_text.h"
#include "model/http/sse_parser.h"
#include "model/http/think_splitter.h"
#include "model/language_model.h"

namespace retort {

// What a server says of an error, in any of the usual forms. Untrusted: one_line() it before people see it.
struct ServerError {
    std::string message;
    std::string type;
    std::string code;
    std::string param;
    int status = 0;                  // where the error itself names one
    std::int64_t prompt_tokens = 0;  // of a prompt that does not fit; 0: not said
    std::int64_t context = 0;
};
std::optional<ServerError> server_error_in(const nlohmann::json& body);

struct ReplyShape {
    bool inside_reasoning = false;  // the text is known to start inside the reasoning
    bool answer_only = false;       // the reasoning was closed before: all that comes is the answer
    bool live_usage = false;        // each chunk was asked to carry the tokens so far
};

class ChatReply {
  public:
    explicit ChatReply(ReplyShape shape, OnDelta on_delta);

    // A piece of the body. False when no more of it matters: all has come, or it is no reply (see `html`, `overflow`).
    bool feed(std::string_view chunk);

    // The body has ended, by itself or not.
    void finish();

    std::string reasoning;
    std::string text;
    nlohmann::json tool_calls;         // put together from their pieces; null: none
    std::optional<Finish> ended;       // the server's finish_reason
    std::optional<ServerError> error;  // in the stream or as the body
    Usage usage;
    bool usage_reported = false;  // at the end
    bool usage_live = false;      // while streaming: exact up to the last chunk
    TokenTrace trace;
    bool done_event = false;  // "[DONE]"
    bool streamed = false;    // as events
    bool html = false;
    bool overflow = false;  // an event was larger than is sane
    bool broken_json = false;
    bool implicit_reasoning = false;  // an end tag without a start tag was seen
    bool saw_choice = false;

    bool marks_reasoning() const { return !reasoning.empty() || usage.reasoning > 0; }
    bool reasoning_open() const { return splitter_.reasoning_open() || (field_reasoning_ && text.empty()); }
    bool began() const { return !reasoning.empty() || !text.empty(); }

  private:
    enum class Form { unknown, events, json, other };

    void find_form(std::string_view chunk);
    void take_event(const SseEvent& event);
    void take(std::string_view data);
    void take_body();
    void take_choice(const nlohmann::json& choice);
    void take_message(const nlohmann::json& message);
    void take_parts(const nlohmann::json& parts);
    void take_content(std::string_view piece);
    void take_tool_calls(const nlohmann::json& pieces);
    void take_logprobs(const nlohmann::json& choice);
    void take_usage(const nlohmann::json& object);
    void add(std::string_view piece, bool reasoning_piece);
    void put(std::string whole, bool reasoning_piece);
    void reclassify();
    void finish_text();

    ReplyShape shape_;
    OnDelta on_delta_;
    Form form_ = Form::unknown;
    SseParser events_;
    std::string body_;  // while its form is unknown, and when it is one JSON object
    ThinkSplitter splitter_;
    Utf8Joiner joiner_[2];  // of the answer, of the reasoning
    bool field_reasoning_ = false;
    bool trace_broken_ = false;  // a token came without id or log-probability
    std::int64_t out_before_answer_ = 0;
};

}  // namespace retort

#include "model/http/chat_reply.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace retort {
namespace {

using nlohmann::json;

constexpr std::size_t kSniff = 512;  // bytes that decide what a reply is

constexpr std::size_t kMostToolCalls = 128;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

Finish finish_of(const std::string& reason) {
    return reason == "length" ? Finish::length : Finish::stop;
}

std::string code_of(const json& error) {
    const json& code = member(error, "code");
    return code.is_number_integer() ? std::to_string(code.get<std::int64_t>()) : text_of(code);
}

std::int64_t sum_of(const json& object, const char* outer, const char* inner) {
    return count_member(member(object, outer), inner);
}

}  // namespace

std::optional<ServerError> server_error_in(const json& body) {
    ServerError out;
    const json* error = &member(body, "error");
    if (error->is_null() && string_member(body, "object") == "error") error = &body;
    if (error->is_null() && body.is_object() && body.contains("detail") && !body.contains("choices")) {
        const json& detail = body["detail"];
        out.message = detail.is_string() ? text_of(detail) : to_body(detail);
        return out;
    }
    if (error->is_string()) {
        out.message = text_of(*error);
        return out;
    }
    if (!error->is_object()) return std::nullopt;
    out.message = string_member(*error, "message");
    out.type = string_member(*error, "type");
    out.param = string_member(*error, "param");
    out.code = code_of(*error);
    const std::int64_t number = std::atoll(out.code.c_str());
    if (number >= 400 && number < 600) out.status = static_cast<int>(number);
    out.prompt_tokens = count_member(*error, "n_prompt_tokens");
    out.context = count_member(*error, "n_ctx");
    return out;
}

ChatReply::ChatReply(ReplyShape shape, OnDelta on_delta)
    : shape_(shape), on_delta_(std::move(on_delta)), splitter_(shape.inside_reasoning && !shape.answer_only) {}

bool ChatReply::feed(std::string_view chunk) {
    if (form_ == Form::unknown) {
        body_.append(chunk);
        find_form(body_);
        if (form_ == Form::events) {
            const std::string first = std::exchange(body_, {});
            overflow = !events_.feed(first, [this](const SseEvent& event) { take_event(event); });
        }
    } else if (form_ == Form::events) {
        overflow = !events_.feed(chunk, [this](const SseEvent& event) { take_event(event); });
    } else if (form_ == Form::json) {
        body_.append(chunk);
    }
    return !overflow && !done_event && !html && !(error && streamed);
}

// The content type is not asked: servers answer a streaming request with plain JSON, proxies with a page.
void ChatReply::find_form(std::string_view chunk) {
    if (kByteOrderMark.starts_with(chunk)) return;  // may be cut inside of it
    if (chunk.starts_with(kByteOrderMark)) chunk.remove_prefix(kByteOrderMark.size());
    const std::string_view start = trim(chunk);
    if (start.empty()) return;
    if (start.front() == '{') {
        form_ = Form::json;
    } else if (start.front() == '<') {
        form_ = Form::other;
        html = true;
    } else {
        constexpr std::array<std::string_view, 5> fields{":", "data:", "event:", "id:", "retry:"};
        const bool event = std::ranges::any_of(fields, [&](std::string_view f) { return start.starts_with(f); });
        const bool maybe = std::ranges::any_of(fields, [&](std::string_view f) { return f.starts_with(start); });
        if (event) {
            form_ = Form::events;
            streamed = true;
        } else if (!maybe || chunk.size() > kSniff) {
            form_ = Form::other;
        }
    }
}

void ChatReply::finish() {
    if (form_ == Form::events) events_.finish([this](const SseEvent& event) { take_event(event); });
    if (form_ == Form::json) take_body();
    finish_text();
}

void ChatReply::take_body() {
    const std::string body = std::exchange(body_, {});
    take(body);
}

void ChatReply::take_event(const SseEvent& event) {
    if (done_event) return;
    if (trim(event.data) == "[DONE]") {
        done_event = true;
        return;
    }
    if (!trim(event.data).empty()) take(event.data);
}

void ChatReply::take(std::string_view data) {
    const json object = parse_json(data);
    if (!object.is_object()) {
        broken_json = true;
        return;
    }
    if (std::optional<ServerError> found = server_error_in(object); found && !error) error = std::move(found);
    // Usage first: the delta that it came with tells how many tokens there are.
    take_usage(object);
    const json& choices = member(object, "choices");
    if (choices.is_array() && !choices.empty()) take_choice(choices.front());
}

void ChatReply::take_choice(const json& choice) {
    if (!choice.is_object()) return;
    saw_choice = true;
    take_logprobs(choice);
    take_message(member(choice, "delta"));
    take_message(member(choice, "message"));
    take_content(string_member(choice, "text"));
    const std::string reason = string_member(choice, "finish_reason");
    if (!reason.empty()) ended = finish_of(reason);
}

void ChatReply::take_message(const json& message) {
    if (!message.is_object()) return;
    std::string marked = string_member(message, "reasoning_content");
    // Some servers send the same under both names.
    if (marked.empty()) marked = string_member(message, "reasoning");
    if (!marked.empty()) {
        field_reasoning_ = true;
        add(marked, true);
    }
    take_tool_calls(member(message, "tool_calls"));
    const json& content = member(message, "content");
    if (content.is_array()) return take_parts(content);
    take_content(text_of(content));
}

void ChatReply::take_parts(const json& parts) {
    for (const json& part : parts) {
        const json& thinking = member(part, "thinking");
        if (thinking.is_array())
            for (const json& piece : thinking) add(string_member(piece, "text"), true);
        else
            add(text_of(thinking), true);
        take_content(string_member(part, "text"));
    }
}

// A call comes whole, or in pieces that name its place; its arguments are a text that grows.
void ChatReply::take_tool_calls(const json& pieces) {
    if (!pieces.is_array()) return;
    for (const json& piece : pieces) {
        if (!piece.is_object()) continue;
        const std::size_t place =
            piece.contains("index") ? static_cast<std::size_t>(count_member(piece, "index")) : tool_calls.size();
        if (place >= kMostToolCalls) continue;
        if (!tool_calls.is_array()) tool_calls = json::array();
        while (tool_calls.size() <= place)
            tool_calls.push_back({{"id", ""}, {"type", "function"}, {"function", {{"name", ""}, {"arguments", ""}}}});
        json& call = tool_calls[place];
        if (const std::string id = string_member(piece, "id"); !id.empty()) call["id"] = id;
        const json& function = member(piece, "function");
        for (const char* part : {"name", "arguments"})
            call["function"][part] = call["function"][part].get<std::string>() + string_member(function, part);
    }
}

// Tags are looked for only where the server has not set the reasoning apart itself.
void ChatReply::take_content(std::string_view piece) {
    if (piece.empty()) return;
    if (field_reasoning_ || shape_.answer_only) return add(piece, false);
    splitter_.feed(piece, [this](std::string_view part, bool reasoning_part) {
        if (splitter_.take_reclassified()) reclassify();
        add(part, reasoning_part);
    });
    if (splitter_.take_reclassified()) reclassify();
}

void ChatReply::add(std::string_view piece, bool reasoning_piece) {
    if (piece.empty()) return;
    if (shape_.answer_only) reasoning_piece = false;
    put(joiner_[reasoning_piece ? 1 : 0].push(piece), reasoning_piece);
}

void ChatReply::put(std::string whole, bool reasoning_piece) {
    if (whole.empty()) return;
    (reasoning_piece ? reasoning : text) += whole;
    if (reasoning_piece && usage_live) out_before_answer_ = usage.out;
    if (on_delta_) on_delta_({whole, reasoning_piece, usage_live ? usage.out : 0});
}

// What was handed out as the answer turns out to be reasoning: the reader begins again.
void ChatReply::reclassify() {
    implicit_reasoning = true;
    reasoning = std::exchange(text, {}) + joiner_[0].finish();
    out_before_answer_ = usage_live ? usage.out : 0;
    if (!on_delta_) return;
    on_delta_({"", false, -1});
    if (!reasoning.empty()) on_delta_({reasoning, true, usage_live ? usage.out : 0});
}

void ChatReply::finish_text() {
    splitter_.finish([this](std::string_view part, bool reasoning_part) { add(part, reasoning_part); });
    put(joiner_[1].finish(), true);
    put(joiner_[0].finish(), false);
    // Assumed to begin inside the reasoning, but it ended by itself without the end tag: it was all answer.
    if (splitter_.assumption_unconfirmed() && ended == Finish::stop && !field_reasoning_) {
        text = std::exchange(reasoning, {});
        out_before_answer_ = 0;
    }
    const bool exact = usage.reasoning == 0 && usage_live && !reasoning.empty();
    if (exact) usage.reasoning = std::min(out_before_answer_, usage.out);
    if (trace_broken_) trace = {};
    trace.forced.assign(trace.ids.size(), 0);
}

void ChatReply::take_logprobs(const json& choice) {
    const json& tokens = member(member(choice, "logprobs"), "content");
    if (!tokens.is_array()) return;
    const json& ids = member(choice, "token_ids");
    const bool beside = ids.is_array() && ids.size() == tokens.size();
    for (std::size_t i = 0; i < tokens.size() && !trace_broken_; ++i) {
        const json& id = beside ? ids[i] : member(tokens[i], "id");
        const json& logprob = member(tokens[i], "logprob");
        trace_broken_ = !id.is_number_integer() || !logprob.is_number();
        if (trace_broken_) break;
        trace.ids.push_back(static_cast<TokenId>(id.get<std::int64_t>()));
        trace.logprobs.push_back(static_cast<float>(logprob.get<double>()));
    }
}

void ChatReply::take_usage(const json& object) {
    const json& reported = member(object, "usage");
    if (reported.is_object()) {
        usage.in = count_member(reported, "prompt_tokens");
        usage.out = count_member(reported, "completion_tokens");
        usage.cached = std::min(usage.in, sum_of(reported, "prompt_tokens_details", "cached_tokens"));
        usage.reasoning = std::min(usage.out, sum_of(reported, "completion_tokens_details", "reasoning_tokens"));
        usage_reported = member(reported, "prompt_tokens").is_number();
        usage_live = usage_live || (shape_.live_usage && streamed);
    }
    const json& timings = member(object, "timings");
    if (!timings.is_object()) return;
    const std::int64_t cached = count_member(timings, "cache_n");
    usage.cached = std::max(usage.cached, cached);
    if (usage_reported) return;
    usage.in = cached + count_member(timings, "prompt_n");
    usage.out = count_member(timings, "predicted_n");
    usage_live = usage_live || (shape_.live_usage && streamed);
}

}  // namespace retort

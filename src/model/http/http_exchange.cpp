// How HttpModel makes one request, and what it makes of the reply.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/http/http_call.h"

namespace retort {
namespace {

constexpr std::size_t kErrorBody = std::size_t{64} << 10;  // of a reply that is an error, in bytes
constexpr std::int64_t kBudgetSlack = 32;  // tokens past the budget that a server may need to close the reasoning
constexpr std::int64_t kHeldBack = 2;  // last tokens of cut reasoning that a server may hold back with the end marker

std::string_view trim_start(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

}  // namespace

CallError HttpModel::no_token_prompts() const {
    CallError error;
    error.kind = CallErrorKind::refused;
    error.message = fmt::format(
        "a prompt of tokens needs a server that takes one (openai, vllm, llama-server); {} is "
        "held for {}",
        shown_url_, profile_->dialect.name);
    return error;
}

ReplyShape HttpModel::shape_for(const RequestPlan& plan) const {
    ReplyShape shape;
    shape.answer_only = plan.goes_on.has_value();
    shape.inside_reasoning = learned_.implicit_reasoning;
    shape.live_usage = profile_->dialect.live_usage != LiveUsage::none;
    return shape;
}

OnDelta HttpModel::counting_on(Call* call, std::int64_t before) {
    if (!call->on_delta) return {};
    return [call, before](const Delta& delta) {
        call->on_delta({delta.text, delta.reasoning, delta.tokens_out > 0 ? before + delta.tokens_out : 0});
    };
}

HttpRequest HttpModel::http_request(const Call& call) const {
    const bool tokens = std::holds_alternative<TokenSequence>(call.request.prompt);
    HttpRequest out;
    out.post = true;
    out.url = options_.base_url + (tokens ? "/completions" : "/chat/completions");
    out.headers = headers_;
    if (const auto& more = call.request.headers) out.headers.insert(out.headers.end(), more->begin(), more->end());
    out.timeouts = options_.timeouts;
    // llama-server closes after each stream without saying so. Without TLS a new connection costs next to nothing.
    out.own_connection = !options_.base_url.starts_with("https:");
    out.body = request_body(profile_->dialect, learned_, model_name(), call.request, call.sent);
    return out;
}

BodyVerdict HttpModel::read_piece(Call& call, Exchange& out, const HttpHead& head, std::string_view chunk) {
    if (head.status < 200 || head.status >= 300) {
        out.error_body.append(chunk.substr(0, kErrorBody - std::min(kErrorBody, out.error_body.size())));
        return BodyVerdict::more;
    }
    const bool more = out.reply.feed(chunk);
    if (out.first_token_s == 0 && out.reply.began()) {
        out.first_token_s = seconds_since(out.started);
        call.began = true;
    }
    return more ? BodyVerdict::more : BodyVerdict::enough;
}

// Sends what the call's plan says, and reads the reply into `out`.
Task<void> HttpModel::exchange(Call* call, Exchange* out) {
    call->revision = revision_;
    call->refusal.clear();
    OnBody on_body = [call, out](const HttpHead& head, std::string_view chunk) {
        return read_piece(*call, *out, head, chunk);
    };
    out->http = co_await client_->send(http_request(*call), std::move(on_body), call->stop);
    out->reply.finish();
    out->error = error_of(*out);
    out->usage = usage_of(*out, call->request);
    learn(*call, *out);
    call->refusal = std::move(out->error_body);
}

// None for a reply that is whole, and for a cancelled call.
std::optional<CallError> HttpModel::error_of(Exchange& exchange) const {
    const HttpResult& http = exchange.http;
    ChatReply& reply = exchange.reply;
    if (exchange.cancelled()) return std::nullopt;
    if (http.head.status != 0 && (http.head.status < 200 || http.head.status >= 300))
        return status_error(http.head, exchange.error_body, context());
    if (reply.error) return server_error(*reply.error, http.head.status, context());
    // One JSON body needs no finish_reason, and a stream that says it is done has none to come.
    const bool whole_body = !reply.streamed && http.failure == HttpFailure::none && reply.saw_choice;
    if (!reply.ended && reply.saw_choice && (reply.done_event || whole_body)) reply.ended = Finish::stop;
    if (reply.ended) return std::nullopt;
    if (http.failure != HttpFailure::none) return network_error(http, context());
    return protocol_error(reply, http, context());
}

// As the server metered it, at the end or at its last chunk; else an estimate of what was seen.
Usage HttpModel::usage_of(const Exchange& exchange, const CompletionRequest& request) const {
    const ChatReply& reply = exchange.reply;
    if (reply.usage_reported || reply.usage_live) return reply.usage;
    Usage out;
    const bool answered = exchange.http.head.status / 100 == 2 && exchange.http.body_bytes > 0;
    if (!answered || reply.html) return out;
    out.in = counter_.guess_prompt(request.prompt);
    out.out = estimate_tokens(reply.reasoning).tokens + estimate_tokens(reply.text).tokens;
    out.estimated = true;
    return out;
}

void HttpModel::learn(const Call& call, const Exchange& exchange) {
    const ChatReply& reply = exchange.reply;
    if (exchange.http.head.status > 0) reached_ = true;
    if (reply.marks_reasoning()) learned_.marks_reasoning = true;
    const bool might_have = exchange.ok() && call.request.think > 0;
    if (might_have && !learned_.marks_reasoning) learned_.marks_reasoning = false;
    if (reply.implicit_reasoning) learned_.implicit_reasoning = true;
    if (reply.usage_reported && !call.sent.goes_on) counter_.calibrate(call.request.prompt, reply.usage.in);
}

// The figures of one or two exchanges; the texts are the callers'.
Completion HttpModel::completion_of(const Exchange& last, Usage usage) const {
    Completion out;
    if (last.error) out = failed_completion(*last.error);
    if (last.cancelled()) out = cancelled_completion();
    if (last.ok()) out.finish = *last.reply.ended;
    out.usage = usage;
    return out;
}

Completion HttpModel::completed(Call* call, Exchange& done, ThinkingControl control) {
    Completion out = completion_of(done, done.usage);
    ChatReply& reply = done.reply;
    out.first_token_s = done.first_token_s;
    out.thinking = reply.marks_reasoning() ? control : ThinkingControl::none;
    out.reasoning = std::move(reply.reasoning);
    out.text = std::move(reply.text);
    if (reply.tool_calls.is_array()) out.tool_calls = to_body(reply.tool_calls);
    out.trace = std::move(reply.trace);
    if (out.thinking == ThinkingControl::parameter) check_budget(call, out);
    if (call->request.logprobs && out.ok() && out.trace.ids.empty())
        call->notes.push_back("the server gives no token ids with log-probabilities");
    return out;
}

Completion HttpModel::joined(Call* call, Exchange& thought, Exchange& answered) {
    Usage usage = thought.usage;
    usage += answered.usage;
    Completion out = completion_of(answered, usage);
    ChatReply& first = thought.reply;
    if (out.ok()) out.requests = 2;
    out.first_token_s = thought.first_token_s;
    out.thinking = first.marks_reasoning() ? ThinkingControl::continued : ThinkingControl::none;
    out.thinking_cut = first.reasoning_open();
    out.reasoning = std::move(first.reasoning);
    out.text = std::move(first.text);
    const std::string_view rest = answered.reply.text;
    out.text += out.text.empty() ? trim_start(rest) : rest;
    if (call->request.logprobs) call->notes.push_back("a continued answer has no token ids and log-probabilities");
    return out;
}

// Whether the server kept the budget, where it says how many tokens the reasoning has.
void HttpModel::check_budget(Call* call, Completion& completion) {
    const std::int64_t think = call->request.think;
    completion.thinking_cut = think > 0 && completion.usage.reasoning + kHeldBack >= think;
    if (completion.usage.reasoning <= think + kBudgetSlack) return;
    learned_.budget_ignored = true;
    ++revision_;
    call->notes.push_back(
        fmt::format("the server did not keep '{}': {} tokens of reasoning for a budget of {}; it is "
                    "kept by other means from now on",
                    profile_->dialect.budget_field, completion.usage.reasoning, think));
}

}  // namespace retort

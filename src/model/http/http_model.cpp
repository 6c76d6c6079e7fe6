#include "model/http/http_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "model/http/http_call.h"

namespace retort {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostAdaptions = 8;  // of one call to what its server refuses

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

std::vector<std::string> headers_for(const std::string& key) {
    std::vector<std::string> headers{"Content-Type: application/json"};
    const std::string_view token = trim(key);
    const bool clean = std::ranges::none_of(token, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (!token.empty() && clean) headers.push_back("Authorization: Bearer " + std::string(token));
    return headers;
}

}  // namespace

std::string without_credentials(const std::string& url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string::npos) return one_line(url);
    const std::size_t host = scheme + 3;
    const std::size_t at = url.substr(0, url.find('/', host)).rfind('@');
    return one_line(at == std::string::npos || at < host ? url : url.substr(0, host) + url.substr(at + 1));
}

HttpModel::HttpModel(std::shared_ptr<HttpClient> client, HttpModelOptions options)
    : client_(std::move(client)),
      options_(std::move(options)),
      shown_url_(without_credentials(without_slash(options_.base_url))),
      headers_(headers_for(options_.api_key)),
      counter_(client_, options_.base_url, headers_) {
    options_.base_url = without_slash(options_.base_url);
}

ModelInfo HttpModel::info() const {
    ModelInfo out;
    out.name = model_name();
    out.where = shown_url_;
    out.marks_reasoning = learned_.marks_reasoning.value_or(false);
    if (!profile_) return out;
    out.context = profile_->context;
    const std::string note = profile_->note.empty() ? "" : ": " + profile_->note;
    out.where += fmt::format(" ({}{})", profile_->dialect.name, note);
    return out;
}

std::string HttpModel::model_name() const {
    if (!options_.model.empty() || !profile_ || profile_->models.empty()) return options_.model;
    return profile_->models.front();
}

CallContext HttpModel::context() const {
    CallContext out;
    out.base_url = shown_url_;
    out.model = model_name();
    out.key_variable = options_.api_key_variable;
    out.has_key = !options_.api_key.empty();
    out.reached = reached_;
    if (profile_) out.models = profile_->models;
    return out;
}

Task<const ServerProfile*> HttpModel::server(std::stop_token stop) {
    if (profile_ && profile_->settled) co_return &*profile_;
    const Semaphore::Permit turn = co_await probing_.acquire(stop);
    if (!turn) co_return nullptr;
    if (profile_ && profile_->settled) co_return &*profile_;
    ProbeOptions probe{options_.base_url, options_.model, headers_, options_.probe_time};
    ServerProfile found;
    if (options_.dialect) {
        found.dialect = *options_.dialect;
    } else {
        found = co_await probe_server(*client_, std::move(probe), stop);
        if (stop.stop_requested()) co_return nullptr;
    }
    reached_ = reached_ || found.answered;
    profile_ = std::move(found);
    co_return &*profile_;
}

Task<TokenCount> HttpModel::count_tokens(std::string text) {
    const ServerProfile* profile = co_await server({});
    const TokenCount count = co_await counter_.text(profile->dialect.tokenizer, model_name(), std::move(text));
    co_return count;
}

Task<TokenCount> HttpModel::count_prompt(Prompt prompt) {
    const ServerProfile* profile = co_await server({});
    const TokenCount count = co_await counter_.prompt(profile->dialect.tokenizer, model_name(), std::move(prompt));
    co_return count;
}

ThinkingControl HttpModel::control_for(const CompletionRequest& request) const {
    const Dialect& dialect = profile_->dialect;
    if (std::holds_alternative<TokenSequence>(request.prompt)) return ThinkingControl::token_limit;
    const bool marks = learned_.marks_reasoning.value_or(false);
    const bool sends_budget =
        dialect.send_budget == SendBudget::always || (dialect.send_budget == SendBudget::once_marks_seen && marks);
    if (sends_budget && !learned_.budget_ignored && !learned_.left_out.contains(dialect.budget_field))
        return ThinkingControl::parameter;
    if (dialect.prefill == Prefill::none || learned_.prefill_refused) return ThinkingControl::token_limit;
    // Without thinking the marks must be known: only then is an empty block of reasoning in place.
    const bool wanted = request.think > 0 ? learned_.marks_reasoning.value_or(true) : marks;
    return wanted ? ThinkingControl::continued : ThinkingControl::token_limit;
}

Task<Completion> HttpModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) {
    Call call(request, on_delta, stop);
    std::vector<FailedAttempt> failed;
    const ServerProfile* profile = co_await server(stop);
    if (profile == nullptr) co_return cancelled_completion();
    while (true) {
        const Clock::time_point began = Clock::now();
        Completion out = co_await attempt(&call);
        out.wall_s = seconds_since(began);
        if (out.finish == Finish::error && adapt(&call, *out.error)) {
            failed.push_back({*out.error, out.usage, out.wall_s});
            if (call.began && call.on_delta) call.on_delta({"", false, -1});
            call.began = false;
            continue;
        }
        out.failed = std::move(failed);
        out.notes = std::move(call.notes);
        co_return out;
    }
}

// True when the refused request can be asked again in another form. Ends: a field changes once, and a call asks again a
// few times at most.
bool HttpModel::adapt(Call* call, const CallError& error) {
    const bool refused = error.http_status == 400 || error.http_status == 422;
    if (!refused || error.kind == CallErrorKind::context || ++call->adapted > kMostAdaptions) return false;
    // Another call has learned of it meanwhile.
    if (call->revision != revision_) return true;
    const std::string sent = request_body(profile_->dialect, learned_, model_name(), call->request, call->sent);
    const std::string field = adapt_to_refusal(call->refusal, sent, profile_->dialect, learned_);
    if (!field.empty()) {
        call->notes.push_back(fmt::format("the server refused '{}': asked again without it", field));
    } else if (call->sent.goes_on) {
        learned_.prefill_refused = true;
        call->notes.push_back("the server does not continue a message: the limit on all tokens bounds the thinking");
    } else {
        return false;
    }
    ++revision_;
    return true;
}

// The first request of a call: by the server's parameter, for the thinking alone, or for all at once.
RequestPlan HttpModel::first_plan(const CompletionRequest& request, ThinkingControl control) const {
    const bool continued = control == ThinkingControl::continued;
    RequestPlan plan;
    plan.limit = continued && request.think > 0 ? request.think : request.max_tokens();
    if (control == ThinkingControl::parameter) plan.budget = request.think;
    if (continued && request.think == 0) plan.goes_on = Continuation{};
    return plan;
}

// What is left when the thinking was asked for alone. Cut while the reasoning is open: it is closed and the answer
// asked for. Cut in the answer: the answer goes on with what is left. Ended by itself: that was all.
std::optional<RequestPlan> HttpModel::plan_for_rest(const CompletionRequest& request, const Exchange& thought) const {
    const ChatReply& reply = thought.reply;
    if (!thought.ok() || reply.ended != Finish::length) return std::nullopt;
    RequestPlan rest;
    rest.limit = reply.reasoning_open() ? request.max_answer : request.max_tokens() - thought.usage.out;
    rest.goes_on = Continuation{reply.reasoning, reply.text};
    if (rest.limit <= 0 || !reply.began()) return std::nullopt;
    return rest;
}

Task<Completion> HttpModel::attempt(Call* call) {
    const CompletionRequest& request = call->request;
    if (std::holds_alternative<TokenSequence>(request.prompt) && !profile_->dialect.token_prompts)
        co_return failed_completion(no_token_prompts());
    const ThinkingControl control = control_for(request);
    call->sent = first_plan(request, control);
    const auto first = std::make_unique<Exchange>(shape_for(call->sent), call->on_delta);
    co_await exchange(call, first.get());
    const bool thinking_alone = control == ThinkingControl::continued && request.think > 0;
    const std::optional<RequestPlan> rest = thinking_alone ? plan_for_rest(request, *first) : std::nullopt;
    if (!rest) co_return completed(call, *first, control);

    call->sent = *rest;
    const auto second = std::make_unique<Exchange>(shape_for(call->sent), counting_on(call, first->usage.out));
    co_await exchange(call, second.get());
    co_return joined(call, *first, *second);
}
}  // namespace retort

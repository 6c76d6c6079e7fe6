#include "gateway/upstream/routed_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/hash.h"

namespace retort::gateway {
namespace {

constexpr std::size_t kPrefixBytes = 1024;
constexpr std::size_t kPrefixTokens = 256;

using Steady = std::chrono::steady_clock;

CallError nowhere(const std::string& name) {
    return {CallErrorKind::no_such_model, fmt::format("no model server is configured for the model \"{}\"", name),
            false};
}

CallError too_many_tokens(const Upstream& upstream, double wait_s) {
    CallError out{CallErrorKind::rate_limited, fmt::format("{} has had its tokens of this minute", upstream.name()),
                  true};
    out.retry_after_s = wait_s;
    return out;
}

// What of a failure is the server's own trouble: not what it was asked.
bool is_trouble(const CallError& error) {
    return error.kind == CallErrorKind::connection || error.kind == CallErrorKind::server ||
           error.kind == CallErrorKind::protocol;
}

// Of what another server may do better.
bool is_its_own_trouble(const CallError& error) {
    return is_trouble(error) || error.kind == CallErrorKind::rate_limited ||
           error.kind == CallErrorKind::no_such_model || error.kind == CallErrorKind::unauthorised;
}

// To be told: one that may pass before one that will not, and the shorter wait.
bool is_better(const CallError& one, const CallError& other) {
    if (one.retryable != other.retryable) return one.retryable;
    return one.retry_after_s < other.retry_after_s;
}

void note_failure(std::vector<FailedAttempt>& failed, Completion& attempt) {
    std::move(attempt.failed.begin(), attempt.failed.end(), std::back_inserter(failed));
    failed.push_back({*attempt.error, attempt.usage, attempt.wall_s});
}

Trouble trouble_of(const Completion& completion) {
    if (completion.error->kind == CallErrorKind::server) return Trouble::status;
    const bool nobody = completion.error->kind == CallErrorKind::connection && completion.usage.total() == 0;
    return nobody ? Trouble::unreachable : Trouble::broken;
}

void tell(Upstream::Use& use, const Upstream& upstream, const Completion& completion) {
    const bool is_limited = completion.error && completion.error->kind == CallErrorKind::rate_limited;
    if (is_limited)
        use.limited(Steady::now(), completion.error->retry_after_s);
    else if (completion.error && upstream.refuses_key(completion.error->http_status))
        use.key_refused(Steady::now(), completion.error->http_status);
    else if (completion.ok() || (completion.error && !is_trouble(*completion.error)))
        use.succeeded();
    else if (completion.error)
        use.failed(Steady::now(), trouble_of(completion), completion.error->message);
}

}  // namespace

std::uint64_t prefix_of(const Prompt& prompt) {
    std::string text;
    if (const auto* messages = std::get_if<Messages>(&prompt)) {
        for (const Message& one : **messages) {
            text += one.content.substr(0, kPrefixBytes - text.size());
            if (text.size() >= kPrefixBytes) break;
        }
    } else {
        const std::vector<TokenId>& ids = *std::get<TokenSequence>(prompt);
        const std::size_t count = std::min(ids.size(), kPrefixTokens);
        text.assign(reinterpret_cast<const char*>(ids.data()), count * sizeof(TokenId));
    }
    return hash64(text);
}

Task<Completion> RoutedModel::ask(std::shared_ptr<Upstream> upstream, CompletionRequest request, OnDelta on_delta,
                                  std::stop_token stop) {
    const std::shared_ptr<LanguageModel> model = upstream->model(name_, key_);
    if (model == nullptr) co_return failed_completion(nowhere(name_));
    Upstream::Use use(upstream, Steady::now());
    Completion out = co_await model->complete(std::move(request), std::move(on_delta), stop);
    tell(use, *upstream, out);
    upstream->tokens().take(static_cast<double>(out.usage.total()), Steady::now());
    co_return out;
}

// Where one server fails another that is well is asked at once. What all of them failed of is the failure of the one
// that is most likely to do better later: that decides whether all of it is asked again.
Task<Completion> RoutedModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) {
    const std::uint64_t prefix = prefix_of(request.prompt);
    std::vector<std::shared_ptr<Upstream>> asked;
    std::vector<const Upstream*> tried;
    std::vector<FailedAttempt> before;
    Completion out = failed_completion(nowhere(name_));
    while (const std::shared_ptr<Upstream> upstream = fleet_.choose(name_, prefix, tried)) {
        const bool is_first = asked.empty();
        if (!is_first && !upstream->may_be_asked(Steady::now())) break;
        if (const double wait = upstream->tokens().wait_for(1, Steady::now()); wait > 0) {
            if (is_first) out = failed_completion(too_many_tokens(*upstream, wait));
            break;  // none of those that are left has any
        }
        if (!is_first && on_delta) on_delta({{}, false, -1});
        asked.push_back(upstream);
        tried.push_back(upstream.get());
        Completion attempt = co_await ask(upstream, request, on_delta, stop);
        const bool ends = !attempt.error || stop.stop_requested() || !is_its_own_trouble(*attempt.error);
        if (!is_first) note_failure(before, ends || is_better(*attempt.error, *out.error) ? out : attempt);
        if (is_first || ends || is_better(*attempt.error, *out.error)) out = std::move(attempt);
        if (ends) break;
    }
    out.failed.insert(out.failed.begin(), std::make_move_iterator(before.begin()),
                      std::make_move_iterator(before.end()));
    co_return out;
}

Task<TokenCount> RoutedModel::count_tokens(std::string text) {
    const std::shared_ptr<Upstream> upstream = fleet_.choose(name_, 0);
    const std::shared_ptr<LanguageModel> model = upstream ? upstream->model(name_, key_) : nullptr;
    if (model == nullptr) co_return estimate_tokens(text);
    co_return co_await model->count_tokens(std::move(text));
}

Task<TokenCount> RoutedModel::count_prompt(Prompt prompt) {
    const std::shared_ptr<Upstream> upstream = fleet_.choose(name_, 0);
    const std::shared_ptr<LanguageModel> model = upstream ? upstream->model(name_, key_) : nullptr;
    if (model == nullptr) co_return TokenCount{};
    co_return co_await model->count_prompt(std::move(prompt));
}

ModelInfo RoutedModel::info() const {
    const std::shared_ptr<Upstream> upstream = fleet_.choose(name_, 0);
    const std::shared_ptr<LanguageModel> model = upstream ? upstream->model(name_, key_) : nullptr;
    return model == nullptr ? ModelInfo{name_, 0, false, ""} : model->info();
}

}  // namespace retort::gateway

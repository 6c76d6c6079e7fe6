#include "model/retrying_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

namespace retort {
namespace {

using std::chrono::nanoseconds;

double seconds(nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

nanoseconds from_seconds(double time) {
    return nanoseconds(static_cast<nanoseconds::rep>(time * 1e9));
}

}  // namespace

// What the attempts so far left behind.
struct RetryingModel::History {
    std::vector<FailedAttempt> failed;
    std::vector<std::string> notes;
    nanoseconds spent{0};  // of total_time
};

namespace {

// Puts what stands in `from` behind what stands in `to`.
template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

// The model's own clock goes before ours, which also saw the wait for a place in flight.
void RetryingModel::note_failure(History& history, Completion& attempt, nanoseconds took) {
    if (attempt.wall_s > 0) took = from_seconds(attempt.wall_s);
    if (!history.failed.empty() && attempt.usage.out == 0) history.spent += took;
    append(history.failed, attempt.failed);
    append(history.notes, attempt.notes);
    history.failed.push_back({*attempt.error, attempt.usage, seconds(took)});
}

void RetryingModel::add_history(Completion& last, History& history) {
    append(history.failed, last.failed);
    append(history.notes, last.notes);
    last.failed = std::move(history.failed);
    last.notes = std::move(history.notes);
}

RetryingModel::RetryingModel(std::shared_ptr<LanguageModel> inner, RetryPolicy policy, Sleeper sleeper, Clock clock,
                             std::uint64_t seed)
    : inner_(std::move(inner)), policy_(policy), sleeper_(std::move(sleeper)), clock_(std::move(clock)), seed_(seed) {}

nanoseconds RetryingModel::jitter(const Place& place, std::size_t failures) const {
    const double ceiling = std::min(static_cast<double>(policy_.max_delay.count()),
                                    static_cast<double>(policy_.base_delay.count()) *
                                        std::ldexp(1.0, static_cast<int>(std::min<std::size_t>(failures - 1, 40))));
    Place attempt = place;
    attempt.problem += fmt::format("\nretry {}", failures);
    const double part = static_cast<double>(choice_seed(seed_, attempt) >> 11) * 0x1p-53;
    return nanoseconds(static_cast<nanoseconds::rep>(ceiling * part));
}

// How long to wait before the next attempt, or why there is none (empty: asking again would not help).
RetryingModel::Next RetryingModel::next_attempt(const Place& place, const History& history) const {
    const CallError& error = history.failed.back().error;
    if (!error.retryable) return {std::nullopt, {}};
    if (static_cast<int>(history.failed.size()) >= policy_.max_attempts) return {std::nullopt, "no attempts left"};
    const nanoseconds left = policy_.total_time - history.spent;
    if (left <= nanoseconds::zero()) return {std::nullopt, fmt::format("{:g} s are over", seconds(policy_.total_time))};
    const nanoseconds asked = from_seconds(std::clamp(error.retry_after_s, 0.0, 1e9));
    if (asked > left)
        return {std::nullopt,
                fmt::format("the server asks for {:g} s more, {:.1f} s are left", error.retry_after_s, seconds(left))};
    return {std::min(left, std::max(asked, jitter(place, history.failed.size()))), {}};
}

// The wait before the next attempt; none when the call has failed for good, and the attempt is the call's end then.
// Changes it in its place: the frames of thousands of calls in flight are memory.
std::optional<nanoseconds> RetryingModel::after_failure(const Place& place, Completion& attempt, History& history,
                                                        nanoseconds took) const {
    note_failure(history, attempt, took);
    const Next next = next_attempt(place, history);
    if (next.delay) return next.delay;
    attempt = failed_completion(history.failed.back().error);
    if (!next.why_not.empty())
        attempt.error->message += fmt::format(" (gave up after {} attempts: {})", history.failed.size(), next.why_not);
    return std::nullopt;
}

Task<Completion> RetryingModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) {
    History history;
    while (true) {
        const auto started = clock_();
        Completion attempt = co_await inner_->complete(request, on_delta, stop);
        std::optional<nanoseconds> delay;
        if (attempt.finish == Finish::error) delay = after_failure(request.place, attempt, history, clock_() - started);
        if (delay) {
            const bool whole = co_await sleeper_(*delay, stop);
            history.spent += *delay;
            if (whole) {
                if (on_delta) on_delta({"", false, -1});
                continue;
            }
            attempt = Completion();
            attempt.finish = Finish::cancelled;
            attempt.requests = 0;
        }
        add_history(attempt, history);
        co_return attempt;
    }
}

}  // namespace retort

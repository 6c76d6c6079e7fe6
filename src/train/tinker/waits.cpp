#include "train/tinker/waits.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace retort::train::tinker {
namespace {

constexpr double kLongestWait = 30;  // seconds between tries
constexpr double kBillingWait = 5;   // while the account is paused
constexpr double kBillingPatience = 3600;
constexpr int kCappedTries = 5;

std::chrono::nanoseconds duration(double seconds) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace

double longest_wait(const Answer& answer, const ClientOptions& options) {
    return answer.next == Next::billing ? kBillingPatience : options.patience_s;
}

Task<std::optional<Failure>> Waits::wait(const Answer& answer) {
    const bool billing = answer.next == Next::billing;
    const double most = longest_wait(answer, options_);
    double& waited = billing ? paused_ : waited_;
    double seconds = billing ? kBillingWait : std::min(std::pow(2.0, tries_++), kLongestWait);
    seconds = std::max(seconds, std::min(answer.wait_s, most));
    if (answer.capped && ++capped_ >= kCappedTries)
        co_return Failure{FailureKind::refused, fmt::format("{} ({} times)", answer.failure.message, capped_)};
    if (waited + seconds > most)
        co_return Failure{answer.failure.kind,
                          fmt::format("{}; given up after {:.0f} s of waiting", answer.failure.message, waited)};
    waited += seconds;
    const bool slept = co_await options_.sleep(duration(seconds), options_.stop);
    if (!slept) co_return Failure{FailureKind::stopped, answer.failure.message + "; stopped while waiting for it"};
    co_return std::nullopt;
}

}  // namespace retort::train::tinker

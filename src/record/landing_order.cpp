#include "record/landing_order.h"

#include <chrono>
#include <limits>

#include "async/sleep.h"

namespace retort {
namespace {

// How long the loop may be without news before an outcome that nobody asked for is passed over. Turns of the loop
// first, since that is all a replay needs; then time, since a verifier may be at work on another thread.
constexpr int kIdleTurns = 256;
constexpr int kIdleSleeps = 10;

// After an outcome was given back its reader comes first: a few turns of the loop until it has seen it.
constexpr int kSettleTurns = 16;

// Lands after everything that has landed.
constexpr OutcomeKey kNow = std::numeric_limits<OutcomeKey>::max();
constexpr std::chrono::milliseconds kIdleSleep{2};

Task<void> let_others_run(int idle) {
    if (idle < kIdleTurns) {
        co_await yield_to_loop();
    } else {
        const bool slept = co_await sleep_for(kIdleSleep, {});
        (void)slept;
    }
}

}  // namespace

// Only the first in line looks about; the others wait at their gates.
Task<void> LandingOrder::turn(std::shared_ptr<const Recollection> recollection, OutcomeKey outcome) {
    const auto executor = co_await asio::this_coro::executor;
    Sample& sample = samples_[recollection];
    Gate gate(executor);
    const auto self = sample.waiting.emplace(outcome, &gate).first;
    int idle = 0;
    while (true) {
        if (sample.waiting.begin() != self) {
            gate.close();
            co_await gate.wait();
            idle = 0;
            continue;
        }
        if (idle >= (is_next(sample, *recollection, outcome) ? kSettleTurns : kIdleTurns + kIdleSleeps)) break;
        co_await let_others_run(idle);
        idle = busy_ && busy_() ? 0 : idle + 1;
    }
    sample.waiting.erase(self);
    give(sample, *recollection, outcome);
}

Task<void> LandingOrder::after_those_waiting(std::shared_ptr<const Recollection> recollection) {
    if (recollection->landings().empty()) co_return;
    co_await turn(std::move(recollection), kNow);
}

bool LandingOrder::is_next(const Sample& sample, const Recollection& recollection, OutcomeKey outcome) {
    const std::vector<OutcomeKey>& landings = recollection.landings();
    return outcome == kNow || sample.next >= landings.size() || landings[sample.next] >= outcome;
}

void LandingOrder::give(Sample& sample, const Recollection& recollection, OutcomeKey outcome) {
    const std::vector<OutcomeKey>& landings = recollection.landings();
    while (outcome != kNow && sample.next < landings.size() && landings[sample.next] <= outcome) ++sample.next;
    if (!sample.waiting.empty()) sample.waiting.begin()->second->open();
}

}  // namespace retort

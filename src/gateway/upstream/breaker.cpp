#include "gateway/upstream/breaker.h"

#include <algorithm>

namespace retort::gateway {

std::string_view name(BreakerState state) {
    switch (state) {
        case BreakerState::closed:
            return "closed";
        case BreakerState::open:
            return "open";
        case BreakerState::half_open:
            return "half_open";
        case BreakerState::probing:
            return "probing";
    }
    return "closed";
}

BreakerState Breaker::state(Time now) const {
    if (!open_) return BreakerState::closed;
    if (probing_) return BreakerState::probing;
    return now < until_ ? BreakerState::open : BreakerState::half_open;
}

bool Breaker::allows(Time now) const {
    const BreakerState is = state(now);
    return is == BreakerState::closed || is == BreakerState::half_open;
}

std::chrono::duration<double> Breaker::wait(Time now) const {
    return state(now) == BreakerState::open ? until_ - now : std::chrono::duration<double>(0);
}

bool Breaker::begun(Time now) {
    const bool finds_out = state(now) == BreakerState::half_open;
    if (finds_out) probing_ = true;
    return finds_out;
}

void Breaker::succeeded() {
    *this = Breaker();
}

// Requests that were under way when it opened, or were made all the same, make the wait no longer.
void Breaker::failed(Time now, bool unreachable, bool finds_out) {
    ++in_a_row_;
    if (open_ && !finds_out) return;
    probing_ = false;
    if (!open_ && !unreachable && in_a_row_ < kFailures) return;
    if (open_) wait_ = std::min(2 * wait_, kLongest);
    open_ = true;
    until_ = now + wait_;
}

void Breaker::given_up(bool finds_out) {
    if (finds_out) probing_ = false;
}

}  // namespace retort::gateway

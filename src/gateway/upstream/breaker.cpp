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

void Breaker::begun(Time now) {
    if (state(now) == BreakerState::half_open) probing_ = true;
}

void Breaker::succeeded() {
    *this = Breaker();
}

// Requests that were under way when it opened, or were made all the same, say nothing new: they make the wait no
// longer.
void Breaker::failed(Time now, bool unreachable) {
    ++in_a_row_;
    if (state(now) == BreakerState::open) return;
    probing_ = false;
    if (!open_ && !unreachable && in_a_row_ < kFailures) return;
    if (open_) wait_ = std::min(2 * wait_, kLongest);
    open_ = true;
    until_ = now + wait_;
}

}  // namespace retort::gateway

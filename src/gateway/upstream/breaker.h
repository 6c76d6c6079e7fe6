// Whether a server that failed is asked again: at once, after a while, or by one request that finds out. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace retort::gateway {

enum class BreakerState {
    closed,     // all is well
    open,       // it failed: not asked for a while
    half_open,  // the while is over: the next request finds out
    probing,    // and is under way
};
std::string_view name(BreakerState state);
inline constexpr std::array kBreakerStates{BreakerState::closed, BreakerState::open, BreakerState::half_open,
                                           BreakerState::probing};

class Breaker {
  public:
    using Time = std::chrono::steady_clock::time_point;

    BreakerState state(Time now) const;
    bool allows(Time now) const;
    std::chrono::duration<double> wait(Time now) const;  // while it is open; else 0

    // Of a request: it begins, and how it ended. The one that finds out is told so, and says it again at its end: what
    // others bring that were under way before says nothing new. One that the client gave up has said nothing of the
    // server.
    bool begun(Time now);
    void succeeded();
    void failed(Time now, bool unreachable, bool finds_out);
    void given_up(bool finds_out);

    // It can be reached again, as something else found out: the next request sees.
    void reached_again(Time now) { until_ = std::min(until_, now); }

  private:
    static constexpr int kFailures = 5;  // in a row, of a server that can be reached
    static constexpr std::chrono::seconds kFirst{1};
    static constexpr std::chrono::seconds kLongest{30};

    int in_a_row_ = 0;
    bool open_ = false;
    bool probing_ = false;
    Time until_{};
    std::chrono::seconds wait_ = kFirst;
};

}  // namespace retort::gateway

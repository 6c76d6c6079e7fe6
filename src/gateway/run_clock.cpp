#include "gateway/run_clock.h"

#include <chrono>

namespace retort::gateway {

RunClock::RunClock(const asio::any_io_executor& executor, std::stop_token client, std::optional<double> time_s)
    : client_(std::move(client), [state = state_] { state->stop.request_stop(); }), timer_(executor) {
    if (!time_s) return;
    timer_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(*time_s)));
    timer_.async_wait([state = state_](const boost::system::error_code& cancelled) {
        if (cancelled || state->settled) return;
        state->over = true;
        state->stop.request_stop();
    });
}

void RunClock::settle() {
    state_->settled = true;
    timer_.cancel();
}

RunClock::~RunClock() {
    timer_.cancel();
}

}  // namespace retort::gateway

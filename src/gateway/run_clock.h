// When a run is to stop: its client went away, or its time is over.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "async/task.h"

namespace retort::gateway {

// Loop thread only.
class RunClock {
  public:
    // `time_s`: from now on, in seconds; none: as long as it takes.
    RunClock(const asio::any_io_executor& executor, std::stop_token client, std::optional<double> time_s);
    ~RunClock();
    RunClock(const RunClock&) = delete;
    RunClock& operator=(const RunClock&) = delete;

    std::stop_token stop() const { return state_->stop.get_token(); }
    bool is_over() const { return state_->over; }  // the time, not the client

    // The run has ended: from now on no time is over any more.
    void settle();

  private:
    struct State {
        std::stop_source stop;
        bool over = false;
        bool settled = false;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();  // the timer may still call when this is gone
    std::stop_callback<std::function<void()>> client_;
    asio::steady_timer timer_;
};

}  // namespace retort::gateway

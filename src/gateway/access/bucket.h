// So much a minute, with a minute's worth saved up at most. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace retort::gateway {

class Bucket {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // 0: no limit.
    explicit Bucket(double per_minute = 0) : per_minute_(per_minute), left_(per_minute) {}

    // Seconds until `amount` can be taken; 0: now.
    double wait_for(double amount, Time now) {
        if (per_minute_ <= 0) return 0;
        refill(now);
        return left_ >= amount ? 0 : (amount - left_) * 60 / per_minute_;
    }

    // May go below nothing: what is spent is known afterwards, and is then waited for.
    void take(double amount, Time now) {
        if (per_minute_ <= 0) return;
        refill(now);
        left_ -= amount;
    }

  private:
    void refill(Time now) {
        if (since_ != Time()) {
            const double minutes = std::chrono::duration<double>(now - since_).count() / 60;
            left_ = std::min(per_minute_, left_ + minutes * per_minute_);
        }
        since_ = now;
    }

    double per_minute_;
    double left_;
    Time since_{};
};

}  // namespace retort::gateway

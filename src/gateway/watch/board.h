// What the live page is made of: runs under way and ended, and how busy each second was.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/watch/run_record.h"

namespace retort::gateway {

// One second of the gateway's life.
struct SecondPoint {
    std::int64_t second = 0;  // since 1970
    int requests = 0;         // that ended in it
    int runs = 0;             // of them by operators
    int failed = 0;           // with status 500 or more, or a run that failed
    std::int64_t tokens = 0;  // of the runs that ended
    int in_flight = 0;        // at its last request
    std::vector<float> ms;    // how long its requests took; of very many a part

    float percentile(double share) const;  // of ms, 0 to 1
};

// Loop thread only. Bounded: 10,000 ended runs, the last of them with their texts up to 64 MB, 600 seconds.
class Board {
  public:
    // Runs of an earlier life, oldest first; before any other.
    void restore(std::vector<RunSummary> earlier);

    std::shared_ptr<RunRecord> begin(RunRecord record);
    void end(const std::shared_ptr<RunRecord>& record);
    void request_ended(std::int64_t now_ms, double seconds, int status, bool was_run, std::int64_t tokens,
                       int in_flight);

    const std::map<std::uint64_t, std::shared_ptr<RunRecord>>& in_flight() const { return in_flight_; }
    const std::deque<RunSummary>& ended() const { return ended_; }  // oldest first
    const std::deque<SecondPoint>& seconds() const { return seconds_; }

    // Whole, while it is kept; null: not any more.
    std::shared_ptr<const RunRecord> find(std::string_view id) const;

  private:
    std::uint64_t begun_ = 0;
    std::uint64_t ended_count_ = 0;
    std::map<std::uint64_t, std::shared_ptr<RunRecord>> in_flight_;
    std::deque<RunSummary> ended_;
    std::deque<std::shared_ptr<const RunRecord>> kept_;  // whole, oldest first
    std::size_t kept_bytes_ = 0;
    std::map<std::string, std::shared_ptr<const RunRecord>, std::less<>> by_id_;  // under way or kept
    std::deque<SecondPoint> seconds_;
};

}  // namespace retort::gateway

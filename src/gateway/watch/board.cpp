#include "gateway/watch/board.h"

#include <algorithm>

namespace retort::gateway {
namespace {

constexpr std::size_t kMostEnded = 10'000;
constexpr std::size_t kMostKeptBytes = std::size_t{64} << 20;
constexpr std::size_t kMostSeconds = 600;
constexpr std::size_t kMostTimes = 2'000;  // of one second

RunSummary summary_of(const RunRecord& record, std::uint64_t seq) {
    RunSummary out;
    out.seq = seq;
    out.id = record.id;
    out.operator_name = record.operator_name;
    out.model = record.model;
    out.key = record.key;
    out.question = std::string(shown_question(record));
    out.error = record.error;
    out.fault = record.fault;
    out.begun_ms = record.begun_ms;
    out.seconds = record.seconds;
    out.status = record.status;
    out.b_seq = record.budget.b_seq;
    out.b_total = record.budget.b_total;
    out.calls = record.budget.calls;
    out.failed_calls = record.budget.failed_calls;
    return out;
}

}  // namespace

float SecondPoint::percentile(double share) const {
    if (ms.empty()) return 0;
    std::vector<float> sorted = ms;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(at), sorted.end());
    return sorted[at];
}

void Board::restore(std::vector<RunSummary> earlier) {
    for (RunSummary& one : earlier) {
        one.seq = ++ended_count_;
        ended_.push_back(std::move(one));
        if (ended_.size() > kMostEnded) ended_.pop_front();
    }
}

std::shared_ptr<RunRecord> Board::begin(RunRecord record) {
    record.number = ++begun_;
    auto out = std::make_shared<RunRecord>(std::move(record));
    in_flight_.emplace(out->number, out);
    by_id_[out->id] = out;
    return out;
}

void Board::end(const std::shared_ptr<RunRecord>& record) {
    in_flight_.erase(record->number);
    ended_.push_back(summary_of(*record, ++ended_count_));
    if (ended_.size() > kMostEnded) ended_.pop_front();
    kept_.push_back(record);
    kept_bytes_ += record->bytes();
    while (kept_.size() > 1 && (kept_bytes_ > kMostKeptBytes || kept_.size() > kMostEnded)) {
        kept_bytes_ -= kept_.front()->bytes();
        by_id_.erase(kept_.front()->id);
        kept_.pop_front();
    }
}

void Board::request_ended(std::int64_t now_ms, double seconds, int status, bool was_run, std::int64_t tokens,
                          int in_flight) {
    const std::int64_t second = now_ms / 1000;
    if (seconds_.empty() || seconds_.back().second < second) {
        seconds_.emplace_back().second = second;
        if (seconds_.size() > kMostSeconds) seconds_.pop_front();
    }
    SecondPoint& point = seconds_.back();
    ++point.requests;
    if (was_run) ++point.runs;
    if (status >= 500) ++point.failed;
    point.tokens += tokens;
    point.in_flight = in_flight;
    if (point.ms.size() < kMostTimes) point.ms.push_back(static_cast<float>(1000 * seconds));
}

std::shared_ptr<const RunRecord> Board::find(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

}  // namespace retort::gateway

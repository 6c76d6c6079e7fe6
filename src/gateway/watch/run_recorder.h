// Listens to a run and keeps its record.
#pragma once

#include <chrono>
#include <memory>

#include "gateway/watch/run_record.h"
#include "operator/engine.h"

namespace retort::gateway {

class RunRecorder : public RunObserver {
  public:
    explicit RunRecorder(std::shared_ptr<RunRecord> record) : record_(std::move(record)) {}

    void round_started(int round, const Round& spec) override;
    void call_started(const Place& place) override;
    void call_delta(const Place& place, const Delta& delta) override;
    void call_landed(const Place& place, const Completion& completion) override;
    void draft_landed(int round, std::size_t index, const Draft& draft) override;
    void workspace_made(int round, const Workspace& workspace) override;
    void finish_started(const FinishStep& finish) override;
    void spent(const BudgetTotals& totals) override { record_->budget = totals; }

  private:
    using Time = std::chrono::steady_clock::time_point;

    Lane* lane_at(const Place& place);  // null: of a call that has none
    void note_text(const Place& place, std::string_view text);
    void end_call_of_phase(bool cancelled);

    std::shared_ptr<RunRecord> record_;
    const Time begun_ = std::chrono::steady_clock::now();
    Time phase_begun_{};
    int phase_round_ = 0;
};

}  // namespace retort::gateway

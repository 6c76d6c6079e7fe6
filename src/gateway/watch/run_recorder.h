// Listens to a run and keeps its record.
#pragma once

#include <memory>

#include "gateway/watch/run_record.h"
#include "operator/engine.h"

namespace retort::gateway {

class RunRecorder : public RunObserver {
  public:
    explicit RunRecorder(std::shared_ptr<RunRecord> record) : record_(std::move(record)) {}

    void round_started(int round, const Round& spec) override;
    void call_delta(const Place& place, const Delta& delta) override;
    void call_landed(const Place& place, const Completion& completion) override;
    void draft_landed(int round, std::size_t index, const Draft& draft) override;
    void workspace_made(int round, const Workspace& workspace) override;
    void finish_started(const FinishStep& finish) override;
    void spent(const BudgetTotals& totals) override { record_->budget = totals; }

  private:
    Lane* lane_at(const Place& place);  // null: of a call that has none

    std::shared_ptr<RunRecord> record_;
};

}  // namespace retort::gateway

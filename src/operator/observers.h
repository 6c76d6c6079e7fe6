// Several listeners of one run.
#pragma once

#include <vector>

#include "operator/engine.h"

namespace retort {

// Tells all of them, in order. Not owned.
class Observers : public RunObserver {
  public:
    void add(RunObserver* observer) { all_.push_back(observer); }

    void round_started(int round, const Round& spec) override;
    void call_started(const Place& place) override;
    void call_delta(const Place& place, const Delta& delta) override;
    void call_landed(const Place& place, const Completion& completion) override;
    void draft_landed(int round, std::size_t index, const Draft& draft) override;
    void workspace_made(int round, const Workspace& workspace) override;
    void finish_started(const FinishStep& finish) override;
    void warned(const std::string& warning) override;
    void spent(const BudgetTotals& totals) override;

  private:
    std::vector<RunObserver*> all_;
};

}  // namespace retort

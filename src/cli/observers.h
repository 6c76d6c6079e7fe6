// Listeners of a run: several at once, and the journal.
#pragma once

#include <string>
#include <vector>

#include "operator/engine.h"
#include "record/journal.h"

namespace retort::cli {

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

// Workspaces and warnings as events of the journal; calls are recorded by the models.
class JournalObserver : public RunObserver {
  public:
    JournalObserver(Journal& journal, RunKey run, std::string problem)
        : journal_(journal), run_(run), problem_(std::move(problem)) {}

    void workspace_made(int round, const Workspace& workspace) override;
    void warned(const std::string& warning) override;
    void option_warning(const std::string& warning);
    void result(const std::string& json) { event("result", json); }

  private:
    void event(const std::string& kind, std::string body, int sample = 0);

    Journal& journal_;
    RunKey run_;
    std::string problem_;
};

}  // namespace retort::cli

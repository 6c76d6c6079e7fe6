// The journal as a listener of a run.
#pragma once

#include <string>

#include "operator/observers.h"
#include "record/journal.h"

namespace retort::cli {

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

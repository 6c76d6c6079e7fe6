// Rollouts and evaluations of a training run in a journal of the engine's own format, so that `show` and `report` read
// them.
#pragma once

#include <memory>
#include <string>

#include "cli/eval_config.h"
#include "cli/eval_listener.h"
#include "model/recording_model.h"
#include "record/journal.h"
#include "train/rollout/rollouts.h"

namespace retort::train {

class RunJournal {
  public:
    // Goes on with the file where it is there: what an unfinished step had written stays, under its own session.
    static Outcome<std::unique_ptr<RunJournal>> open(const std::string& path, asio::io_context& loop);

    // Runs the request, every call and result recorded. `title` says what it is: "step 12, op". The error is the
    // journal's.
    Outcome<std::vector<Rollout>> run(const std::string& title, Sampler& sampler, LanguageModel& model,
                                      const PromptSet& prompts, const RolloutRequest& request);

    // All is written.
    Outcome<void> close();

  private:
    RunJournal(std::shared_ptr<Journal> journal, asio::io_context& loop, std::size_t session)
        : journal_(std::move(journal)), loop_(loop), session_(session) {}

    std::shared_ptr<Journal> journal_;
    asio::io_context& loop_;
    std::size_t session_;  // runs that the file had when it was opened
};

}  // namespace retort::train

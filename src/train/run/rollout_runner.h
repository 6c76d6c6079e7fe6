// Rollouts of what is in training, kept in the run's journal where it has one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "train/rollout/rollouts.h"
#include "train/run/model_setup.h"
#include "train/run/recording.h"

namespace retort::train {

// One thread at a time, and the loop with it.
class RolloutRunner {
  public:
    // None is owned but the writer; `journal` may be null.
    RolloutRunner(asio::io_context& loop, const TrainedModel& model, RunJournal* journal,
                  std::unique_ptr<Writer> writer);

    asio::io_context& loop() { return loop_; }
    Sampler& sampler() { return sampler_; }

    // `model` is what the operators call: the sampler, or decorators around it. `title` is for the journal.
    Outcome<std::vector<Rollout>> run(const std::string& title, const RolloutRequest& request, LanguageModel& model);

  private:
    asio::io_context& loop_;
    const PromptSet& prompts_;
    Sampler sampler_;
    RunJournal* journal_;
};

}  // namespace retort::train

#include "train/run/rollout_runner.h"

#include <utility>

namespace retort::train {

RolloutRunner::RolloutRunner(asio::io_context& loop, const TrainedModel& model, RunJournal* journal,
                             std::unique_ptr<Writer> writer)
    : loop_(loop),
      prompts_(model.prompts),
      sampler_(loop, *model.tokenizer, {"trained", model.file.shape.context}, std::move(writer)),
      journal_(journal) {}

Outcome<std::vector<Rollout>> RolloutRunner::run(const std::string& title, const RolloutRequest& request,
                                                 LanguageModel& model) {
    if (journal_ != nullptr) return journal_->run(title, sampler_, model, prompts_, request);
    return run_rollouts(loop_, sampler_, model, prompts_, request, nullptr);
}

}  // namespace retort::train

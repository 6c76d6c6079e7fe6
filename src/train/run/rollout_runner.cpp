#include "train/run/rollout_runner.h"

#include <utility>

namespace retort::train {

RolloutRunner::RolloutRunner(asio::io_context& loop, const Net& net, const TrainedModel& model, std::int64_t rows,
                             RunJournal* journal, std::unique_ptr<llama::LiveModel> live)
    : loop_(loop),
      prompts_(model.prompts),
      sampler_(loop, net, *model.tokenizer, {"trained", rows}, std::move(live)),
      journal_(journal) {}

Outcome<std::vector<Rollout>> RolloutRunner::run(const std::string& title, const RolloutRequest& request,
                                                 LanguageModel& model) {
    if (journal_ != nullptr) return journal_->run(title, sampler_, model, prompts_, request);
    return run_rollouts(loop_, sampler_, model, prompts_, request, nullptr);
}

}  // namespace retort::train

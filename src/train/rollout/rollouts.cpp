#include "train/rollout/rollouts.h"

#include <algorithm>

namespace retort::train {
namespace {

class Collector : public EvalListener {
  public:
    Collector(const Suite& suite, EvalListener* also) : suite_(suite), also_(also) {}

    void started(SampleKey key) override {
        if (also_ != nullptr) also_->started(key);
    }

    void landed(SampleKey key, const RunResult& result, double wall_s) override {
        if (also_ != nullptr) also_->landed(key, result, wall_s);
        rollouts_.emplace(key, Rollout{key, suite_.problems[key.problem].problem, result, {}});
    }

    std::map<SampleKey, Rollout>& rollouts() { return rollouts_; }

  private:
    const Suite& suite_;
    EvalListener* also_;
    std::map<SampleKey, Rollout> rollouts_;
};

}  // namespace

std::vector<Rollout> run_rollouts(asio::io_context& loop, Sampler& sampler, LanguageModel& model,
                                  const PromptSet& prompts, const RolloutRequest& request, EvalListener* listener) {
    EvalJob job;
    job.suite = request.suite;
    job.policy = std::make_shared<const FixedSchedule>(request.schedule);
    job.settings = request.settings;
    job.settings.sampling.logprobs = true;
    job.samples = request.samples;
    job.concurrency = static_cast<int>(request.suite->problems.size()) * request.samples;
    EngineDependencies dependencies;
    const std::string name = sampler.info().name;
    dependencies.models = {{{name, &model}}, name, name, name, name};
    dependencies.prompts = &prompts;
    Collector collector(*request.suite, listener);
    run_with(loop, sampler, run_eval(std::move(job), dependencies, {}, collector, {}));
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < request.suite->problems.size(); ++i)
        places.emplace(request.suite->problems[i].problem.id, i);
    for (auto& [place, call] : sampler.take_calls()) {
        const auto at = collector.rollouts().find({places.at(place.problem), place.sample});
        if (at != collector.rollouts().end()) at->second.calls.emplace(place, std::move(call));
    }
    std::vector<Rollout> out;
    for (auto& [key, rollout] : collector.rollouts()) out.push_back(std::move(rollout));
    return out;
}

}  // namespace retort::train

#include "train/run/gathering.h"

#include <fmt/format.h>

#include <cmath>

#include "base/hash.h"
#include "train/run/methods.h"
#include "train/run/stopwatch.h"

namespace retort::train {
namespace {

Suite part_of(const Suite& suite, const std::vector<std::size_t>& places) {
    Suite out;
    out.name = suite.name;
    for (const std::size_t place : places) out.problems.push_back(suite.problems[place]);
    out.hash = hash_of(out.problems);
    return out;
}

}  // namespace

Gathering::Gathering(const TrainConfig& config, const Suite& problems, RewardRule reward, std::vector<Arm> arms)
    : config_(config),
      problems_(problems),
      reward_(std::move(reward)),
      arms_(std::move(arms)),
      draw_(problems, static_cast<std::uint64_t>(config.seed),
            {config.rl.retire_at, config.rl.curriculum == "pass_rate"}) {}

Outcome<Gathering> Gathering::make(const TrainConfig& config, const Suite& problems, RewardRule reward) {
    auto arms = arms_of(config.rl);
    if (!arms) return arms.error();
    return Gathering(config, problems, std::move(reward), std::move(*arms));
}

Outcome<Gathered> Gathering::gather(std::int64_t step, std::int64_t row, RolloutRunner& runner, const Began& began) {
    const Stopwatch watch;
    const std::int64_t written_before = runner.sampler().tokens_written();
    Gathered out;
    out.shares = shares_at(arms_, step, config_.rl.steps);
    for (std::size_t i = 0; i < arms_.size(); ++i) {
        const auto prompts =
            static_cast<std::size_t>(std::lround(out.shares[i] * static_cast<double>(config_.rl.prompts)));
        out.prompts.push_back(prompts);
        if (prompts == 0) {
            out.arms.emplace_back();
            continue;
        }
        if (began) began(arms_[i].name);
        auto arm = roll_out(arms_[i], step, row, prompts, runner);
        if (!arm) return arm.error();
        out.arms.push_back(std::move(*arm));
    }
    out.epoch = draw_.state().epoch;
    out.retired = draw_.retired();
    out.tokens = runner.sampler().tokens_written() - written_before;
    out.seconds = watch.seconds();
    return out;
}

Outcome<ArmRollouts> Gathering::roll_out(const Arm& arm, std::int64_t step, std::int64_t row, std::size_t prompts,
                                         RolloutRunner& runner) {
    const std::vector<std::size_t> places = draw_.take(prompts);
    const Suite suite = part_of(problems_, places);
    RolloutRequest request;
    request.suite = &suite;
    const std::uint64_t seed = hash64(fmt::format("rollouts {} {} {}", config_.seed, step, arm.name));
    request.schedule = arm.schedules[seed % arm.schedules.size()];
    request.settings.seed = seed;
    request.settings.sampling.temperature = config_.rl.temperature;
    request.samples = static_cast<int>(config_.rl.generations);
    DraftsModel drafts(runner.loop(), runner.sampler(), *draft_source_from(arm.settings->drafts), pool_, seed);
    auto rollouts = runner.run(fmt::format("step {}, {}", row, arm.name), request, drafts);
    if (!rollouts) return rollouts.error();
    drafts.add_to(pool_);
    ArmRollouts out = judge_rollouts(std::move(*rollouts), gradient_of(*arm.settings), reward_,
                                     config_.rl.objective.scale, arm.settings->skip_majority_right);
    out.pooled = drafts.pooled();
    note_pass_rates(out, places);
    return out;
}

void Gathering::note_pass_rates(const ArmRollouts& arm, const std::vector<std::size_t>& places) {
    std::vector<PassRate> rates(places.size());
    for (std::size_t i = 0; i < arm.rollouts.size(); ++i) {
        if (!arm.rewards[i]) continue;
        PassRate& rate = rates[arm.rollouts[i].key.problem];
        ++rate.tried;
        rate.solved += arm.rewards[i]->right;
    }
    for (std::size_t i = 0; i < places.size(); ++i) draw_.tried(places[i], rates[i].tried, rates[i].solved);
}

void Gathering::go_on(DrawState drawn, DraftPool pool) {
    draw_.set_state(std::move(drawn));
    pool_ = std::move(pool);
}

}  // namespace retort::train

#include "train/run/rl_phase.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "train/run/stopwatch.h"

namespace retort::train {

RlPhase::RlPhase(const TrainConfig& config, Net& net, RolloutRunner& runner, const RunFolder& folder,
                 TrainListener& listener, Gathering gathering)
    : config_(config),
      net_(net),
      runner_(runner),
      folder_(folder),
      listener_(listener),
      gathering_(std::move(gathering)),
      truncation_(config.rl.truncation_warning) {}

Outcome<std::unique_ptr<RlPhase>> RlPhase::make(const TrainConfig& config, const Suite& problems, RewardRule reward,
                                                Net& net, RolloutRunner& runner, const RunFolder& folder,
                                                TrainListener& listener) {
    auto gathering = Gathering::make(config, problems, std::move(reward));
    if (!gathering) return gathering.error();
    return std::unique_ptr<RlPhase>(new RlPhase(config, net, runner, folder, listener, std::move(*gathering)));
}

Outcome<MetricsRow> RlPhase::step(std::int64_t done) {
    const std::int64_t step = done - config_.sft.steps;
    MetricsRow row(done + 1, "rl");
    const auto gathered = gathering_.gather(step, row.step(), runner_,
                                            [&](const std::string& arm) { listener_.doing("sampling " + arm); });
    if (!gathered) return gathered.error();
    put_arms(row, *gathered);
    learn_from(row, *gathered, step);
    return row;
}

void RlPhase::put_arms(MetricsRow& row, const Gathered& gathered) {
    for (std::size_t i = 0; i < gathered.arms.size(); ++i) {
        if (gathered.prompts[i] == 0) continue;
        const ArmRollouts& arm = gathered.arms[i];
        const std::string& name = gathering_.arms()[i].name;
        put_arm(row, name, arm, gathering_.reward());
        for (const std::string& why :
             {nothing_learnt(arm, gathered.retired), failed_terms(arm), truncation_.warning(name, cut_share(arm))})
            if (!why.empty()) listener_.told(fmt::format("step {}, {}: warning: {}", row.step(), name, why));
    }
}

void RlPhase::learn_from(MetricsRow& row, const Gathered& gathered, std::int64_t step) {
    listener_.doing("learning");
    const Stopwatch watch;
    const AdamW settings = config_.rl.at(step, config_.rl.steps);
    const std::vector<MiniBatch> batches = make_batches(gathered.arms, static_cast<std::size_t>(config_.rl.updates),
                                                        hash64(fmt::format("batches {} {}", config_.seed, step)));
    const RlUpdates updates =
        learn(net_, batches, gathered.shares, config_.rl.objective, config_.rl.temperature, settings);
    const double seconds = watch.seconds();
    if (!std::isfinite(updates.grad_norm))
        folder_.keep_batch(batches[static_cast<std::size_t>(updates.updates) - 1].pack, row.step());
    put_updates(row, updates, settings.lr);
    row.put("data/epoch", static_cast<double>(gathered.epoch));
    row.put("data/retired", static_cast<double>(gathered.retired));
    row.put("time/rollout_s", gathered.seconds);
    row.put("time/learn_s", seconds);
    row.put("time/rollout_tokens_per_s", static_cast<double>(gathered.tokens) / std::max(gathered.seconds, 1e-9));
    row.put("time/learn_tokens_per_s", static_cast<double>(updates.tokens) / std::max(seconds, 1e-9));
}

void RlPhase::put_updates(MetricsRow& row, const RlUpdates& updates, double lr) const {
    row.put("actor/pg_loss", updates.loss);
    row.put("actor/sft_loss", updates.sft_loss);
    row.put("actor/entropy", updates.entropy);
    row.put("actor/grad_norm", updates.grad_norm);
    row.put("actor/lr", lr);
    row.put("actor/updates", updates.updates);
    const std::string ratio(name(config_.rl.objective.surrogate));
    row.put(ratio + "/ratio_mean", updates.ratios.mean());
    row.put(ratio + "/ratio_max", updates.ratios.largest);
    row.put(ratio + "/clamped", updates.ratios.tokens == 0 ? 0
                                                           : static_cast<double>(updates.ratios.clamped) /
                                                                 static_cast<double>(updates.ratios.tokens));
    row.put("rollout_train_logprob_diff", updates.logprob_diff);
    row.put("rollout_train_logprob_diff_max", updates.logprob_diff_max);
    if (updates.logprob_diff > config_.rl.diff_warning)
        listener_.told(
            fmt::format("step {}: warning: sampler and trainer differ by {:.3g} in log-probability on average",
                        row.step(), updates.logprob_diff));
}

void RlPhase::save(TrainState& state) const {
    state.draw = gathering_.drawn();
    state.pool = gathering_.pool();
}

void RlPhase::go_on(const TrainState& state) {
    gathering_.go_on(state.draw, state.pool);
}

}  // namespace retort::train

#include "train/run/rl_phase.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "train/run/stopwatch.h"

namespace retort::train {

namespace {

// Of cached drafts that no problem is there for twice.
std::string pool_never_read(const RlSettings& rl, const std::vector<Arm>& arms, std::size_t problems) {
    if (static_cast<std::int64_t>(problems) < rl.steps * rl.prompts) return "";
    for (const Arm& arm : arms)
        if (draft_source_from(arm.settings->drafts) == DraftSource::cached)
            return fmt::format(
                "warning: rl.{}.drafts = cached: of {} problems none comes twice in {} steps of {} prompts, so that "
                "all "
                "drafts are fresh; give fewer (data.count)",
                arm.name, problems, rl.steps, rl.prompts);
    return "";
}

}  // namespace

RlPhase::RlPhase(const RunParts& run, Gathering gathering)
    : run_(run),
      config_(run.config),
      gathering_(std::move(gathering)),
      truncation_(run.config.rl.truncation_warning),
      ahead_(run.config, run.model, run.loop, run.journal, gathering_) {}

Outcome<std::unique_ptr<RlPhase>> RlPhase::make(const RunParts& run, const Suite& problems, RewardRule reward,
                                                const TrainState& state, const std::vector<NamedTensor>& behind) {
    auto gathering = Gathering::make(run.config, problems, std::move(reward));
    if (!gathering) return gathering.error();
    if (const std::string why = pool_never_read(run.config.rl, gathering->arms(), problems.problems.size());
        !why.empty())
        run.listener.told(why);
    std::unique_ptr<RlPhase> out(new RlPhase(run, std::move(*gathering)));
    out->go_on(state, behind);
    return out;
}

void RlPhase::go_on(const TrainState& state, const std::vector<NamedTensor>& behind) {
    gathering_.go_on(state.draw, state.pool);
    const std::int64_t step = state.step - config_.sft.steps;
    if (!behind.empty() && step < config_.rl.steps) ahead_.begin(behind, step, state.step + 1);
}

Outcome<Gathered> RlPhase::gather(std::int64_t step, std::int64_t row) {
    if (ahead_.has_begun()) {
        run_.listener.doing("sampling");
        auto out = ahead_.take();
        if (out) out->staleness = 1;
        return out;
    }
    return gathering_.gather(step, row, run_.runner,
                             [&](const std::string& arm) { run_.listener.doing("sampling " + arm); });
}

Outcome<MetricsRow> RlPhase::step(std::int64_t done) {
    const std::int64_t step = done - config_.sft.steps;
    MetricsRow row(done + 1, "rl");
    const auto gathered = gather(step, row.step());
    if (!gathered) return gathered.error();
    put_arms(row, *gathered);
    if (config_.async != 0 && step + 1 < config_.rl.steps) ahead_.begin(run_.net.weights(), step + 1, row.step() + 1);
    learn_from(row, *gathered, step);
    const Stopwatch watch;
    ahead_.wait();
    row.put("time/wait_s", watch.seconds());
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
            if (!why.empty()) run_.listener.told(fmt::format("step {}, {}: warning: {}", row.step(), name, why));
    }
}

RlUpdates RlPhase::learn(const std::vector<MiniBatch>& batches, const std::vector<double>& shares, std::int64_t row,
                         const AdamW& settings) const {
    try {
        return train::learn(run_.net, batches, shares, config_.rl.objective, config_.rl.temperature, settings);
    } catch (const UpdateFailed& failed) {
        run_.folder.keep_batch(batches[failed.batch].pack, row, false);
        std::rethrow_exception(failed.cause);
    }
}

void RlPhase::learn_from(MetricsRow& row, const Gathered& gathered, std::int64_t step) {
    run_.listener.doing("learning");
    const Stopwatch watch;
    const AdamW settings = config_.rl.at(step, config_.rl.steps);
    std::vector<MiniBatch> batches = make_batches(gathered.arms, static_cast<std::size_t>(config_.rl.updates),
                                                  hash64(fmt::format("batches {} {}", config_.seed, step)));
    std::optional<LogprobDifference> difference;
    if (recomputes_logprobs(config_)) difference = recompute_logprobs(run_.net, batches, config_.rl.temperature);
    RlUpdates updates = learn(batches, gathered.shares, row.step(), settings);
    if (difference) updates.difference = *difference;
    const double seconds = watch.seconds();
    if (!std::isfinite(updates.grad_norm))
        run_.folder.keep_batch(batches[static_cast<std::size_t>(updates.updates) - 1].pack, row.step(),
                               updates.updates == 1);
    put_updates(row, updates, settings.lr);
    row.put("staleness", static_cast<double>(gathered.staleness));
    warn_of_difference(row);
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
    if (!std::isnan(updates.entropy)) row.put("actor/entropy", updates.entropy);  // servers do not tell it
    row.put("actor/grad_norm", updates.grad_norm);
    row.put("actor/lr", lr);
    row.put("actor/updates", updates.updates);
    const std::string ratio(name(config_.rl.objective.surrogate));
    row.put(ratio + "/ratio_mean", updates.ratios.mean());
    row.put(ratio + "/ratio_max", updates.ratios.largest);
    row.put(ratio + "/clamped", updates.ratios.tokens == 0 ? 0
                                                           : static_cast<double>(updates.ratios.clamped) /
                                                                 static_cast<double>(updates.ratios.tokens));
    row.put("rollout_train_logprob_diff", updates.difference.mean);
    row.put("rollout_train_logprob_diff_max", updates.difference.largest);
}

// Of rollouts that were sampled with older weights the difference is meant.
void RlPhase::warn_of_difference(const MetricsRow& row) const {
    const double difference = row.get("rollout_train_logprob_diff");
    if (difference > config_.rl.diff_warning && row.get("staleness") == 0)
        run_.listener.told(
            fmt::format("step {}: warning: sampler and trainer differ by {:.3g} in log-probability on average",
                        row.step(), difference));
}

void RlPhase::save(Checkpoint& checkpoint) const {
    const bool ahead = ahead_.has_begun();
    checkpoint.state.draw = ahead ? ahead_.drawn() : gathering_.drawn();
    checkpoint.state.pool = ahead ? ahead_.pool() : gathering_.pool();
    if (ahead) checkpoint.behind = ahead_.weights();
}

}  // namespace retort::train

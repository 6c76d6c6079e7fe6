#include "train/run/sft_phase.h"

#include <cmath>

#include "train/run/stopwatch.h"

namespace retort::train {

Outcome<SftBatch> SftPhase::draw(std::int64_t step, std::int64_t first) const {
    const double progress = static_cast<double>(step) / static_cast<double>(config_.sft.steps);
    return draw_examples(source_, *model_.tokenizer, static_cast<std::uint64_t>(config_.seed),
                         static_cast<std::uint64_t>(first), config_.sft.batch_tokens, progress,
                         model_.file.shape.context);
}

Outcome<SftBatch> SftPhase::batch(std::int64_t step, std::int64_t first) {
    return next_.valid() ? next_.get() : draw(step, first);
}

void SftPhase::draw_ahead(std::int64_t step, std::int64_t first) {
    if (step < config_.sft.steps)
        next_ = std::async(std::launch::async, [this, step, first] { return draw(step, first); });
}

SftStep SftPhase::learn(const SftBatch& batch, std::int64_t row, const AdamW& settings) const {
    try {
        return sft_step(net_, batch, settings);
    } catch (const NetUnreachable&) {
        throw;
    } catch (...) {
        folder_.keep_batch(batch.pack, row, false);
        throw;
    }
}

Outcome<MetricsRow> SftPhase::step(TrainState& state) {
    const Stopwatch watch;
    const auto batch = this->batch(state.step, state.sft_examples);
    if (!batch) return batch.error();
    const double waited = watch.seconds();
    draw_ahead(state.step + 1, state.sft_examples + batch->examples);
    const AdamW settings = config_.sft.at(state.step, config_.sft.steps);
    const SftStep step = learn(*batch, state.step + 1, settings);
    if (!std::isfinite(step.grad_norm)) folder_.keep_batch(batch->pack, state.step + 1, true);
    state.sft_examples += batch->examples;
    MetricsRow row(state.step + 1, "sft");
    row.put("loss", step.loss);
    for (const auto& [kind, loss] : step.loss_of) row.put("loss/" + kind, loss);
    row.put("tokens", static_cast<double>(step.tokens));
    row.put("examples", static_cast<double>(batch->examples));
    row.put("examples_too_long", static_cast<double>(batch->too_long));
    row.put("learnt_tokens", static_cast<double>(step.learnt));
    row.put("actor/grad_norm", step.grad_norm);
    row.put("actor/lr", settings.lr);
    const double seconds = watch.seconds();
    row.put("time/examples_s", waited);
    row.put("time/step_s", seconds);
    row.put("time/tokens_per_s", static_cast<double>(step.tokens) / seconds);
    return row;
}

}  // namespace retort::train

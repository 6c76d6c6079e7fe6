#include "train/run/rl.h"

#include <algorithm>
#include <cmath>

namespace retort::train {
namespace {

// Gathers what one mini-batch says on its way through the net.
class Update {
  public:
    Update(const MiniBatch& batch, const std::vector<double>& shares, const ObjectiveSettings& objective)
        : batch_(batch), objective_(objective), weights_(rollout_weights(batch.terms, shares, objective)) {}

    std::vector<float> coefficients(std::size_t first, const TokenScores& scores, RatioStatistics& ratios) {
        std::vector<float> out;
        out.reserve(scores.logprobs.size());
        for (std::size_t i = 0; i < scores.logprobs.size(); ++i) {
            const std::size_t term = batch_.term_of[first + i];
            const double now = scores.logprobs[i];
            const double then = batch_.sampled_logprobs[first + i];
            const double weight =
                token_weight(now, then, batch_.terms[term].advantage, weights_[term], objective_, ratios);
            out.push_back(static_cast<float>(weight));
            value_ += weight * now;
            sft_ += weights_[term].sft * now;
            const double difference = std::abs(now - then);
            difference_ += difference;
            largest_difference_ = std::max(largest_difference_, difference);
            entropy_ += static_cast<double>(scores.entropies[i]);
        }
        tokens_ += scores.logprobs.size();
        return out;
    }

    ClippedPolicy clipped_policy() const {
        ClippedPolicy out{batch_.sampled_logprobs, {}, objective_.is_clip_min, objective_.is_clip_max};
        out.weights.reserve(batch_.term_of.size());
        for (const std::size_t term : batch_.term_of) out.weights.push_back(static_cast<float>(weights_[term].policy));
        return out;
    }

    double value() const { return value_; }
    double sft() const { return sft_; }
    double entropy_sum() const { return entropy_; }
    double difference() const { return tokens_ == 0 ? 0 : difference_ / static_cast<double>(tokens_); }
    double largest_difference() const { return largest_difference_; }
    std::size_t tokens() const { return tokens_; }

  private:
    const MiniBatch& batch_;
    const ObjectiveSettings& objective_;
    std::vector<RolloutWeights> weights_;
    double value_ = 0;
    double sft_ = 0;
    double entropy_ = 0;
    double difference_ = 0;
    double largest_difference_ = 0;
    std::size_t tokens_ = 0;
};

// One update; the gradient's norm.
double make_update(Net& net, const MiniBatch& batch, Update& update, double temperature, const AdamW& settings,
                   RatioStatistics& ratios) {
    const auto coefficients = [&](std::size_t first, const TokenScores& scores) {
        return update.coefficients(first, scores, ratios);
    };
    // What the coefficients would be is only told then.
    if (const auto scores = net.accumulate(batch.pack, update.clipped_policy()))
        coefficients(0, *scores);
    else
        net.accumulate(batch.pack, coefficients, temperature);
    return net.step(settings);
}

}  // namespace

LogprobDifference recompute_logprobs(const Net& net, std::vector<MiniBatch>& batches, double temperature) {
    LogprobDifference out;
    std::size_t tokens = 0;
    for (MiniBatch& batch : batches) {
        std::vector<float> now = net.score(batch.pack, temperature).logprobs;
        for (std::size_t i = 0; i < now.size(); ++i) {
            const double difference = std::abs(static_cast<double>(now[i]) - batch.sampled_logprobs[i]);
            out.mean += difference;
            out.largest = std::max(out.largest, difference);
        }
        tokens += now.size();
        batch.sampled_logprobs = std::move(now);
    }
    out.mean /= static_cast<double>(std::max<std::size_t>(tokens, 1));
    return out;
}

RlUpdates learn(Net& net, const std::vector<MiniBatch>& batches, const std::vector<double>& shares,
                const ObjectiveSettings& objective, double temperature, const AdamW& settings) {
    RlUpdates out;
    std::size_t tokens = 0;
    for (const MiniBatch& batch : batches) {
        Update update(batch, shares, objective);
        double norm = 0;
        try {
            norm = make_update(net, batch, update, temperature, settings, out.ratios);
        } catch (const NetUnreachable&) {
            throw;
        } catch (...) {
            throw UpdateFailed{static_cast<std::size_t>(out.updates), std::current_exception()};
        }
        if (out.updates == 0) {
            out.difference = {update.difference(), update.largest_difference()};
        }
        ++out.updates;
        out.loss -= update.value();
        out.sft_loss -= update.sft();
        out.entropy += update.entropy_sum();
        out.grad_norm += norm;
        tokens += update.tokens();
        out.tokens += static_cast<std::int64_t>(batch.pack.tokens.size());
        if (!std::isfinite(norm)) break;
    }
    if (out.updates == 0) return out;
    out.loss /= out.updates;
    out.sft_loss /= out.updates;
    out.grad_norm /= out.updates;
    out.entropy /= static_cast<double>(std::max<std::size_t>(tokens, 1));
    return out;
}

}  // namespace retort::train

#include "train/objective/objective.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace retort::train {
namespace {

template <class T, std::size_t N>
using Names = std::array<std::pair<T, std::string_view>, N>;

constexpr Names<Surrogate, 3> kSurrogates{
    {{Surrogate::cispo, "cispo"}, {Surrogate::clip, "clip"}, {Surrogate::reinforce, "reinforce"}}};
constexpr Names<AdvantageScale, 3> kScales{
    {{AdvantageScale::group, "group"}, {AdvantageScale::batch, "batch"}, {AdvantageScale::none, "none"}}};
constexpr Names<Aggregation, 2> kAggregations{
    {{Aggregation::prompt, "prompt"}, {Aggregation::batch_token, "batch_token"}}};

template <class T, std::size_t N>
std::string_view name_in(const Names<T, N>& names, T value) {
    return std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.first == value; })->second;
}

template <class T, std::size_t N>
std::optional<T> value_in(const Names<T, N>& names, std::string_view name) {
    const auto found =
        std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.second == name; });
    return found == names.end() ? std::nullopt : std::optional<T>(found->first);
}

double mean_of(const std::vector<double>& values) {
    return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

bool all_alike(const std::vector<double>& values) {
    return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

// Root of the mean square: of values whose mean is 0 already.
double spread_of(const std::vector<double>& centred) {
    double squares = 0;
    for (const double value : centred) squares += value * value;
    return centred.empty() ? 0 : std::sqrt(squares / static_cast<double>(centred.size()));
}

struct PromptTally {
    std::int64_t tokens = 0;
};

struct ArmTally {
    std::map<std::size_t, PromptTally> prompts;
    std::int64_t tokens = 0;
    std::int64_t positives = 0;
};

std::vector<ArmTally> tally(const std::vector<RolloutTerm>& rollouts, std::size_t arms) {
    std::vector<ArmTally> out(arms);
    for (const RolloutTerm& rollout : rollouts) {
        ArmTally& arm = out[rollout.arm];
        arm.prompts[rollout.prompt].tokens += rollout.tokens;
        arm.tokens += rollout.tokens;
        arm.positives += rollout.positive && rollout.tokens > 0;
    }
    return out;
}

}  // namespace

std::string_view name(Surrogate value) {
    return name_in(kSurrogates, value);
}
std::string_view name(AdvantageScale value) {
    return name_in(kScales, value);
}
std::string_view name(Aggregation value) {
    return name_in(kAggregations, value);
}
std::optional<Surrogate> surrogate_from(std::string_view name) {
    return value_in(kSurrogates, name);
}
std::optional<AdvantageScale> advantage_scale_from(std::string_view name) {
    return value_in(kScales, name);
}
std::optional<Aggregation> aggregation_from(std::string_view name) {
    return value_in(kAggregations, name);
}

std::vector<PromptAdvantages> advantages(const std::vector<std::vector<double>>& rewards_by_prompt,
                                         AdvantageScale scale) {
    std::vector<PromptAdvantages> out;
    std::vector<double> kept;
    for (const std::vector<double>& rewards : rewards_by_prompt) {
        PromptAdvantages prompt;
        prompt.dropped = all_alike(rewards);
        const double mean = mean_of(rewards);
        for (const double reward : rewards) prompt.values.push_back(prompt.dropped ? 0 : reward - mean);
        if (!prompt.dropped) kept.insert(kept.end(), prompt.values.begin(), prompt.values.end());
        out.push_back(std::move(prompt));
    }
    const double batch = spread_of(kept);
    for (PromptAdvantages& prompt : out) {
        if (prompt.dropped || scale == AdvantageScale::none) continue;
        const double by = scale == AdvantageScale::batch ? batch : spread_of(prompt.values);
        for (double& value : prompt.values) value /= by;
    }
    return out;
}

std::vector<RolloutWeights> rollout_weights(const std::vector<RolloutTerm>& rollouts, const std::vector<double>& shares,
                                            const ObjectiveSettings& settings) {
    const std::vector<ArmTally> arms = tally(rollouts, shares.size());
    std::vector<RolloutWeights> out;
    out.reserve(rollouts.size());
    for (const RolloutTerm& rollout : rollouts) {
        RolloutWeights weights;
        const ArmTally& arm = arms[rollout.arm];
        if (rollout.tokens > 0) {
            const double tokens = settings.aggregation == Aggregation::batch_token
                                      ? static_cast<double>(arm.tokens)
                                      : static_cast<double>(arm.prompts.at(rollout.prompt).tokens) *
                                            static_cast<double>(arm.prompts.size());
            weights.policy = shares[rollout.arm] * rollout.advantage / tokens;
            if (rollout.positive)
                weights.sft = shares[rollout.arm] * settings.alpha /
                              (static_cast<double>(arm.positives) * static_cast<double>(rollout.tokens));
        }
        out.push_back(weights);
    }
    return out;
}

double ratio_weight(double ratio, double advantage, const ObjectiveSettings& settings) {
    switch (settings.surrogate) {
        case Surrogate::cispo:
            return std::clamp(ratio, settings.is_clip_min, settings.is_clip_max);
        case Surrogate::clip: {
            const bool bound = advantage >= 0 ? ratio > settings.is_clip_max : ratio < settings.is_clip_min;
            return bound ? 0 : ratio;
        }
        case Surrogate::reinforce:
            break;
    }
    return 1;
}

void RatioStatistics::add(double ratio, const ObjectiveSettings& settings) {
    sum += ratio;
    largest = std::max(largest, ratio);
    clamped += ratio < settings.is_clip_min || ratio > settings.is_clip_max;
    ++tokens;
}

double token_weight(double logprob, double sampled_logprob, double advantage, const RolloutWeights& weights,
                    const ObjectiveSettings& settings, RatioStatistics& seen) {
    const double ratio = std::exp(logprob - sampled_logprob);
    seen.add(ratio, settings);
    return weights.policy * ratio_weight(ratio, advantage, settings) + weights.sft;
}

}  // namespace retort::train

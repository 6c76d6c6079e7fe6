// The objective: J = sum over arms of share x (J_policy + alpha J_SFT), as a weight for each sampled token's
// log-probability. Pure arithmetic on plain numbers; any thread.
//
// For rollouts o_i of one prompt with rewards R_i (MiniMax-M1, eq. 2-7; CISPO):
//
//   J_policy = 1 / sum_i |o_i| * sum_i sum_t sg(w(r_it, A_i)) A_i log pi(o_it)        r_it = pi(o_it) / pi_old(o_it)
//   A_i      = (R_i - mean) / std
//   J_SFT    = mean over positive rollouts of 1 / |o_i| * sum_t log pi(o_it); 0 where there is none
//
// |o_i| counts sampled tokens: what was put into the completion by force, and prompts, have no part in anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace retort::train {

// w(r, A): how the importance ratio counts. Bounds are absolute: PPO's epsilon of 0.2 is 0.8 and 1.2.
enum class Surrogate {
    cispo,      // clip(r, min, max): every token keeps its gradient
    clip,       // PPO and GRPO (symmetric bounds), DAPO (a higher upper one): r, or 0 where the clipped side binds
    reinforce,  // 1
};
enum class AdvantageScale {
    group,  // the standard deviation of the prompt's own rewards
    batch,  // that of all rewards of the arm in this rollout step, after each prompt's mean is taken off (ScaleRL)
    none,   // 1: rewards less their mean
};
enum class Aggregation {
    prompt,       // each prompt counts alike: the formula above, averaged over prompts
    batch_token,  // each token counts alike: one sum over all prompts, divided by all their tokens
};

std::string_view name(Surrogate value);
std::string_view name(AdvantageScale value);
std::string_view name(Aggregation value);
std::optional<Surrogate> surrogate_from(std::string_view name);
std::optional<AdvantageScale> advantage_scale_from(std::string_view name);
std::optional<Aggregation> aggregation_from(std::string_view name);

struct ObjectiveSettings {
    Surrogate surrogate = Surrogate::cispo;
    double is_clip_min = 0;  // bounds of the importance ratio
    double is_clip_max = 5;
    AdvantageScale scale = AdvantageScale::batch;
    Aggregation aggregation = Aggregation::prompt;
    double alpha = 0.1;  // weight of J_SFT; 0: none
};

// The rewards of one prompt's rollouts become advantages. A prompt whose rewards are all alike teaches nothing: it is
// dropped and all its advantages are 0.
struct PromptAdvantages {
    std::vector<double> values;
    bool dropped = false;
};
std::vector<PromptAdvantages> advantages(const std::vector<std::vector<double>>& rewards_by_prompt,
                                         AdvantageScale scale);

// A rollout of a mini-batch.
struct RolloutTerm {
    std::size_t arm = 0;
    std::size_t prompt = 0;  // which prompt of the arm
    double advantage = 0;
    bool positive = false;    // the answer is right: J_SFT learns it
    std::int64_t tokens = 0;  // sampled ones that get gradient: |o_i|
};

// What each token of a rollout is multiplied by: c_t = policy * w(r_t, A) + sft.
struct RolloutWeights {
    double policy = 0;
    double sft = 0;
};

// `shares`: one an arm, used as they are. Arms without a rollout in the mini-batch add nothing.
std::vector<RolloutWeights> rollout_weights(const std::vector<RolloutTerm>& rollouts, const std::vector<double>& shares,
                                            const ObjectiveSettings& settings);

// w(r, A) of one token.
double ratio_weight(double ratio, double advantage, const ObjectiveSettings& settings);

// What is seen on the way, for the metrics.
struct RatioStatistics {
    double sum = 0;
    double largest = 0;
    std::int64_t clamped = 0;  // tokens whose ratio was outside the bounds
    std::int64_t tokens = 0;
    double mean() const { return tokens == 0 ? 0 : sum / static_cast<double>(tokens); }
    void add(double ratio, const ObjectiveSettings& settings);
};

// The weight of one token: its log-probability now and when it was sampled.
double token_weight(double logprob, double sampled_logprob, double advantage, const RolloutWeights& weights,
                    const ObjectiveSettings& settings, RatioStatistics& seen);

}  // namespace retort::train

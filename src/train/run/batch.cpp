#include "train/run/batch.h"

#include <algorithm>
#include <map>

#include "distill/selection.h"

namespace retort::train {
namespace {

std::int64_t sampled_tokens(const SampledCall& call) {
    return std::count(call.forced.begin(), call.forced.end(), 0);
}

void add_call(MiniBatch& batch, const SampledCall& call, std::size_t term) {
    Pack& pack = batch.pack;
    pack.tokens.insert(pack.tokens.end(), call.prompt.begin(), call.prompt.end());
    pack.tokens.insert(pack.tokens.end(), call.ids.begin(), call.ids.end());
    pack.lengths.push_back(static_cast<std::int32_t>(call.prompt.size() + call.ids.size()));
    pack.wanted.insert(pack.wanted.end(), call.prompt.size(), 0);
    for (std::size_t i = 0; i < call.ids.size(); ++i) {
        pack.wanted.push_back(call.forced[i] == 0);
        if (call.forced[i] != 0) continue;
        batch.term_of.push_back(term);
        batch.sampled_logprobs.push_back(call.logprobs[i]);
    }
}

void add_rollout(MiniBatch& batch, std::size_t arm_index, const ArmRollouts& arm, std::size_t rollout) {
    const Rollout& one = arm.rollouts[rollout];
    RolloutTerm term{arm_index, one.key.problem, arm.advantages[rollout], arm.rewards[rollout]->right, 0};
    for (const auto& [place, call] : one.calls)
        if (gets_gradient(place, arm.gradient)) {
            add_call(batch, call, batch.terms.size());
            term.tokens += sampled_tokens(call);
        }
    batch.terms.push_back(term);
}

// The reward of one, or none and why.
void add_reward(ArmRollouts& arm, const Rollout& rollout, const RewardRule& rule) {
    std::variant<Reward, NoReward> found = rule.of(rollout);
    if (auto* reward = std::get_if<Reward>(&found)) {
        arm.rewards.emplace_back(std::move(*reward));
        return;
    }
    arm.rewards.emplace_back();
    std::string& failed = std::get<NoReward>(found).failed_term;
    if (!failed.empty()) arm.failed_terms.push_back(std::move(failed));
}

bool is_majority_right(const Rollout& rollout) {
    if (rollout.result.rounds.empty()) return false;
    const std::vector<Draft>& drafts = rollout.result.rounds.back().drafts;
    const std::vector<AnswerCount> answers = count_answers(drafts, rollout.problem.verifier.get());
    return !answers.empty() && drafts[answers.front().drafts.front()].verdict == Verdict::equal;
}

}  // namespace

ArmRollouts judge_rollouts(std::vector<Rollout> rollouts, GradientOf gradient, const RewardRule& reward,
                           AdvantageScale scale, bool skip_majority_right) {
    ArmRollouts out;
    out.gradient = gradient;
    out.rollouts = std::move(rollouts);
    std::map<std::size_t, std::vector<std::size_t>> by_prompt;
    for (std::size_t i = 0; i < out.rollouts.size(); ++i) {
        add_reward(out, out.rollouts[i], reward);
        const bool easy = is_majority_right(out.rollouts[i]);
        out.majority_right += easy;
        std::vector<std::size_t>& members = by_prompt[out.rollouts[i].key.problem];
        if (out.rewards.back() && !(easy && skip_majority_right)) members.push_back(i);
    }
    std::vector<std::vector<double>> rewards;
    for (const auto& [prompt, members] : by_prompt) {
        rewards.emplace_back();
        for (const std::size_t i : members) rewards.back().push_back(out.rewards[i]->value);
    }
    const std::vector<PromptAdvantages> found = advantages(rewards, scale);
    out.advantages.assign(out.rollouts.size(), 0);
    out.kept.assign(out.rollouts.size(), 0);
    std::size_t row = 0;
    for (const auto& [prompt, members] : by_prompt) {
        ++out.prompts;
        out.dropped += found[row].dropped;
        for (std::size_t j = 0; j < members.size(); ++j) {
            out.advantages[members[j]] = found[row].values[j];
            out.kept[members[j]] = !found[row].dropped;
        }
        ++row;
    }
    return out;
}

std::vector<MiniBatch> make_batches(std::span<const ArmRollouts> arms, std::size_t updates, std::uint64_t seed) {
    std::vector<MiniBatch> out(updates);
    for (std::size_t a = 0; a < arms.size(); ++a) {
        const ArmRollouts& arm = arms[a];
        std::map<std::size_t, std::vector<std::size_t>> by_prompt;
        for (std::size_t i = 0; i < arm.rollouts.size(); ++i)
            if (arm.kept[i] != 0) by_prompt[arm.rollouts[i].key.problem].push_back(i);
        std::vector<std::vector<std::size_t>> prompts;
        for (auto& [prompt, members] : by_prompt) prompts.push_back(std::move(members));
        const std::vector<int> order = shuffled(static_cast<int>(prompts.size()), seed + a);
        for (std::size_t i = 0; i < order.size(); ++i)
            for (const std::size_t rollout : prompts[static_cast<std::size_t>(order[i])])
                add_rollout(out[i % updates], a, arm, rollout);
    }
    std::erase_if(out, [](const MiniBatch& batch) { return batch.terms.empty(); });
    return out;
}

}  // namespace retort::train

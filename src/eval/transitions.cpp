#include "eval/transitions.h"

#include <algorithm>
#include <map>

#include "eval/signatures_tally.h"

namespace retort {
namespace {

// A mean that is not clustered: for figures that need no interval.
struct Mean {
    double sum = 0;
    double of = 0;
    void add(double value, double weight = 1) { sum += value, of += weight; }
    double value() const { return of == 0 ? 0 : sum / of; }
};

struct RoundTally {
    std::size_t samples = 0;
    Tally drafts, majority, any, answers, agreement;
    Mean answered, cut, tokens_out, workspace_tokens, workspace_cut;
};

// Different answers for each answered draft, and the chance that two of them agree.
void add_diversity(RoundTally& tally, const std::string& problem, const RoundFacts& round) {
    std::map<int, double> votes;
    double answered = 0;
    for (const DraftFacts& draft : round.drafts)
        if (draft.group >= 0) ++votes[draft.group], ++answered;
    if (answered < 2) return;
    double agreeing = 0;
    for (const auto& [group, count] : votes) agreeing += count * (count - 1);
    tally.answers.add(problem, static_cast<double>(votes.size()) / answered);
    tally.agreement.add(problem, agreeing / (answered * (answered - 1)));
}

void add_round(RoundTally& tally, const std::string& problem, const RoundFacts& round) {
    ++tally.samples;
    double right = 0;
    double counted = 0;
    for (const DraftFacts& draft : round.drafts) {
        if (!draft.counts()) continue;
        ++counted;
        right += draft.right ? 1 : 0;
        tally.answered.add(draft.group >= 0 ? 1 : 0);
        tally.cut.add(draft.finish == Finish::length ? 1 : 0);
        tally.tokens_out.add(static_cast<double>(draft.tokens_out));
    }
    tally.drafts.add(problem, right, counted);
    tally.majority.add(problem, round.majority_right ? 1 : 0);
    tally.any.add(problem, right > 0 ? 1 : 0);
    add_diversity(tally, problem, round);
    for (const WorkspaceFacts& workspace : round.workspaces) {
        tally.workspace_tokens.add(static_cast<double>(workspace.tokens));
        tally.workspace_cut.add(workspace.truncated ? 1 : 0);
    }
}

RoundStatistics read(int round, const RoundTally& tally, const BootstrapOptions& options) {
    RoundStatistics out;
    out.round = round;
    out.samples = tally.samples;
    out.drafts = tally.drafts.ratio(options);
    out.majority = tally.majority.ratio(options);
    out.any = tally.any.ratio(options);
    out.answers = tally.answers.ratio(options);
    out.agreement = tally.agreement.ratio(options);
    out.answered = tally.answered.value();
    out.cut = tally.cut.value();
    out.tokens_out = tally.tokens_out.value();
    out.workspace_tokens = tally.workspace_tokens.value();
    out.workspace_cut = tally.workspace_cut.value();
    return out;
}

struct StepTally {
    Transition counts;
    Tally lost, gained;
};

void add_step(StepTally& tally, const std::string& problem, bool before, bool after) {
    if (before)
        ++(after ? tally.counts.right_right : tally.counts.right_wrong);
    else
        ++(after ? tally.counts.wrong_right : tally.counts.wrong_wrong);
    if (before)
        tally.lost.add(problem, after ? 0 : 1);
    else
        tally.gained.add(problem, after ? 1 : 0);
}

}  // namespace

std::vector<RoundStatistics> round_statistics(std::span<const SampleFacts> facts, const BootstrapOptions& options) {
    std::vector<RoundTally> tallies;
    for (const SampleFacts* fact : scored_in_order(facts)) {
        if (fact->rounds.size() > tallies.size()) tallies.resize(fact->rounds.size());
        for (std::size_t r = 0; r < fact->rounds.size(); ++r) add_round(tallies[r], fact->problem, fact->rounds[r]);
    }
    std::vector<RoundStatistics> out;
    for (std::size_t r = 0; r < tallies.size(); ++r) out.push_back(read(static_cast<int>(r) + 1, tallies[r], options));
    return out;
}

std::vector<Transition> transitions(std::span<const SampleFacts> facts, const BootstrapOptions& options) {
    // The answer, 0, comes after every round.
    std::map<std::pair<int, int>, StepTally> steps;
    for (const SampleFacts* fact : scored_in_order(facts)) {
        const auto rounds = static_cast<int>(fact->rounds.size());
        for (int r = 1; r <= rounds; ++r) {
            const bool last = r == rounds;
            const bool after = last ? fact->right : fact->rounds[static_cast<std::size_t>(r)].majority_right;
            add_step(steps[{r, last ? 0 : r + 1}], fact->problem,
                     fact->rounds[static_cast<std::size_t>(r) - 1].majority_right, after);
        }
    }
    std::vector<Transition> out;
    for (const auto& [step, tally] : steps) {
        Transition transition = tally.counts;
        transition.from = step.first;
        transition.to = step.second;
        transition.lost = tally.lost.ratio(options);
        transition.gained = tally.gained.ratio(options);
        out.push_back(transition);
    }
    return out;
}

}  // namespace retort

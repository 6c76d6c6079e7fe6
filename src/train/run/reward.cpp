#include "train/run/reward.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <set>
#include <stdexcept>

namespace retort::train {
namespace {

double share_right(const RoundState& round) {
    if (round.drafts.empty()) return 0;
    const auto right = std::count_if(round.drafts.begin(), round.drafts.end(),
                                     [](const Draft& draft) { return draft.verdict == Verdict::equal; });
    return static_cast<double>(right) / static_cast<double>(round.drafts.size());
}

std::vector<double> format_of(const Rollout& rollout) {
    return {rollout.result.answer ? 1.0 : 0.0};
}

std::vector<double> length_of(const Rollout& rollout) {
    return {static_cast<double>(rollout.result.budget.b_seq) / 1000};
}

std::vector<double> rounds_of(const Rollout& rollout) {
    std::vector<double> out;
    for (const RoundState& round : rollout.result.rounds) out.push_back(share_right(round));
    return out;
}

// Format and length are cheap, but figures of a weight of 0 would only fill the metrics.
std::vector<RewardTerm> own_terms(const RewardSettings& settings) {
    std::vector<RewardTerm> out;
    if (settings.format != 0) out.push_back({"format", settings.format, TermOf::rollout, format_of});
    if (settings.length != 0) out.push_back({"length", settings.length, TermOf::rollout, length_of});
    out.push_back({"rounds", settings.rounds, TermOf::round, rounds_of});
    return out;
}

// A run without an answer is wrong; an answer that could not be judged is neither right nor wrong.
bool is_judged(const RunResult& result) {
    if (result.error) return false;
    return !result.answer || (result.verdict && *result.verdict != Verdict::unknown);
}

TermValue value_of(const RewardTerm& term, const Rollout& rollout) {
    const std::vector<double> values = term.values(rollout);
    if (term.of == TermOf::rollout && values.size() != 1)
        throw std::runtime_error(fmt::format("expected one value, found {}", values.size()));
    TermValue out;
    for (const double value : values) {
        if (!std::isfinite(value)) throw std::runtime_error("its value is no number");
        out.sum += value;
        ++out.count;
    }
    return out;
}

// The error of a term that cannot say its value.
Outcome<TermValue> tried(const RewardTerm& term, const Rollout& rollout) {
    std::string why;
    try {
        return value_of(term, rollout);
    } catch (const std::exception& exception) {
        why = exception.what();
    } catch (...) {
        why = "it threw what is no std::exception";
    }
    return Error{ErrorKind::usage, term.name + ": " + why};
}

bool can_be_metric(const std::string& name) {
    return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

}  // namespace

RewardRule::RewardRule(const RewardSettings& settings, std::vector<RewardTerm> more)
    : correct_(settings.correct), wrong_(settings.wrong), terms_(own_terms(settings)) {
    for (RewardTerm& term : more) terms_.push_back(std::move(term));
}

std::variant<Reward, NoReward> RewardRule::of(const Rollout& rollout) const {
    const RunResult& result = rollout.result;
    if (!is_judged(result)) return NoReward{};
    Reward out;
    out.right = result.verdict == Verdict::equal;
    out.value = out.right ? correct_ : wrong_;
    for (const RewardTerm& term : terms_) {
        const Outcome<TermValue> value = tried(term, rollout);
        if (!value) return NoReward{value.error().message};
        out.value += term.weight * value->mean();
        out.terms.push_back(*value);
    }
    return out;
}

std::optional<Error> fault_of(const std::vector<RewardTerm>& more) {
    std::set<std::string> known{"mean", "format", "length", "rounds"};
    for (const RewardTerm& term : more) {
        const auto wrong = [&](std::string_view what) {
            return Error{ErrorKind::usage, fmt::format("reward term \"{}\": {}", term.name, what)};
        };
        if (!can_be_metric(term.name)) return wrong("expected a name of a-z, 0-9 and _");
        if (!known.insert(term.name).second) return wrong("the name is taken");
        if (!std::isfinite(term.weight)) return wrong("its weight is no number");
        if (!term.values) return wrong("it has no function");
    }
    return std::nullopt;
}

}  // namespace retort::train

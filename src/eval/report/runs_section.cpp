// Runs: what each was, what it reached and cost, round by round, and its grid of samples.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "eval/report/sections.h"
#include "eval/transitions.h"

namespace retort {
namespace {

constexpr std::size_t kMostAnswerBytes = 80;
constexpr std::size_t kMostRunWarnings = 20;

ordered_json at_k(const RunTable& table,
                  std::optional<Estimate> (*figure)(const RunTable&, std::size_t, const BootstrapOptions&)) {
    ordered_json out = ordered_json::array();
    for (const std::size_t k : usual_ks(table))
        if (const auto accuracy = figure(table, k, {}))
            out.push_back({{"k", k}, {"accuracy", estimate_json(accuracy)}});
    return out;
}

void add_budgets(ordered_json& out, const EvaluatedRun& run) {
    const auto mean = [&](auto member) { return mean_of(run.facts, member); };
    out["b_seq"] = mean([](const SampleFacts& one) { return one.budget.b_seq; });
    out["b_total"] = mean([](const SampleFacts& one) { return one.budget.b_total; });
    out["b_seq_nominal"] = mean([](const SampleFacts& one) { return one.budget.b_seq_nominal; });
    out["max_call_tokens"] = mean([](const SampleFacts& one) { return one.budget.max_call_tokens; });
    out["wall_s"] = mean([](const SampleFacts& one) { return one.wall_s; });
}

ordered_json cost_json(const EvaluatedRun& run) {
    BudgetTotals sum;
    double wall_s = 0;
    for (const SampleFacts& one : run.facts) {
        sum.calls += one.budget.calls;
        sum.failed_calls += one.budget.failed_calls;
        sum.tokens_in += one.budget.tokens_in;
        sum.tokens_out += one.budget.tokens_out;
        sum.tokens_reasoning += one.budget.tokens_reasoning;
        sum.tokens_cached += one.budget.tokens_cached;
        sum.estimated = sum.estimated || one.budget.estimated;
        wall_s += one.wall_s;
    }
    return {{"calls", sum.calls},
            {"failed_calls", sum.failed_calls},
            {"tokens_in", sum.tokens_in},
            {"tokens_out", sum.tokens_out},
            {"tokens_reasoning", sum.tokens_reasoning},
            {"tokens_cached", sum.tokens_cached},
            {"wall_s", wall_s},
            {"estimated", sum.estimated}};
}

ordered_json positive_or_null(double value) {
    return value > 0 ? ordered_json(value) : ordered_json(nullptr);
}

double mean_width(const EvaluatedRun& run, std::size_t round) {
    double drafts = 0;
    double samples = 0;
    for (const SampleFacts& one : run.facts) {
        if (one.rounds.size() <= round) continue;
        drafts += static_cast<double>(one.rounds[round].drafts.size());
        samples += 1;
    }
    return samples > 0 ? drafts / samples : 0;
}

// None where no sample of the round has it: in journals that did not keep it.
ordered_json mean_b_seq_of_round(const EvaluatedRun& run, std::size_t round) {
    std::vector<std::int64_t> known;
    for (const SampleFacts& one : run.facts)
        if (one.rounds.size() > round && one.rounds[round].b_seq) known.push_back(*one.rounds[round].b_seq);
    if (known.empty()) return nullptr;
    return mean_of(known, [](std::int64_t tokens) { return tokens; });
}

ordered_json rounds_json(const EvaluatedRun& run) {
    ordered_json out = ordered_json::array();
    for (const RoundStatistics& one : round_statistics(run.facts)) {
        const bool handed_on = one.workspace_tokens > 0;
        out.push_back({{"round", one.round},
                       {"width", mean_width(run, static_cast<std::size_t>(one.round - 1))},
                       {"drafts", estimate_or_zero(one.drafts)},
                       {"majority", estimate_json(one.majority)},
                       {"any", estimate_json(one.any)},
                       {"diversity", one.answers ? number(one.answers->value) : ordered_json(nullptr)},
                       {"answered", one.answered},
                       {"cut", one.cut},
                       {"b_seq", mean_b_seq_of_round(run, static_cast<std::size_t>(one.round - 1))},
                       {"workspace_tokens", positive_or_null(one.workspace_tokens)},
                       {"workspace_cut", handed_on ? ordered_json(one.workspace_cut) : ordered_json(nullptr)}});
    }
    return out;
}

std::string step_words(int round) {
    return round == 0 ? "final" : "round " + std::to_string(round);
}

ordered_json transitions_json(const EvaluatedRun& run) {
    ordered_json out = ordered_json::array();
    for (const Transition& one : transitions(run.facts))
        out.push_back({{"from", step_words(one.from)},
                       {"to", step_words(one.to)},
                       {"right_right", one.right_right},
                       {"right_wrong", one.right_wrong},
                       {"wrong_right", one.wrong_right},
                       {"wrong_wrong", one.wrong_wrong}});
    return out;
}

// Tokens that the calls of one role wrote.
struct Written {
    std::vector<std::int64_t> tokens;
    std::int64_t cut = 0;
    void add(std::int64_t out, Finish finish) {
        tokens.push_back(out);
        cut += finish == Finish::length;
    }
};

ordered_json use_json(const std::string& role, std::int64_t budget, Written written) {
    constexpr double kHigh = 0.95;
    std::vector<std::int64_t>& tokens = written.tokens;
    const auto at = static_cast<std::size_t>(kHigh * static_cast<double>(tokens.size() - 1));
    std::nth_element(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(at), tokens.end());
    const auto calls = static_cast<double>(tokens.size());
    return {{"role", role},
            {"budget", budget},
            {"mean", mean_of(tokens, [](std::int64_t one) { return one; })},
            {"p95", tokens[at]},
            {"cut", static_cast<double>(written.cut) / calls},
            {"calls", tokens.size()}};
}

struct WrittenInRound {
    Written drafts;
    Written distiller;

    void add(const RoundFacts& round) {
        for (const DraftFacts& draft : round.drafts)
            if (draft.counts()) drafts.add(draft.tokens_out, draft.finish);
        for (const DistillerCallFacts& call : round.calls) distiller.add(call.tokens_out, call.finish);
    }
};

// Of drafts, of the distillers' calls and of the final call.
ordered_json budget_use_json(const EvaluatedRun& run) {
    const Schedule& schedule = run.setup.schedule;
    std::vector<WrittenInRound> rounds(schedule.rounds.size());
    Written final;
    for (std::size_t i = 0; i < run.facts.size(); ++i) {
        const SampleFacts& one = run.facts[i];
        for (std::size_t r = 0; r < std::min(rounds.size(), one.rounds.size()); ++r) rounds[r].add(one.rounds[r]);
        if (one.final) final.add(run.samples[i].final_tokens_out, *one.final);
    }
    ordered_json out = ordered_json::array();
    const auto add = [&out](const std::string& role, const auto& limits, Written& written) {
        if (!written.tokens.empty())
            out.push_back(use_json(role, limits.think + limits.max_answer, std::move(written)));
    };
    for (std::size_t r = 0; r < rounds.size(); ++r) {
        const std::string round = step_words(static_cast<int>(r) + 1);
        add(round + " draft", schedule.rounds[r], rounds[r].drafts);
        add(round + " distill", schedule.rounds[r].distil, rounds[r].distiller);
    }
    add("final", schedule.finish, final);
    return out;
}

std::int64_t count_of(const EvaluatedRun& run, bool (*holds)(const SampleFacts&)) {
    return std::count_if(run.facts.begin(), run.facts.end(), holds);
}

ordered_json run_warnings(const EvaluatedRun& run) {
    std::vector<std::pair<std::int64_t, std::string>> counted;
    for (const auto& [text, samples] : run.warnings) counted.emplace_back(-samples, text);
    std::sort(counted.begin(), counted.end());
    ordered_json out = ordered_json::array();
    for (const auto& [samples, text] : counted) {
        if (out.size() == kMostRunWarnings) {
            out.push_back(std::to_string(counted.size() - kMostRunWarnings) + " more kinds of warnings");
            break;
        }
        out.push_back(text + (samples < -1 ? " (" + std::to_string(-samples) + " samples)" : ""));
    }
    return out;
}

char state_of(const SampleFacts& facts, const EvaluatedSample& sample) {
    if (facts.failed) return 'e';
    if (!facts.answer) return 'n';
    if (sample.verdict == Verdict::equal) return 'r';
    return sample.verdict ? 'w' : 'u';
}

int column_count(const EvaluatedRun& run) {
    int most = run.setup.samples;
    for (const SampleFacts& one : run.facts) most = std::max(most, one.sample + 1);
    return most;
}

ordered_json grid_json(const ReportLayout& layout, std::size_t r, std::size_t first_detail) {
    const EvaluatedRun& run = layout.run(r);
    const auto columns = static_cast<std::size_t>(column_count(run));
    const std::size_t cells = run.problems.size() * columns;
    std::string states(cells, '.');
    std::vector<std::int64_t> b_seq(cells, 0);
    std::vector<std::int64_t> detail(cells, -1);
    std::vector<std::int64_t> answer(cells, -1);
    std::vector<std::string> answers;
    std::map<std::string, std::int64_t> known;
    for (std::size_t i = 0; i < run.facts.size(); ++i) {
        const SampleFacts& facts = run.facts[i];
        const std::size_t cell = run.samples[i].problem * columns + static_cast<std::size_t>(facts.sample);
        states[cell] = state_of(facts, run.samples[i]);
        b_seq[cell] = facts.budget.b_seq;
        detail[cell] = static_cast<std::int64_t>(first_detail + i);
        if (!facts.answer) continue;
        const std::string text(utf8_prefix(*facts.answer, kMostAnswerBytes));
        const auto [at, fresh] = known.emplace(text, static_cast<std::int64_t>(answers.size()));
        if (fresh) answers.push_back(text);
        answer[cell] = at->second;
    }
    return {{"rows", layout.problem_index[r]}, {"columns", columns},          {"states", std::move(states)},
            {"b_seq", std::move(b_seq)},       {"detail", std::move(detail)}, {"answers", std::move(answers)},
            {"answer", std::move(answer)}};
}

template <class T>
ordered_json unless_zero(T value) {
    return value == 0 ? ordered_json(nullptr) : ordered_json(value);
}

ordered_json run_json(const ReportLayout& layout, std::size_t r, std::size_t first_detail) {
    const EvaluatedRun& run = layout.run(r);
    const RunSetup& setup = run.setup;
    const RunTable& table = layout.tables[r];
    const std::string distiller = setup.distiller();
    const auto unanswered = count_of(run, [](const SampleFacts& one) { return !one.answer.has_value(); });
    ordered_json out{{"id", run.header.run_id},
                     {"label", layout.labels[r]},
                     {"suite", setup.suite},
                     {"model", setup.model},
                     {"operator", setup.schedule.name},
                     {"family", layout.family_of[r]},
                     {"distiller", distiller.empty() ? ordered_json(nullptr) : ordered_json(distiller)},
                     {"k", unless_zero(setup.k())},
                     {"kappa", unless_zero(setup.workspace())},
                     {"think", setup.think()},
                     {"temperature", number(setup.settings.sampling.temperature)},
                     {"seed", setup.settings.seed},
                     {"samples", setup.samples},
                     {"problems", setup.problems},
                     {"landed", run.facts.size()},
                     {"simulated", setup.simulated},
                     {"scored", layout.scored(r)},
                     {"mean", estimate_or_zero(mean_accuracy(table))},
                     {"pass_at_k", at_k(table, &pass_at_k)},
                     {"maj_at_k", at_k(table, &maj_at_k)}};
    add_budgets(out, run);
    out["cost"] = cost_json(run);
    out["truncated"] = count_calls(run).truncated();
    out["unanswered"] = static_cast<double>(unanswered) / static_cast<double>(run.facts.size());
    out["errors"] = count_of(run, [](const SampleFacts& one) { return one.failed; });
    out["shared_calls"] = run.shared_calls();
    out["rounds"] = rounds_json(run);
    out["transitions"] = transitions_json(run);
    out["budget_use"] = budget_use_json(run);
    out["warnings"] = run_warnings(run);
    out["grid"] = grid_json(layout, r, first_detail);
    return out;
}

}  // namespace

ordered_json families_json(const ReportLayout& layout) {
    ordered_json out = ordered_json::array();
    std::map<std::string, std::size_t> suites;  // numbered as they come: two may have the same name
    for (const ReportFamily& family : layout.families) {
        const std::size_t suite = suites.emplace(family.suite_hash, suites.size()).first->second;
        out.push_back(
            {{"name", is_known_family(family.name) ? family.name : "own"}, {"label", family.label}, {"suite", suite}});
    }
    return out;
}

ordered_json runs_json(const ReportLayout& layout) {
    ordered_json out = ordered_json::array();
    std::size_t first_detail = 0;
    for (std::size_t r = 0; r < layout.evaluation->runs.size(); ++r) {
        out.push_back(run_json(layout, r, first_detail));
        first_detail += layout.run(r).facts.size();
    }
    return out;
}

ordered_json problems_json(const ReportLayout& layout) {
    constexpr std::size_t kMostText = 16384;
    const auto text_or_null = [](const std::string& text) {
        return text.empty() ? ordered_json(nullptr) : ordered_json(text);
    };
    ordered_json out = ordered_json::array();
    for (const ReportProblem& one : layout.problems)
        out.push_back({{"id", one.problem->id},
                       {"suite", one.suite},
                       {"kind", one.problem->kind},
                       {"text", utf8_prefix(one.problem->text, kMostText)},
                       {"reference", text_or_null(one.problem->reference)},
                       {"source", text_or_null(one.problem->source)}});
    return out;
}

}  // namespace retort

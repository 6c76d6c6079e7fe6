#include "eval/summary.h"

#include <memory>
#include <unordered_map>

namespace retort {
namespace {

void add_budgets(EvalSummary& out, std::span<const SampleFacts> facts) {
    for (const SampleFacts& one : facts) {
        ++out.landed;
        out.judged += one.scored;
        out.failed += one.failed;
        out.truncated += one.any_cut();
        out.b_seq += static_cast<double>(one.budget.b_seq);
        out.b_total += static_cast<double>(one.budget.b_total);
        out.b_seq_nominal += static_cast<double>(one.budget.b_seq_nominal);
        out.max_call_tokens += static_cast<double>(one.budget.max_call_tokens);
        out.wall_s += one.wall_s;
        out.calls += one.budget.calls;
        out.failed_calls += one.budget.failed_calls;
        out.estimated = out.estimated || one.budget.estimated;
    }
    if (facts.empty()) return;
    for (double* mean : {&out.b_seq, &out.b_total, &out.b_seq_nominal, &out.max_call_tokens, &out.wall_s})
        *mean /= static_cast<double>(facts.size());
}

}  // namespace

EvalSummary summarise(const Suite& suite, std::span<const SampleFacts> facts) {
    EvalSummary out;
    add_budgets(out, facts);
    const RunTable table = run_table(facts, verifiers_of(suite));
    out.mean = mean_accuracy(table);
    for (const std::size_t k : usual_ks(table)) {
        const BootstrapOptions no_interval{.draws = 0};
        if (const auto pass = pass_at_k(table, k, no_interval)) out.pass_at_k[static_cast<int>(k)] = pass->value;
        if (const auto majority = maj_at_k(table, k, no_interval)) out.maj_at_k[static_cast<int>(k)] = majority->value;
    }
    return out;
}

VerifierOf verifiers_of(const Suite& suite) {
    auto index = std::make_shared<std::unordered_map<std::string, const Verifier*>>();
    for (const SuiteProblem& one : suite.problems) index->emplace(one.problem.id, one.problem.verifier.get());
    return [index](const std::string& problem) -> const Verifier* {
        const auto at = index->find(problem);
        return at == index->end() ? nullptr : at->second;
    };
}

}  // namespace retort

#include "train/run/evaluation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "eval/summary.h"
#include "operator/result_json.h"
#include "train/run/problems.h"
#include "train/run/stopwatch.h"

namespace retort::train {
namespace {

EvalSummary summary_of(const Suite& suite, const NamedMethod& method, std::uint64_t seed,
                       const std::vector<Rollout>& rollouts) {
    std::vector<SampleFacts> facts;
    for (const Rollout& one : rollouts) {
        const Problem& problem = suite.problems[one.key.problem].problem;
        const std::string json =
            result_json({"", problem.id, problem.text, method.schedule.name, "trained", seed, 0}, one.result);
        facts.push_back(facts_of(sample_record(problem.id, one.key.sample, json).value(), problem.verifier.get()));
    }
    return summarise(suite, facts);
}

}  // namespace

Outcome<Evaluation> Evaluation::load(const EvalSettings& settings, const PromptSet& prompts, std::int64_t seed) {
    Evaluation out;
    out.settings_ = settings;
    out.seed_ = seed;
    auto suite = load_problems(settings, "test");
    if (!suite) return suite.error();
    out.suite_ = std::move(*suite);
    for (const std::string& text : settings.operators) {
        auto method = method_from(text, prompts);
        if (!method) return method.error();
        out.methods_.push_back(std::move(*method));
    }
    if (settings.every > 0 && out.suite_.problems.empty())
        return Error{ErrorKind::usage, "eval.every: no problems: set eval.count or eval.suite"};
    return out;
}

Outcome<double> Evaluation::run_method(const NamedMethod& method, MetricsRow& row, RolloutRunner& runner) const {
    RolloutRequest request;
    request.suite = &suite_;
    request.schedule = method.schedule;
    request.settings.seed = hash64(fmt::format("evaluation {}", seed_));
    request.settings.sampling.temperature = settings_.temperature;
    request.samples = static_cast<int>(settings_.samples);
    const auto rollouts =
        runner.run(fmt::format("evaluation after step {}, {}", row.step(), method.name), request, runner.sampler());
    if (!rollouts) return rollouts.error();
    const EvalSummary summary = summary_of(suite_, method, request.settings.seed, *rollouts);
    const std::string prefix = "eval/" + method.name;
    const double accuracy = summary.mean ? summary.mean->value : 0;
    row.put(prefix + "/accuracy", accuracy);
    row.put(prefix + "/b_seq", summary.b_seq);
    row.put(prefix + "/b_total", summary.b_total);
    for (const auto& [k, value] : summary.pass_at_k)
        if (k > 1) row.put(fmt::format("{}/pass@{}", prefix, k), value);
    for (const auto& [k, value] : summary.maj_at_k)
        if (k > 1) row.put(fmt::format("{}/maj@{}", prefix, k), value);
    return accuracy;
}

Outcome<double> Evaluation::run(MetricsRow& row, RolloutRunner& runner, TrainListener& listener) const {
    const Stopwatch watch;
    double sum = 0;
    for (const NamedMethod& method : methods_) {
        listener.doing("evaluating " + method.name);
        const auto accuracy = run_method(method, row, runner);
        if (!accuracy) return accuracy.error();
        sum += *accuracy;
    }
    row.put("time/eval_s", watch.seconds());
    return sum / static_cast<double>(std::max<std::size_t>(methods_.size(), 1));
}

}  // namespace retort::train

#include "eval/runner.h"

#include <algorithm>
#include <chrono>

#include "async/nursery.h"

namespace retort {
namespace {

using Steady = std::chrono::steady_clock;

// With a dead server every sample fails after its retries: as many at once, and as many again, is enough to know.
constexpr int kFailuresToGiveUp = 2;

struct Landing {
    SampleKey key;
    RunResult result;
    double wall_s = 0;
};

Task<Landing> run_sample(const EvalJob& job, EngineDependencies dependencies, SampleKey key, std::stop_token stop) {
    const Steady::time_point start = Steady::now();
    RunSettings settings = job.settings;
    settings.sample = key.sample;
    Landing out{key, {}, 0};
    const Problem& problem = job.suite->problems[key.problem].problem;
    out.result = co_await run_operator(problem, job.policy, std::move(settings), std::move(dependencies), stop);
    out.wall_s = std::chrono::duration<double>(Steady::now() - start).count();
    co_return out;
}

std::vector<SampleKey> to_do(const EvalJob& job, const std::set<SampleKey>& done) {
    std::vector<SampleKey> out;
    for (int sample = 0; sample < job.samples; ++sample)
        for (std::size_t problem = 0; problem < job.suite->problems.size(); ++problem)
            if (const SampleKey key{problem, sample}; !done.contains(key)) out.push_back(key);
    return out;
}

std::vector<const Problem*> longest_problems(const Suite& suite) {
    constexpr std::size_t kMost = 8;  // texts of as many bytes may have other numbers of tokens
    std::vector<const Problem*> out;
    for (const SuiteProblem& one : suite.problems) out.push_back(&one.problem);
    const auto longer = [](const Problem* a, const Problem* b) {
        return std::pair(b->text.size(), std::string_view(a->id)) < std::pair(a->text.size(), std::string_view(b->id));
    };
    std::sort(out.begin(), out.end(), longer);
    if (out.size() > kMost) out.resize(kMost);
    return out;
}

bool failed_by_model(const RunResult& result) {
    return result.error && result.error->kind == ErrorKind::model;
}

}  // namespace

Task<std::optional<SuiteShortfall>> suite_shortfall(EvalJob job, EngineDependencies dependencies) {
    std::optional<SuiteShortfall> out;
    if (!job.settings.budget.seq && !job.settings.budget.total) co_return out;
    const std::vector<const Problem*> problems = longest_problems(*job.suite);
    for (const Problem* problem : problems) {
        const std::optional<BudgetShortfall> found =
            co_await budget_shortfall(*problem, job.policy, job.settings, dependencies);
        if (!found) continue;
        const bool larger = out && found->option == out->largest.option && found->smallest > out->largest.smallest;
        if (!out || larger) out = SuiteShortfall{*found, problem->id};
    }
    co_return out;
}

Task<EvalEnd> run_eval(EvalJob job, EngineDependencies dependencies, std::set<SampleKey> done, EvalListener& listener,
                       std::stop_token stop) {
    const std::vector<SampleKey> keys = to_do(job, done);
    const auto width = static_cast<std::size_t>(std::max(1, job.concurrency));
    const auto executor = co_await asio::this_coro::executor;
    Nursery<Landing> samples(executor);
    std::size_t next = 0;
    std::size_t failed = 0;
    bool one_came_through = !done.empty();
    bool give_up = false;
    while (true) {
        while (next < keys.size() && samples.outstanding() < width && !stop.stop_requested() && !give_up) {
            listener.started(keys[next]);
            samples.spawn(run_sample(job, dependencies, keys[next], stop));
            ++next;
        }
        if (samples.outstanding() == 0) break;
        const Nursery<Landing>::Landed landed = co_await samples.next();
        listener.landed(landed.value.key, landed.value.result, landed.value.wall_s);
        if (failed_by_model(landed.value.result))
            ++failed;
        else
            one_came_through = true;
        give_up = !one_came_through && failed >= width * kFailuresToGiveUp;
    }
    if (stop.stop_requested()) co_return EvalEnd::interrupted;
    co_return next < keys.size() ? EvalEnd::gave_up : EvalEnd::done;
}

}  // namespace retort

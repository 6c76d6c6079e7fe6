#include "cli/suite_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/suite_table.h"
#include "operator/asked_problem.h"

namespace retort::cli {
namespace {

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

// The problems that are asked for, in the suite's order.
std::optional<Error> choose_problems(Suite& suite, const SuiteChoice& arguments) {
    auto& problems = suite.problems;
    if (!arguments.only.empty()) {
        for (const std::string& id : arguments.only)
            if (std::none_of(problems.begin(), problems.end(), [&](const auto& one) { return one.problem.id == id; }))
                return usage(fmt::format("--only: the suite {} has no problem \"{}\"", suite.name, id));
        std::erase_if(problems, [&](const SuiteProblem& one) {
            return std::find(arguments.only.begin(), arguments.only.end(), one.problem.id) == arguments.only.end();
        });
    }
    const auto limit = static_cast<std::size_t>(arguments.limit);
    if (limit > 0 && limit < problems.size()) problems.resize(limit);
    suite.hash = hash_of(problems);
    return std::nullopt;
}

// An oracle needs answers that can be told right from wrong.
std::optional<Error> check_oracles(const Schedule& schedule, const Suite& suite) {
    if (!needs_reference(schedule)) return std::nullopt;
    const auto unjudged = std::find_if(suite.problems.begin(), suite.problems.end(),
                                       [](const SuiteProblem& one) { return !one.problem.verifier->can_judge(); });
    if (unjudged == suite.problems.end()) return std::nullopt;
    return usage(
        fmt::format("operator {} chooses drafts by the right answer, and problem {} has none: leave it out "
                    "with --only, or take another --distiller",
                    schedule.name, unjudged->problem.id));
}

}  // namespace

Outcome<ChosenSuite> chosen_suite(const SuiteChoice& choice) {
    ChosenSuite out;
    if (choice.shard) {
        const auto shard = parse_shard(*choice.shard);
        if (!shard) return shard.error();
        out.shard = *shard;
    }
    const auto path = find_suite(choice.suite, environment_variable);
    if (!path) return path.error();
    auto suite = load_suite(*path);
    if (!suite) return suite.error();
    if (auto error = choose_problems(*suite, choice)) return *error;
    out.whole = std::make_shared<const Suite>(std::move(*suite));
    out.part = out.whole;
    if (!out.shard) return out;
    auto part = part_of(*out.whole, *out.shard);
    if (!part) return part.error();
    out.part = std::make_shared<const Suite>(std::move(*part));
    return out;
}

std::vector<std::string> suite_warnings(const Suite& suite) {
    const auto unjudged = std::count_if(suite.problems.begin(), suite.problems.end(),
                                        [](const SuiteProblem& one) { return !one.problem.verifier->can_judge(); });
    if (unjudged == 0) return {};
    return {fmt::format("{} of {} problems have no reference: they are run, and not scored", unjudged,
                        suite.problems.size())};
}

std::size_t beyond_scope(const Suite& suite, const std::optional<Scope>& scope) {
    if (!scope) return 0;
    return static_cast<std::size_t>(
        std::count_if(suite.problems.begin(), suite.problems.end(),
                      [&](const SuiteProblem& one) { return is_beyond(*scope, one.problem.text); }));
}

Outcome<EvalPlan> plan_evaluation(const ChosenSuite& chosen, int samples, const Settings& settings,
                                  const std::string& model, const PlanContext& context, bool dry_run) {
    const std::shared_ptr<const Suite>& suite = chosen.whole;
    auto method = plan_method(settings, model, context);
    if (!method) return method.error();
    if (auto error = check_oracles(method->method.schedule, *suite)) return *error;
    EvalPlan plan;
    plan.config.suite = suite->name;
    plan.config.suite_hash = suite->hash;
    plan.config.problems = suite->problems.size();
    plan.config.samples = samples;
    plan.config.method = std::move(method->method);
    plan.prompts = std::move(method->prompts);
    plan.warnings = std::move(method->warnings);
    for (std::string& warning : suite_warnings(*suite)) plan.warnings.push_back(std::move(warning));
    if (const std::size_t beyond = beyond_scope(*suite, plan.prompts.scope); beyond > 0)
        plan.warnings.push_back(fmt::format("{} of {} problems are beyond the model {}, which knows {} alone", beyond,
                                            suite->problems.size(), plan.config.method.model,
                                            scope_words(*plan.prompts.scope)));
    plan.whole = chosen.whole;
    plan.suite = chosen.part;
    plan.shard = chosen.shard;
    if (dry_run) return plan;
    auto models = find_models(plan.config.method, settings, context);
    if (!models) return models.error();
    plan.models = std::move(*models);
    return plan;
}

}  // namespace retort::cli

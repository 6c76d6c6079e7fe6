#include "cli/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "cli/option_differences.h"
#include "cli/paths.h"
#include "eval/sim_model.h"
#include "operator/operator_file.h"
#if RETORT_HAS_LLAMA
#include "operator/gguf/carried_prompts.h"
#endif

namespace retort::cli {
namespace {

constexpr std::size_t kMostProblemBytes = 16 << 20;

// Said where the default model was asked what it does not know. Who names a model gets it asked all the same.
constexpr const char* kOtherModels = "; for other problems name another model: --model, --url (retort model list)";

bool is_file_name(const std::string& model) {
    return model.ends_with(".gguf") || model.find('/') != model.npos;
}

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

Outcome<Schedule> schedule_of(const std::string& text, const StepDefaults& defaults) {
    return text.ends_with(".toml") ? load_operator_file(text, defaults) : parse_operator(text, defaults);
}

void set_run_settings(RunSettings& run, const Settings& settings) {
    run.seed = static_cast<std::uint64_t>(settings.whole("seed").value_or(static_cast<std::int64_t>(run.seed)));
    run.sampling.temperature = settings.number("temperature").value_or(run.sampling.temperature);
    run.sampling.top_p = settings.number("top-p").value_or(run.sampling.top_p);
    run.sampling.logprobs = run.sampling.logprobs || settings.flag("logprobs");
    if (const auto seq = settings.whole("budget-seq")) run.budget.seq = seq;
    if (const auto total = settings.whole("budget-total")) run.budget.total = total;
}

bool is_remote(const Settings& settings) {
    return settings.text("url").has_value();
}

// Models in the schedule go by the same names as those of the options.
void rename_models(Schedule& schedule, bool remote) {
    for (Round& round : schedule.rounds) {
        round.model = model_name(round.model, remote);
        round.distil.model = model_name(round.distil.model, remote);
    }
    schedule.finish.model = model_name(schedule.finish.model, remote);
}

bool asks_distiller(const Schedule& schedule) {
    return std::any_of(schedule.rounds.begin(), schedule.rounds.end(),
                       [](const Round& round) { return distil_calls(round.distil.kind, 1) > 0; });
}

// A role that makes no call has the main model's name, so that an option without use does not make another run.
void set_roles(MethodConfig& config, const Settings& settings, const std::string& model) {
    config.model = model_name(model, is_remote(settings));
    const auto role = [&](const char* setting, bool used) {
        const auto given = settings.text(setting);
        return given && used ? model_name(*given, is_remote(settings)) : config.model;
    };
    config.distill_model = role("distill-model", asks_distiller(config.schedule));
    config.judge_model = role("judge-model", asks_judge(config.schedule));
    config.final_model = role("final-model", config.schedule.finish.kind == FinishKind::call);
}

std::vector<std::string> unused_warnings(const Schedule& schedule, const Settings& settings) {
    std::vector<std::string> names = unused_options(schedule);
    if (!asks_distiller(schedule)) names.emplace_back("distill-model");
    if (schedule.finish.kind != FinishKind::call) names.emplace_back("final-model");
    if (!asks_judge(schedule)) names.emplace_back("judge-model");
    std::vector<std::string> out;
    for (const std::string& name : names)
        if (settings.given_as_flag(name))
            out.push_back(fmt::format("--{} has no effect: operator {} does not use it", name, schedule.name));
    return out;
}

std::optional<Error> check_reference(const RunConfig& config) {
    if (!needs_reference(config.schedule) || config.problem.reference) return std::nullopt;
    return usage(
        fmt::format("operator {} chooses drafts by the right answer: give it with --reference ANSWER, or take another "
                    "--distiller",
                    config.schedule.name));
}

Error model_missing(const std::string& name, const PlanContext& context) {
    const ModelRow* row = find_model(context.models, name);
    if (row != nullptr && row->shipped)
        return Error{ErrorKind::file,
                     fmt::format("the model {} comes with the program and is not here: expected {}; install or build "
                                 "Retort again",
                                 row->name, file_of(*row, context.models_folder, context.shipped_folder))};
    if (row != nullptr)
        return usage(fmt::format("the model {} is not here: expected {}/{}; get it with: retort model pull {}",
                                 row->name, short_path(context.models_folder, context.environment), row->file,
                                 row->name));
    std::vector<std::string_view> names;
    for (const ModelRow& one : context.models) names.push_back(one.name);
    const std::string_view near = nearest(name, names);
    const std::string hint = near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near);
    return usage(fmt::format(
        "unknown model \"{}\"{}: expected a name from retort model list, a GGUF file, or --url for a server's model",
        name, hint));
}

// A recorded file name stands for the file of that name in the models folder, or the one given now.
Outcome<ModelSource> find_local(const std::string& name, const Settings& settings, const PlanContext& context) {
    std::error_code failed;
    for (const char* setting : {"model", "distill-model", "judge-model", "final-model"}) {
        const auto given = settings.text(setting);
        if (!given || model_name(*given, false) != name || !is_file_name(*given)) continue;
        if (std::filesystem::is_regular_file(*given, failed)) return ModelSource{name, *given};
        return usage(fmt::format("--{}: no such file: {}", setting, *given));
    }
    const ModelRow* row = find_model(context.models, name);
    const std::string path = row != nullptr ? file_of(*row, context.models_folder, context.shipped_folder)
                                            : context.models_folder + "/" + name;
    if (std::filesystem::is_regular_file(path, failed)) return ModelSource{name, path};
    if (name.ends_with(".gguf"))
        return usage(fmt::format("the model {} is not in {}: give its file with --model", name, context.models_folder));
    return model_missing(name, context);
}

#if RETORT_HAS_LLAMA
// A file that is not there carries none: what runs it says so.
Outcome<std::optional<PromptSet>> carried_prompts(const Settings& settings, const std::string& model,
                                                  const PlanContext& context) {
    if (is_remote(settings) || is_sim_model(model)) return std::optional<PromptSet>();
    const auto file = find_local(model_name(model, false), settings, context);
    return file ? prompt_set_in(file->path) : std::optional<PromptSet>();
}
#else
Outcome<std::optional<PromptSet>> carried_prompts(const Settings&, const std::string&, const PlanContext&) {
    return std::optional<PromptSet>();
}
#endif

Outcome<PromptSet> prompt_set(const Settings& settings, const std::string& model, const PlanContext& context) {
    const auto own = prompts_of_model(settings, model, context);
    const auto folder = settings.text("prompts");
    return own && folder ? load_prompt_set(*folder, *own) : own;
}

// The name as recorded where it is that of the given file, else as given.
std::string renamed(const std::string& recorded, const std::string& given) {
    return model_name(given, false) == recorded ? recorded : given;
}

// Models given beside a recorded run. A role without a model of its own goes with the main one.
void apply_models(RunConfig& config, const Settings& given) {
    const std::string before = config.model;
    const auto apply = [&](std::string& name, const std::optional<std::string>& role) {
        if (role)
            name = renamed(name, *role);
        else if (name == before)
            name = config.model;
    };
    if (const auto model = given.text("model")) config.model = renamed(before, *model);
    apply(config.judge_model, asks_judge(config.schedule) ? given.text("judge-model") : std::nullopt);
    apply(config.distill_model, asks_distiller(config.schedule) ? given.text("distill-model") : std::nullopt);
    apply(config.final_model,
          config.schedule.finish.kind == FinishKind::call ? given.text("final-model") : std::nullopt);
}

Outcome<PromptSet> recorded_prompts(const RunConfig& config, const Settings& settings, const PlanContext& context) {
    const auto asked = prompt_set(settings, config.model, context);
    if (!asked) return asked.error();
    const bool judged = asks_judge(config.schedule);
    if (asked->hash(judged) == config.prompts || settings.given_as_flag("prompts")) return *asked;
    for (const PromptSet& set : compiled_prompt_sets())
        if (set.hash(judged) == config.prompts) return set;
    return *asked;
}

}  // namespace

StepDefaults overlaid(StepDefaults defaults, const Settings& settings) {
    if (const auto kind = settings.text("distiller")) defaults.distiller = distiller_from(*kind).value();
    defaults.k = static_cast<int>(settings.whole("k").value_or(defaults.k));
    defaults.workspace = settings.whole("workspace").value_or(defaults.workspace);
    defaults.think = settings.whole("think").value_or(defaults.think);
    defaults.max_answer = settings.whole("max-answer").value_or(defaults.max_answer);
    return defaults;
}

Outcome<PromptSet> prompts_of_model(const Settings& settings, const std::string& model, const PlanContext& context) {
    auto carried = carried_prompts(settings, model, context);
    if (!carried) return carried.error();
    if (*carried) return std::move(**carried);
    return prompt_set_for(model);
}

Outcome<MethodPlan> plan_method(const Settings& settings, const std::string& model, const PlanContext& context) {
    MethodPlan out;
    const auto prompts = prompt_set(settings, model, context);
    if (!prompts) return prompts.error();
    out.prompts = *prompts;
    const std::string text = settings.text("operator").value_or(out.prompts.default_operator);
    const auto schedule = schedule_of(text, overlaid(out.prompts.defaults, settings));
    if (!schedule) return schedule.error();
    out.method.schedule = *schedule;
    rename_models(out.method.schedule, is_remote(settings));
    set_roles(out.method, settings, model);
    out.method.prompts = out.prompts.hash(asks_judge(out.method.schedule));
    set_run_settings(out.method.settings, settings);
    out.warnings = unused_warnings(out.method.schedule, settings);
    return out;
}

std::string model_name(const std::string& given, bool remote) {
    return !remote && given.ends_with(".gguf") ? std::filesystem::path(given).filename().string() : given;
}

std::optional<std::string> main_model(const Settings& settings, const PlanContext& context) {
    if (const auto given = settings.text("model")) return given;
    if (settings.text("url")) return std::nullopt;
    return default_model(context.models).name;
}

Outcome<std::optional<std::string>> problem_text(const SolveArguments& arguments) {
    if (arguments.text && arguments.file) return usage("expected the problem as TEXT or by --file, found both");
    if (!arguments.text && !arguments.file) return std::optional<std::string>();
    std::string text;
    if (arguments.file) {
        auto read = read_input(*arguments.file, kMostProblemBytes);
        if (!read) return read.error();
        text = std::move(*read);
    } else {
        text = *arguments.text;
    }
    const std::string_view trimmed = trim(text);
    if (trimmed.empty()) return usage("expected a problem, found an empty text");
    if (valid_utf8(trimmed) != trimmed) return usage("expected a problem in UTF-8, found other bytes");
    return std::optional<std::string>(trimmed);
}

Outcome<SolvePlan> plan_run(const SolveArguments& arguments, const Settings& settings, const std::string& text,
                            const std::string& model, const PlanContext& context) {
    auto method = plan_method(settings, model, context);
    if (!method) return method.error();
    SolvePlan plan;
    static_cast<MethodConfig&>(plan.config) = std::move(method->method);
    plan.prompts = std::move(method->prompts);
    plan.warnings = std::move(method->warnings);
    ScopedProblem scoped = scoped_problem(text, arguments.reference, plan.prompts, plan.config.model);
    if (!scoped.beyond.empty()) {
        const bool was_chosen = settings.text("model") || settings.text("url");
        if (!was_chosen && !arguments.dry_run) return usage(scoped.beyond + kOtherModels);
        plan.warnings.push_back(scoped.beyond);
    }
    static_cast<AskedProblem&>(plan.config) = std::move(scoped.asked);
    if (const auto error = check_reference(plan.config)) return *error;
    return plan;
}

Outcome<RecordedPlan> plan_recorded(const std::string& recorded_config, const SolveArguments& arguments,
                                    const Settings& settings, const std::optional<std::string>& text,
                                    const PlanContext& context) {
    const auto recorded = config_from_json(recorded_config);
    if (!recorded) return recorded.error();
    RecordedPlan out;
    RunConfig& now = out.plan.config;
    now = *recorded;
    const Settings given = settings.flags_only();
    if (arguments.reference) now.problem.reference = arguments.reference;
    apply_models(now, given);
    const bool method = given.text("operator") || given.text("distiller") || given.whole("k") ||
                        given.whole("workspace") || given.whole("think") || given.whole("max-answer");
    if (method) {
        const auto schedule = schedule_of(given.text("operator").value_or(now.schedule.name),
                                          overlaid(defaults_of(recorded->schedule), given));
        if (!schedule) return schedule.error();
        now.schedule = *schedule;
        rename_models(now.schedule, is_remote(settings));
    }
    const auto prompts = recorded_prompts(now, settings, context);
    if (!prompts) return prompts.error();
    out.plan.prompts = *prompts;
    now.prompts = prompts->hash(asks_judge(now.schedule));
    if (text) {
        static_cast<AskedProblem&>(now) = scoped_problem(*text, now.problem.reference, *prompts, now.model).asked;
    }
    set_run_settings(now.settings, given);
    out.differences = option_differences(config_json(*recorded), config_json(now));
    if (now.prompts != recorded->prompts && !given.text("prompts") && !given.text("model"))
        out.differences.emplace_back(
            "its prompts came from a folder or with the model's file: give --prompts or --model");
    return out;
}

Outcome<std::vector<ModelSource>> find_models(const MethodConfig& method, const Settings& settings,
                                              const PlanContext& context) {
    std::vector<ModelSource> out;
    for (const std::string& name : model_names(method)) {
        if (is_sim_model(name) || settings.text("url")) {
            out.push_back({name, ""});
            continue;
        }
        const auto found = find_local(name, settings, context);
        if (!found) return found.error();
        out.push_back(*found);
    }
    return out;
}

}  // namespace retort::cli

#include "cli/serve_models.h"

#include <fmt/format.h>

#include "cli/load.h"
#include "cli/models.h"
#include "gateway/api/requested_model.h"

namespace retort::cli {
namespace {

constexpr std::string_view kChatPrompts = "chat";

const PromptSet& chat_prompts() {
    for (const PromptSet& set : compiled_prompt_sets())
        if (set.name == kChatPrompts) return set;
    return compiled_prompt_sets().front();
}

// As the settings would have it; a set that is for any model gives way to the one for chats.
Outcome<PromptSet> as_served(PromptSet own, const Settings& settings) {
    PromptSet out = own.name == compiled_prompt_sets().front().name ? chat_prompts() : std::move(own);
    if (const auto folder = settings.text("prompts")) {
        auto loaded = load_prompt_set(*folder, out);
        if (!loaded) return loaded.error();
        out = std::move(*loaded);
    }
    out.defaults = overlaid(out.defaults, settings);
    return out;
}

}  // namespace

Outcome<PromptSet> served_prompts(const Settings& settings) {
    return as_served(chat_prompts(), settings);
}

Outcome<gateway::LocalModel> open_in_process(const InProcessModel& wanted, const Settings& settings,
                                             const PlanContext& context, asio::io_context& loop) {
    Settings here = settings;  // without what is said of servers, and of other models
    for (const char* name : {"url", "model", "distill-model", "judge-model", "final-model"}) here = here.without(name);
    if (const auto wrong = here.offer(*find_setting("model"), {wanted.model, "[[in_process]]"})) return *wrong;
    auto plan = plan_method(here, wanted.model, context);
    if (!plan) return plan.error();
    const auto sources = find_models(plan->method, here, context);
    if (!sources) return sources.error();
    auto opened = ModelSet::open(*sources, here, context.environment, loop);
    if (!opened) return opened.error();
    const std::shared_ptr<ModelSet> models = std::move(*opened);
    auto own = prompts_of_model(here, wanted.model, context);
    if (!own) return own.error();
    auto prompts = as_served(std::move(*own), here);
    if (!prompts) return prompts.error();
    const std::string& name = plan->method.model;
    LanguageModel* model = models->engine_models(plan->method).by_name.at(name);
    return gateway::LocalModel{wanted.name.empty() ? name : wanted.name, std::shared_ptr<LanguageModel>(models, model),
                               std::move(*prompts)};
}

namespace {

Error no_alias(const std::string& alias, const std::string& meant, const std::string& why) {
    return {ErrorKind::usage, fmt::format("the alias \"{}\" stands for \"{}\", {}", alias, meant, why)};
}

// What stands for neither an operator nor a model, or only by a slip. "@" before a name says that a model is meant.
std::optional<Error> check_alias(const std::string& alias, const std::string& meant, const gateway::GatewayRules& rules,
                                 const StepDefaults& defaults) {
    if (rules.aliases.contains(meant))
        return no_alias(alias, meant,
                        fmt::format("another alias: expected OPERATOR@MODEL, or \"@{}\" for a model", meant));
    const gateway::RequestedModel requested = gateway::requested_model(meant, {});
    if (requested.operator_name.empty()) {
        const std::string nearly = gateway::nearly_operator(meant);
        if (nearly.empty()) return std::nullopt;
        return no_alias(alias, meant,
                        fmt::format("which is no operator: did you mean \"{}\"? (\"@{}\" is a model)", nearly, meant));
    }
    const auto schedule = parse_operator(requested.operator_name, defaults);
    return schedule ? std::nullopt : std::optional(no_alias(alias, meant, "but " + schedule.error().message));
}

}  // namespace

std::optional<Error> check_names(const gateway::GatewayRules& rules, const StepDefaults& defaults) {
    std::vector<std::string> names = rules.offered;
    if (!rules.operator_name.empty()) names.push_back(rules.operator_name);
    for (const std::string& name : names)
        if (const auto schedule = parse_operator(name, defaults); !schedule) return schedule.error();
    for (const auto& [alias, meant] : rules.aliases)
        if (auto wrong = check_alias(alias, meant, rules, defaults)) return wrong;
    return std::nullopt;
}

}  // namespace retort::cli

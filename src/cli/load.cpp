#include "cli/load.h"

#include "cli/paths.h"

namespace retort::cli {

Outcome<Settings> load_settings(const std::map<std::string, std::string>& flags) {
    const std::string path = config_path(environment_variable);
    const auto text = read_if_there(path);
    if (!text) return text.error();
    return merge_settings(flags, environment_variable, {*text, short_path(path, environment_variable)});
}

Outcome<PlanContext> load_plan_context() {
    const auto models = all_models(user_models_path(environment_variable));
    if (!models) return models.error();
    return PlanContext{environment_variable, *models, models_folder(environment_variable), shipped_models_folder()};
}

}  // namespace retort::cli

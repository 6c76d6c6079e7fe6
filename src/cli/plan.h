// From what the user asked for to what will be run: everything is settled here, before any call and without network.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/model_table.h"
#include "cli/options.h"
#include "cli/run_config.h"
#include "cli/settings.h"
#include "operator/prompts.h"

namespace retort::cli {

// Where a model is to be had.
struct ModelSource {
    std::string name;  // as in the journal and in --json
    std::string path;  // of the GGUF file; empty: remote
};

struct SolvePlan {
    RunConfig config;
    PromptSet prompts;
    std::vector<ModelSource> models;    // each once; none for a replay
    std::vector<std::string> warnings;  // to be shown before the run
};

// What planning may use.
struct PlanContext {
    Environment environment;
    std::vector<ModelRow> models;
    std::string models_folder;
    std::string shipped_folder;
};

// The name by which a model goes: a file's without its folders; a server's models are named as the server does.
std::string model_name(const std::string& given, bool remote);

// A method from settings, whatever the problem. `model`: as main_model() or the server said.
struct MethodPlan {
    MethodConfig method;
    PromptSet prompts;
    std::vector<std::string> warnings;  // on options without effect
};
Outcome<MethodPlan> plan_method(const Settings& settings, const std::string& model, const PlanContext& context);

// The prompt set's defaults, with what the settings say in their place.
StepDefaults overlaid(StepDefaults defaults, const Settings& settings);

// The prompt set that suits a model: the one that its file carries, else the one for its name. The error is that of a
// damaged file.
Outcome<PromptSet> prompts_of_model(const Settings& settings, const std::string& model, const PlanContext& context);

// The main model as the user gave it: nothing when the server must be asked for its only one.
std::optional<std::string> main_model(const Settings& settings, const PlanContext& context);

// The problem's text, from the argument or the file. Nothing when neither was given.
Outcome<std::optional<std::string>> problem_text(const SolveArguments& arguments);

// A run from settings. `model`: as main_model() or the server said.
Outcome<SolvePlan> plan_run(const SolveArguments& arguments, const Settings& settings, const std::string& text,
                            const std::string& model, const PlanContext& context);

// A recorded run again. What was given as options must agree with it: if not, `differences` says what does not, and the
// plan is of no use.
struct RecordedPlan {
    SolvePlan plan;
    std::vector<std::string> differences;
};
Outcome<RecordedPlan> plan_recorded(const std::string& recorded_config, const SolveArguments& arguments,
                                    const Settings& settings, const std::optional<std::string>& text,
                                    const PlanContext& context);

// Where the models of a run are to be had. The error says how to get what is missing.
Outcome<std::vector<ModelSource>> find_models(const MethodConfig& method, const Settings& settings,
                                              const PlanContext& context);

}  // namespace retort::cli

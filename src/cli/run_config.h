// What a run is made of: problem, operator, models by name, prompts, seed, sampling, budgets. Two runs with the same
// configuration ask for the same completions; where the models are and how they are reached is no part of it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "operator/engine.h"

namespace retort::cli {

// What answers a problem, whichever it is.
struct MethodConfig {
    Schedule schedule;
    std::string model;          // of the drafts
    std::string distill_model;  // the roles' models: names, never empty
    std::string judge_model;
    std::string final_model;
    std::string prompts;  // hash of the prompt set
    RunSettings settings;
};

struct RunConfig : MethodConfig {
    Problem problem;
};

// The method's part of a configuration, as an object of JSON; `put_method` adds its keys to `object`.
void put_method(nlohmann::json& object, const MethodConfig& method);
MethodConfig method_from(const nlohmann::json& object);

// What differs between two objects of settings, one line each: "seed: 1 in the journal, 2 now".
std::vector<std::string> json_differences(const nlohmann::json& recorded, const nlohmann::json& now);

// "p-" and twelve digits of the text's SHA-256.
std::string problem_id(const std::string& text);

// Canonical: the same bytes for the same configuration.
std::string config_json(const RunConfig& config);

// SHA-256 of the canonical form.
std::string run_id(const RunConfig& config);

// From a journal. The error says what is wrong with it.
Outcome<RunConfig> config_from_json(const std::string& text);

// What differs, one line each: "seed: 1 in the journal, 2 now". Empty when the configurations are the same.
std::vector<std::string> differences(const RunConfig& recorded, const RunConfig& now);

// All models by name, each once.
std::vector<std::string> model_names(const MethodConfig& method);

// The defaults with which the schedule's short name gives the schedule again, as far as it uses them.
StepDefaults defaults_of(const Schedule& schedule);

}  // namespace retort::cli

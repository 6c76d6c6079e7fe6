// What answers a problem, whichever it is: schedule, models by name, prompts, seed, sampling, budgets. Two runs of the
// same problem with the same method ask for the same completions. Every configuration in a journal holds one.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "operator/engine.h"

namespace retort {

struct MethodConfig {
    Schedule schedule;
    std::string model;          // of the drafts
    std::string distill_model;  // the roles' models: names, never empty
    std::string judge_model;
    std::string final_model;
    std::string prompts;  // hash of the prompt set
    RunSettings settings;
};

// Adds the method's keys to an object of JSON: canonical, the same bytes for the same method.
void put_method(nlohmann::json& object, const MethodConfig& method);

// From an object that put_method added to. The error says what is wrong with it.
Outcome<MethodConfig> method_from(const nlohmann::json& object);

// All models by name, each once.
std::vector<std::string> model_names(const MethodConfig& method);

}  // namespace retort

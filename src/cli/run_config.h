// What a run is made of: a problem and a method. Two runs with the same configuration ask for the same completions;
// where the models are and how they are reached is no part of it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "operator/asked_problem.h"
#include "operator/method_config.h"

namespace retort::cli {

struct RunConfig : MethodConfig, AskedProblem {};

// Canonical: the same bytes for the same configuration.
std::string config_json(const RunConfig& config);

// SHA-256 of the canonical form.
std::string run_id(const RunConfig& config);

// From a journal. The error says what is wrong with it.
Outcome<RunConfig> config_from_json(const std::string& text);

// The defaults with which the schedule's short name gives the schedule again, as far as it uses them.
StepDefaults defaults_of(const Schedule& schedule);

// How the first round is distilled, "random 4"; empty where nothing is.
std::string distiller_words(const Schedule& schedule);

}  // namespace retort::cli

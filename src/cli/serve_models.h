// The models that a gateway holds itself, and what models are told.
#pragma once

#include <boost/asio/io_context.hpp>
#include <string>

#include "cli/plan.h"
#include "gateway/gateway.h"

namespace retort::cli {

// As --model has it: a file, or a name of the table. `name`: what requests call it; empty: as it is called elsewhere.
struct InProcessModel {
    std::string model;
    std::string name;

    friend bool operator==(const InProcessModel&, const InProcessModel&) = default;
};

// Loads it. The loop must outlive it.
Outcome<gateway::LocalModel> open_in_process(const InProcessModel& wanted, const Settings& settings,
                                             const PlanContext& context, asio::io_context& loop);

// Of models that servers have.
Outcome<PromptSet> served_prompts(const Settings& settings);

// Operators that are named where nobody would see until a request comes that they cannot be, and aliases that stand for
// a slip or for another alias.
std::optional<Error> check_names(const gateway::GatewayRules& rules, const StepDefaults& defaults);

}  // namespace retort::cli

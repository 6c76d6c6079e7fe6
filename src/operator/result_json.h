// The one object that `solve --json` prints, and that the journal keeps as a run's result.
#pragma once

#include <cstdint>
#include <string>

#include "operator/engine.h"

namespace retort {

// What the result itself does not know.
struct ResultHead {
    std::string run;  // the run's id
    std::string problem_id;
    std::string problem;  // its text
    std::string operator_name;
    std::string model;  // the name of the run's main model
    std::uint64_t seed = 0;
    double wall_s = 0;
};

// One line of JSON, in the order of the contract (version 1). The same bytes for the same arguments; text that is not
// UTF-8 is replaced. `error` is null or the message.
std::string result_json(const ResultHead& head, const RunResult& result);

}  // namespace retort

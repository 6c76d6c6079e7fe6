#include "eval/sim_model.h"

namespace retort {

Outcome<std::vector<SimProblem>> sim_problems(const Suite&) {
    return Error{ErrorKind::usage, "simulated models are not there yet"};
}

Outcome<std::shared_ptr<LanguageModel>> make_sim_model(const std::string&, std::vector<SimProblem>, Sleeper) {
    return Error{ErrorKind::usage, "simulated models are not there yet"};
}

bool is_sim_model(std::string_view name) {
    return name.starts_with("sim:");
}

}  // namespace retort

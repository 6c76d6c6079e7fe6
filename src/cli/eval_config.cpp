#include "cli/eval_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "base/text.h"
#include "eval/sim_model.h"

namespace retort::cli {

bool is_simulated(const MethodConfig& method) {
    const std::vector<std::string> names = model_names(method);
    return std::any_of(names.begin(), names.end(), is_sim_model);
}

std::string config_json(const EvalConfig& config) {
    nlohmann::json out{
        {"version", 1},
        {"suite", {{"name", valid_utf8(config.suite)}, {"hash", config.suite_hash}, {"problems", config.problems}}},
        {"samples", config.samples},
        {"simulated", is_simulated(config.method)}};
    put_method(out, config.method);
    return out.dump();
}

std::string run_id(const EvalConfig& config) {
    return sha256_hex(config_json(config));
}

}  // namespace retort::cli

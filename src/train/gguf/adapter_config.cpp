#include "train/gguf/adapter_config.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "train/gguf/in_quotes.h"

namespace retort::train {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostRank = 65536;

// Each makes more of an adapter than one product a matrix, of one rank and one scale.
constexpr std::array<const char*, 13> kUnsupported{"use_rslora",        "use_dora",
                                                   "use_qalora",        "lora_bias",
                                                   "fan_in_fan_out",    "rank_pattern",
                                                   "alpha_pattern",     "modules_to_save",
                                                   "layer_replication", "trainable_token_indices",
                                                   "target_parameters", "alora_invocation_tokens",
                                                   "megatron_config"};

Error refused(const std::string& what) {
    return {ErrorKind::model, "adapter_config.json: " + what};
}

std::string shown(const Json& json) {
    return in_quotes(json.dump(-1, ' ', true, Json::error_handler_t::replace));
}

bool is_off(const Json& json) {
    return json.is_null() || json == Json(false) || ((json.is_object() || json.is_array()) && json.empty());
}

// Ways to begin that leave the base model as it is; others take from its weights what the adapter then holds.
bool is_plain_start(const Json& start) {
    return start.is_boolean() || start == "gaussian";
}

Outcome<void> check_settings(const Json& config) {
    for (const char* key : kUnsupported)
        if (config.contains(key) && !is_off(config[key]))
            return refused(fmt::format("{} = {} is not supported", key, shown(config[key])));
    if (config.contains("peft_type") && config["peft_type"] != "LORA")
        return refused(fmt::format("expected the peft_type LORA, found {}", shown(config["peft_type"])));
    if (config.contains("bias") && config["bias"] != "none")
        return refused(fmt::format("expected the bias none, found {}", shown(config["bias"])));
    if (config.contains("init_lora_weights") && !is_plain_start(config["init_lora_weights"]))
        return refused(fmt::format("init_lora_weights = {} is not supported", shown(config["init_lora_weights"])));
    return {};
}

}  // namespace

Outcome<AdapterConfig> read_adapter_config(std::string_view json) {
    const Json config = Json::parse(json, nullptr, false);
    if (!config.is_object()) return refused("expected a JSON object");
    if (auto checked = check_settings(config); !checked) return checked.error();
    const Json rank = config.value("r", Json());
    if (!rank.is_number_unsigned() || rank.get<std::uint64_t>() - 1 >= kMostRank)
        return refused(fmt::format("expected r, a whole number of 1 to {}, found {}", kMostRank, shown(rank)));
    const Json alpha = config.value("lora_alpha", Json());
    if (!alpha.is_number() || !(alpha.get<double>() > 0) || !std::isfinite(alpha.get<double>()))
        return refused(fmt::format("expected lora_alpha, a number above 0, found {}", shown(alpha)));
    AdapterConfig out;
    out.rank = rank.get<std::int64_t>();
    out.scale = alpha.get<double>() / static_cast<double>(out.rank);
    return out;
}

}  // namespace retort::train

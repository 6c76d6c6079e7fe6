#include "operator/method_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace retort {
namespace {

using nlohmann::json;

template <class T>
json or_null(const std::optional<T>& value) {
    return value ? json(*value) : json(nullptr);
}

std::optional<std::int64_t> budget_of(const json& object, const char* key) {
    const json& value = object.at(key);
    return value.is_null() ? std::nullopt : std::optional<std::int64_t>(value.get<std::int64_t>());
}

MethodConfig method_with(Schedule schedule, const json& object) {
    MethodConfig out;
    out.schedule = std::move(schedule);
    const json& models = object.at("models");
    out.model = models.at("main");
    out.distill_model = models.at("distill");
    out.judge_model = models.at("judge");
    out.final_model = models.at("final");
    out.prompts = object.at("prompts");
    out.settings.seed = object.at("seed");
    out.settings.sampling = {object.at("temperature"), object.at("top_p"), object.at("logprobs")};
    out.settings.budget = {budget_of(object, "budget_seq"), budget_of(object, "budget_total")};
    return out;
}

}  // namespace

void put_method(json& object, const MethodConfig& method) {
    object["operator"] = json::parse(to_json(method.schedule));
    object["models"] = {{"main", method.model},
                        {"distill", method.distill_model},
                        {"judge", method.judge_model},
                        {"final", method.final_model}};
    object["prompts"] = method.prompts;
    object["seed"] = method.settings.seed;
    object["temperature"] = method.settings.sampling.temperature;
    object["top_p"] = method.settings.sampling.top_p;
    object["logprobs"] = method.settings.sampling.logprobs;
    object["budget_seq"] = or_null(method.settings.budget.seq);
    object["budget_total"] = or_null(method.settings.budget.total);
}

Outcome<MethodConfig> method_from(const json& object) {
    try {
        auto schedule = schedule_from_json(object.at("operator").dump());
        if (!schedule) return schedule.error();
        return method_with(std::move(*schedule), object);
    } catch (const json::exception& error) {
        return Error{ErrorKind::file, error.what()};
    }
}

std::vector<std::string> model_names(const MethodConfig& method) {
    std::vector<std::string> out;
    const auto add = [&out](const std::string& name) {
        if (!name.empty() && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    };
    for (const std::string* name : {&method.model, &method.distill_model, &method.judge_model, &method.final_model})
        add(*name);
    for (const std::string& name : models_of(method.schedule)) add(name);
    return out;
}

}  // namespace retort

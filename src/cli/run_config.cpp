#include "cli/run_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "base/text.h"

namespace retort::cli {
namespace {

using nlohmann::json;

template <class T>
json or_null(const std::optional<T>& value) {
    return value ? json(*value) : json(nullptr);
}

json to_object(const RunConfig& config) {
    json out{{"version", 1},
             {"problem",
              {{"id", config.problem.id},
               {"text", valid_utf8(config.problem.text)},
               {"reference", config.problem.reference ? json(valid_utf8(*config.problem.reference)) : json(nullptr)}}}};
    put_method(out, config);
    return out;
}

Distil distil_of(const json& object) {
    Distil out;
    const auto kind = object.at("distiller").get<std::string>();
    const auto known = distiller_from(kind);
    if (known)
        out.kind = *known;
    else
        out.kind = kind == name(DistillerKind::analysis) ? DistillerKind::analysis : DistillerKind::none;
    out.k = object.at("k");
    out.workspace = object.at("workspace");
    out.prompt = object.at("prompt");
    out.think = object.at("think");
    out.max_answer = object.at("max_answer");
    out.model = object.at("model");
    return out;
}

Round round_of(const json& object) {
    Round out;
    out.width = object.at("width");
    out.prompt = object.at("prompt");
    out.think = object.at("think");
    out.max_answer = object.at("max_answer");
    out.quorum = object.at("quorum");
    out.model = object.at("model");
    out.distil = distil_of(object.at("distil"));
    return out;
}

Schedule schedule_of(const json& object) {
    Schedule out;
    out.name = object.at("name");
    for (const json& round : object.at("rounds")) out.rounds.push_back(round_of(round));
    const json& finish = object.at("finish");
    out.finish.kind = finish_kind_from(finish.at("kind").get<std::string>()).value_or(FinishKind::call);
    out.finish.prompt = finish.at("prompt");
    out.finish.think = finish.at("think");
    out.finish.max_answer = finish.at("max_answer");
    out.finish.model = finish.at("model");
    if (out.finish.kind == FinishKind::tournament) {
        out.finish.group = finish.at("group");
        out.finish.votes = finish.at("votes");
    }
    return out;
}

template <class T>
std::optional<T> optional_of(const json& object, const char* key) {
    return object.at(key).is_null() ? std::nullopt : std::optional<T>(object.at(key).get<T>());
}

RunConfig from_object(const json& object) {
    RunConfig out;
    static_cast<MethodConfig&>(out) = method_from(object);
    const json& problem = object.at("problem");
    out.problem = {problem.at("id"), problem.at("text"), optional_of<std::string>(problem, "reference")};
    return out;
}

std::string shown(const json& value) {
    constexpr std::size_t kMost = 60;
    std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > kMost) text = std::string(utf8_prefix(text, kMost)) + "...";
    return text;
}

void compare(const std::string& where, const json& recorded, const json& now, std::vector<std::string>& out) {
    if (recorded == now) return;
    if (recorded.is_object() && now.is_object()) {
        for (const auto& [key, value] : recorded.items())
            compare(where.empty() ? key : where + "." + key, value, now.value(key, json()), out);
        return;
    }
    if (recorded.is_array() && now.is_array() && recorded.size() == now.size()) {
        for (std::size_t i = 0; i < recorded.size(); ++i)
            compare(fmt::format("{}[{}]", where, i + 1), recorded[i], now[i], out);
        return;
    }
    if (recorded.is_array() && now.is_array()) {
        out.push_back(fmt::format("{}: {} in the journal, {} now", where, recorded.size(), now.size()));
        return;
    }
    out.push_back(fmt::format("{}: {} in the journal, {} now", where, shown(recorded), shown(now)));
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

MethodConfig method_from(const json& object) {
    MethodConfig out;
    out.schedule = schedule_of(object.at("operator"));
    const json& models = object.at("models");
    out.model = models.at("main");
    out.distill_model = models.at("distill");
    out.judge_model = models.at("judge");
    out.final_model = models.at("final");
    out.prompts = object.at("prompts");
    out.settings.seed = object.at("seed");
    out.settings.sampling = {object.at("temperature"), object.at("top_p"), object.at("logprobs")};
    out.settings.budget = {optional_of<std::int64_t>(object, "budget_seq"),
                           optional_of<std::int64_t>(object, "budget_total")};
    return out;
}

std::string problem_id(const std::string& text) {
    return "p-" + sha256_hex(text).substr(0, 12);
}

std::string config_json(const RunConfig& config) {
    return to_object(config).dump();
}

std::string run_id(const RunConfig& config) {
    return sha256_hex(config_json(config));
}

Outcome<RunConfig> config_from_json(const std::string& text) {
    try {
        return from_object(json::parse(text));
    } catch (const json::exception& error) {
        return Error{ErrorKind::file, fmt::format("the journal's run has settings that this program cannot read: {}; "
                                                  "was it written by another version?",
                                                  error.what())};
    }
}

std::vector<std::string> differences(const RunConfig& recorded, const RunConfig& now) {
    json before = to_object(recorded);
    json after = to_object(now);
    if (before["problem"]["text"] != after["problem"]["text"]) {  // the ids differ because of it
        before["problem"].erase("id");
        after["problem"].erase("id");
    }
    return json_differences(before, after);
}

std::vector<std::string> json_differences(const json& recorded, const json& now) {
    std::vector<std::string> out;
    compare("", recorded, now, out);
    return out;
}

std::vector<std::string> model_names(const MethodConfig& config) {
    std::vector<std::string> out;
    const auto add = [&out](const std::string& name) {
        if (!name.empty() && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    };
    for (const std::string* name : {&config.model, &config.distill_model, &config.judge_model, &config.final_model})
        add(*name);
    for (const std::string& name : models_of(config.schedule)) add(name);
    return out;
}

StepDefaults defaults_of(const Schedule& schedule) {
    StepDefaults out;
    out.think = schedule.finish.think;
    out.max_answer = schedule.finish.max_answer;
    if (schedule.rounds.empty()) return out;
    const Round& round = schedule.rounds.front();
    out.think = round.think;
    out.max_answer = round.max_answer;
    out.k = round.distil.k;
    out.workspace = round.distil.workspace;
    const DistillerKind kind = round.distil.kind;
    if (kind != DistillerKind::none && kind != DistillerKind::analysis) out.distiller = kind;
    return out;
}

}  // namespace retort::cli

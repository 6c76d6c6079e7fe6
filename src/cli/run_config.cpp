#include "cli/run_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "base/text.h"
#include "verify/kind.h"

namespace retort::cli {
namespace {

using nlohmann::json;

json to_object(const RunConfig& config) {
    json problem{{"id", config.problem.id},
                 {"text", valid_utf8(config.problem.text)},
                 {"reference", config.problem.reference ? json(valid_utf8(*config.problem.reference)) : json(nullptr)}};
    if (!config.asked.empty()) problem["asked"] = valid_utf8(config.asked);
    if (!config.line.empty()) problem["line"] = config.line;
    json out{{"version", 1}, {"problem", std::move(problem)}};
    put_method(out, config);
    return out;
}

std::optional<std::string> reference_of(const json& problem) {
    const json& value = problem.at("reference");
    return value.is_null() ? std::nullopt : std::optional<std::string>(value.get<std::string>());
}

Outcome<AskedProblem> asked_from(const json& object) {
    AskedProblem out;
    out.problem = {object.at("id"), object.at("text"), reference_of(object)};
    out.asked = object.value("asked", "");
    out.line = object.value("line", "");
    if (out.line.empty()) return out;
    KindResult made = make_verifier(out.line);
    if (!made.error.empty()) return Error{ErrorKind::file, "problem line: " + made.error};
    out.problem.verifier = std::move(made.verifier);
    return out;
}

Outcome<RunConfig> from_object(const json& object) {
    auto method = method_from(object);
    if (!method) return method.error();
    auto asked = asked_from(object.at("problem"));
    if (!asked) return asked.error();
    RunConfig out;
    static_cast<MethodConfig&>(out) = std::move(*method);
    static_cast<AskedProblem&>(out) = std::move(*asked);
    return out;
}

Error unreadable(const std::string& why) {
    return {ErrorKind::file, fmt::format("the journal's run has settings that this program cannot read: {}; was it "
                                         "written by another version?",
                                         why)};
}

}  // namespace

std::string config_json(const RunConfig& config) {
    return to_object(config).dump();
}

std::string run_id(const RunConfig& config) {
    return sha256_hex(config_json(config));
}

Outcome<RunConfig> config_from_json(const std::string& text) {
    try {
        auto config = from_object(json::parse(text));
        if (!config) return unreadable(config.error().message);
        return config;
    } catch (const json::exception& error) {
        return unreadable(error.what());
    }
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

std::string distiller_words(const Schedule& schedule) {
    if (schedule.rounds.empty()) return "";
    const Distil& distil = schedule.rounds.front().distil;
    if (distil.kind == DistillerKind::none) return "";
    const std::string kind(name(distil.kind));
    return uses_k(distil.kind) ? fmt::format("{} {}", kind, distil.k) : kind;
}

}  // namespace retort::cli

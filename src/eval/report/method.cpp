#include "eval/report/method.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "distill/distiller.h"

namespace retort {
namespace {

using nlohmann::json;

MethodRound round_of(const json& object) {
    MethodRound out;
    out.width = object.at("width");
    out.think = object.at("think");
    out.max_answer = object.at("max_answer");
    const json& distil = object.at("distil");
    out.distiller = distil.at("distiller");
    out.k = distil.at("k");
    out.workspace = distil.at("workspace");
    return out;
}

Method method_of(const json& object) {
    Method out;
    out.name = object.at("name");
    out.family = out.name.substr(0, out.name.find(':'));
    for (const json& round : object.at("rounds")) out.rounds.push_back(round_of(round));
    const json& finish = object.at("finish");
    out.finish = finish.at("kind");
    out.finish_think = finish.at("think");
    out.finish_max_answer = finish.at("max_answer");
    return out;
}

RunSetup setup_of(const json& object) {
    RunSetup out;
    out.method = method_of(object.at("operator"));
    const json& models = object.at("models");
    out.model = models.at("main");
    out.distill_model = models.at("distill");
    out.judge_model = models.at("judge");
    out.final_model = models.at("final");
    out.prompts = object.at("prompts");
    out.seed = object.at("seed");
    out.temperature = object.at("temperature");
    out.top_p = object.at("top_p");
    out.simulated = object.value("simulated", false);
    return out;
}

void add_suite(RunSetup& setup, const json& object) {
    const json& suite = object.at("suite");
    setup.suite = suite.at("name");
    setup.suite_hash = suite.at("hash");
    setup.problems = suite.at("problems");
    setup.samples = object.at("samples");
}

// The last round of a vote hands nothing on; refinement's analysis belongs to the method.
const MethodRound* handing_on(const Method& method) {
    const auto found = std::find_if(method.rounds.begin(), method.rounds.end(), [](const MethodRound& round) {
        return round.distiller != "none" && round.distiller != "analysis";
    });
    return found == method.rounds.end() ? nullptr : &*found;
}

}  // namespace

std::string Method::distiller() const {
    const MethodRound* round = handing_on(*this);
    return round == nullptr ? "" : round->distiller;
}

int Method::k() const {
    const MethodRound* round = handing_on(*this);
    return round == nullptr ? 0 : round->k;
}

std::int64_t Method::workspace() const {
    const MethodRound* round = handing_on(*this);
    return round == nullptr ? 0 : round->workspace;
}

bool Method::oracle() const {
    const auto kind = distiller_from(distiller());
    return kind && needs_reference(*kind);
}

std::int64_t Method::think() const {
    return rounds.empty() ? finish_think : rounds.front().think;
}

Outcome<RunSetup> run_setup(const std::string& kind, const std::string& config_json) {
    try {
        const json object = json::parse(config_json);
        RunSetup out = setup_of(object);
        if (kind == "eval") add_suite(out, object);
        return out;
    } catch (const json::exception& error) {
        return Error{ErrorKind::file, fmt::format("the run's settings cannot be read: {}; was the journal written by "
                                                  "another version?",
                                                  error.what())};
    }
}

}  // namespace retort

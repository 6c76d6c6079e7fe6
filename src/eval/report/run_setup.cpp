#include "eval/report/run_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace retort {
namespace {

using nlohmann::json;

void add_suite(RunSetup& setup, const json& object) {
    const json& suite = object.at("suite");
    setup.suite = suite.at("name");
    setup.suite_hash = suite.at("hash");
    setup.problems = suite.at("problems");
    setup.samples = object.at("samples");
}

// The last round of a vote hands nothing on; refinement's analysis belongs to the method.
const Distil* handing_on(const Schedule& schedule) {
    const auto found = std::find_if(schedule.rounds.begin(), schedule.rounds.end(), [](const Round& round) {
        return round.distil.kind != DistillerKind::none && round.distil.kind != DistillerKind::analysis;
    });
    return found == schedule.rounds.end() ? nullptr : &found->distil;
}

Error unreadable(const std::string& why) {
    return {ErrorKind::file,
            fmt::format("the run's settings cannot be read: {}; was the journal written by another version?", why)};
}

}  // namespace

std::string RunSetup::family() const {
    std::string method = schedule.name.substr(0, schedule.name.find(':'));
    const bool by_parts = method == "vote" && schedule.finish.kind == FinishKind::vote_parts;
    return by_parts ? std::string(name(schedule.finish.kind)) : method;
}

std::string RunSetup::distiller() const {
    const Distil* distil = handing_on(schedule);
    return distil == nullptr ? std::string() : std::string(name(distil->kind));
}

int RunSetup::k() const {
    const Distil* distil = handing_on(schedule);
    return distil == nullptr ? 0 : distil->k;
}

std::int64_t RunSetup::workspace() const {
    const Distil* distil = handing_on(schedule);
    return distil == nullptr ? 0 : distil->workspace;
}

bool RunSetup::oracle() const {
    const Distil* distil = handing_on(schedule);
    return distil != nullptr && needs_reference(distil->kind);
}

std::int64_t RunSetup::think() const {
    return schedule.rounds.empty() ? schedule.finish.think : schedule.rounds.front().think;
}

Outcome<RunSetup> run_setup(const std::string& kind, const std::string& config_json) {
    try {
        const json object = json::parse(config_json);
        auto method = method_from(object);
        if (!method) return unreadable(method.error().message);
        RunSetup out;
        static_cast<MethodConfig&>(out) = std::move(*method);
        out.simulated = object.value("simulated", false);
        if (kind == "eval") add_suite(out, object);
        return out;
    } catch (const json::exception& error) {
        return unreadable(error.what());
    }
}

}  // namespace retort

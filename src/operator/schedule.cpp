#include "operator/schedule.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace retort {
namespace {

using nlohmann::json;

json distil_json(const Distil& distil) {
    return {{"distiller", name(distil.kind)}, {"k", distil.k},         {"workspace", distil.workspace},
            {"prompt", distil.prompt},        {"think", distil.think}, {"max_answer", distil.max_answer},
            {"model", distil.model}};
}

json round_json(const Round& round) {
    return {{"width", round.width},
            {"prompt", round.prompt},
            {"think", round.think},
            {"max_answer", round.max_answer},
            {"quorum", round.quorum},
            {"model", round.model},
            {"distil", distil_json(round.distil)}};
}

json finish_json(const FinishStep& finish) {
    return {{"kind", finish.kind == FinishKind::vote ? "vote" : "call"},
            {"prompt", finish.prompt},
            {"think", finish.think},
            {"max_answer", finish.max_answer},
            {"model", finish.model}};
}

bool uses_k(DistillerKind kind) {
    return kind == DistillerKind::topk || kind == DistillerKind::topk_each || kind == DistillerKind::random ||
           needs_reference(kind);
}

bool uses_workspace(DistillerKind kind) {
    return kind != DistillerKind::none && kind != DistillerKind::full;
}

void add_once(std::vector<std::string>& names, const std::string& candidate) {
    if (!candidate.empty() && std::find(names.begin(), names.end(), candidate) == names.end())
        names.push_back(candidate);
}

// How many read the workspace that is made of the drafts of round i.
int readers_of(const Schedule& schedule, std::size_t i) {
    if (i + 1 < schedule.rounds.size()) return schedule.rounds[i + 1].width;
    return schedule.finish.kind == FinishKind::call ? 1 : 0;
}

}  // namespace

std::vector<std::string> unused_options(const Schedule& schedule) {
    bool distiller = false;
    bool k = false;
    bool workspace = false;
    for (const Round& round : schedule.rounds) {
        const DistillerKind kind = round.distil.kind;
        distiller = distiller || (kind != DistillerKind::none && kind != DistillerKind::analysis);
        k = k || uses_k(kind);
        workspace = workspace || uses_workspace(kind);
    }
    const std::string method = schedule.name.substr(0, schedule.name.find(':'));
    if (method == "sr" || method == "rsa" || method == "pacore") distiller = false;  // theirs is part of the method
    if (method == "rsa") k = false;                                                  // named in the operator itself
    std::vector<std::string> out;
    if (!distiller) out.emplace_back("distiller");
    if (!k) out.emplace_back("k");
    if (!workspace) out.emplace_back("workspace");
    return out;
}

bool needs_reference(const Schedule& schedule) {
    return std::any_of(schedule.rounds.begin(), schedule.rounds.end(),
                       [](const Round& round) { return needs_reference(round.distil.kind); });
}

std::vector<std::string> models_of(const Schedule& schedule) {
    std::vector<std::string> out;
    for (const Round& round : schedule.rounds) {
        add_once(out, round.model);
        add_once(out, round.distil.model);
    }
    add_once(out, schedule.finish.model);
    return out;
}

std::string to_json(const Schedule& schedule) {
    json rounds = json::array();
    for (const Round& round : schedule.rounds) rounds.push_back(round_json(round));
    return json{{"name", schedule.name}, {"rounds", rounds}, {"finish", finish_json(schedule.finish)}}.dump();
}

CallPlan plan_calls(const Schedule& schedule) {
    CallPlan plan;
    plan.rounds = static_cast<int>(schedule.rounds.size());
    const auto add = [&plan](std::int64_t calls, std::int64_t think, std::int64_t max_answer) {
        if (calls == 0) return;
        plan.calls += calls;
        plan.sequential += 1;
        plan.most_tokens_out += calls * (think + max_answer);
        plan.b_seq_nominal += think;
    };
    for (std::size_t i = 0; i < schedule.rounds.size(); ++i) {
        const Round& round = schedule.rounds[i];
        add(round.width, round.think, round.max_answer);
        const int readers = readers_of(schedule, i);
        if (readers > 0) add(distil_calls(round.distil.kind, readers), round.distil.think, round.distil.max_answer);
    }
    if (schedule.finish.kind == FinishKind::call) add(1, schedule.finish.think, schedule.finish.max_answer);
    return plan;
}

}  // namespace retort

#include "operator/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "base/json_range.h"

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

constexpr std::array<std::pair<FinishKind, std::string_view>, 5> kFinishNames{{{FinishKind::call, "call"},
                                                                               {FinishKind::vote, "vote"},
                                                                               {FinishKind::vote_parts, "vote-parts"},
                                                                               {FinishKind::best, "best"},
                                                                               {FinishKind::tournament, "tournament"}}};

json finish_json(const FinishStep& finish) {
    json out{{"kind", name(finish.kind)},
             {"prompt", finish.prompt},
             {"think", finish.think},
             {"max_answer", finish.max_answer},
             {"model", finish.model}};
    if (finish.kind == FinishKind::tournament) {  // elsewhere they are no part of what the run is
        out["group"] = finish.group;
        out["votes"] = finish.votes;
    }
    return out;
}

// What the text must be one of; to be caught where the whole is read.
template <class Kind>
Kind known(const std::optional<Kind>& kind, const char* what, const std::string& text) {
    if (!kind) throw std::invalid_argument(fmt::format("it has a {} \"{}\", which is unknown here", what, text));
    return *kind;
}

std::optional<DistillerKind> any_distiller_from(std::string_view text) {
    for (const DistillerKind own : {DistillerKind::none, DistillerKind::analysis})
        if (text == name(own)) return own;
    return distiller_from(text);
}

Distil distil_of(const json& object) {
    Distil out;
    const auto kind = object.at("distiller").get<std::string>();
    out.kind = known(any_distiller_from(kind), "distiller", kind);
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

FinishStep finish_of(const json& object) {
    FinishStep out;
    const auto kind = object.at("kind").get<std::string>();
    out.kind = known(finish_kind_from(kind), "finish", kind);
    out.prompt = object.at("prompt");
    out.think = object.at("think");
    out.max_answer = object.at("max_answer");
    out.model = object.at("model");
    if (out.kind == FinishKind::tournament) {
        out.group = object.at("group");
        out.votes = object.at("votes");
    }
    return out;
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

std::vector<std::int64_t> tournament_calls(const FinishStep& finish, std::int64_t drafts) {
    const std::int64_t group = std::max(2, finish.group);
    std::vector<std::int64_t> out;
    while (drafts > 1) {
        const std::int64_t alone = drafts % group == 1 ? 1 : 0;
        const std::int64_t groups = (drafts - alone + group - 1) / group;
        out.push_back(groups * finish.votes);
        drafts = groups + alone;
    }
    return out;
}

}  // namespace

std::string_view name(FinishKind kind) {
    for (const auto& [value, text] : kFinishNames)
        if (value == kind) return text;
    return "unknown";
}

std::optional<FinishKind> finish_kind_from(std::string_view text) {
    for (const auto& [value, known] : kFinishNames)
        if (known == text) return value;
    return std::nullopt;
}

bool is_vote(FinishKind kind) {
    return kind == FinishKind::vote || kind == FinishKind::vote_parts;
}

bool is_judged(FinishKind kind) {
    return kind == FinishKind::best || kind == FinishKind::tournament;
}

std::string_view finish_prompt(FinishKind kind) {
    switch (kind) {
        case FinishKind::best:
            return "judge";
        case FinishKind::tournament:
            return "compare";
        default:
            return "refine";
    }
}

std::vector<std::int64_t> finish_calls(const FinishStep& finish, std::int64_t drafts) {
    switch (finish.kind) {
        case FinishKind::call:
            return {1};
        case FinishKind::vote:
        case FinishKind::vote_parts:
            return {};
        case FinishKind::best:
            return drafts > 0 ? std::vector<std::int64_t>{drafts} : std::vector<std::int64_t>{};
        case FinishKind::tournament:
            return tournament_calls(finish, drafts);
    }
    return {};
}

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

bool asks_judge(const Schedule& schedule) {
    return is_judged(schedule.finish.kind);
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

Outcome<Schedule> schedule_from_json(const std::string& text) {
    try {
        const json object = json::parse(text, within_64_bits<json>);
        Schedule out;
        out.name = object.at("name");
        for (const json& round : object.at("rounds")) out.rounds.push_back(round_of(round));
        out.finish = finish_of(object.at("finish"));
        return out;
    } catch (const std::exception& error) {
        return Error{ErrorKind::file, error.what()};
    }
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
    const std::int64_t drafts = schedule.rounds.empty() ? 0 : schedule.rounds.back().width;
    for (const std::int64_t calls : finish_calls(schedule.finish, drafts))
        add(calls, schedule.finish.think, schedule.finish.max_answer);
    return plan;
}

}  // namespace retort

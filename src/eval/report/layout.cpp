#include "eval/report/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <tuple>

namespace retort {
namespace {

struct FamilyName {
    std::string_view name;
    std::string_view label;
};
constexpr std::array<FamilyName, 9> kFamilies{{{"cot", "long CoT"},
                                               {"sr", "SR"},
                                               {"pdr", "PDR"},
                                               {"pacore", "PaCoRe"},
                                               {"rsa", "RSA"},
                                               {"vote", "majority vote"},
                                               {"vote-parts", "vote on parts"},
                                               {"best", "best of N"},
                                               {"tournament", "tournament"}}};

std::size_t rank(const std::string& family) {
    const auto found =
        std::find_if(kFamilies.begin(), kFamilies.end(), [&](const FamilyName& known) { return known.name == family; });
    return static_cast<std::size_t>(found - kFamilies.begin());
}

// What makes two runs of one method different families.
using FamilyKey = std::tuple<std::string, std::string, std::string, std::string>;  // method, distiller, model, suite

FamilyKey key_of(const EvaluatedRun& run) {
    const RunSetup& setup = run.setup;
    return {setup.family(), setup.distiller(), setup.model, setup.suite_hash};
}

// Whether families of the same method differ in the I-th part of their keys.
template <std::size_t I>
bool differs(const std::vector<FamilyKey>& keys, const FamilyKey& key) {
    return std::any_of(keys.begin(), keys.end(), [&](const FamilyKey& other) {
        return std::get<0>(other) == std::get<0>(key) && std::get<I>(other) != std::get<I>(key);
    });
}

std::string suite_name(const EvaluatedRun& run) {
    return run.setup.suite.empty() ? "one problem" : run.setup.suite;
}

void add_families(ReportLayout& layout) {
    const std::vector<EvaluatedRun>& runs = layout.evaluation->runs;
    std::vector<FamilyKey> keys;
    // By rank, and among those of one rank in the order of the journals.
    std::map<std::pair<std::size_t, std::size_t>, FamilyKey> ordered;
    for (std::size_t i = 0; i < runs.size(); ++i)
        if (const FamilyKey key = key_of(runs[i]); std::find(keys.begin(), keys.end(), key) == keys.end()) {
            keys.push_back(key);
            ordered.emplace(std::pair(rank(std::get<0>(key)), i), key);
        }
    for (const auto& [place, key] : ordered) {
        ReportFamily family{std::get<0>(key), family_label(std::get<0>(key)), std::get<3>(key), {}};
        for (std::size_t i = 0; i < runs.size(); ++i)
            if (key_of(runs[i]) == key) family.runs.push_back(i);
        if (differs<1>(keys, key)) family.label += ", " + std::get<1>(key);
        if (differs<2>(keys, key)) family.label += ", " + std::get<2>(key);
        if (differs<3>(keys, key)) family.label += ", " + suite_name(runs[family.runs.front()]);
        layout.families.push_back(std::move(family));
    }
    layout.family_of.resize(runs.size());
    for (std::size_t f = 0; f < layout.families.size(); ++f)
        for (const std::size_t run : layout.families[f].runs) layout.family_of[run] = f;
}

std::string thousands(std::int64_t tokens) {
    return tokens >= 1024 && tokens % 1024 == 0 ? fmt::format("{}K", tokens / 1024) : fmt::format("{}", tokens);
}

// What may tell one run from another, the most telling first.
using Part = std::function<std::string(const EvaluatedRun&)>;
const std::vector<Part>& label_parts() {
    static const std::vector<Part> parts{
        [](const EvaluatedRun& run) { return run.setup.schedule.name; },
        [](const EvaluatedRun& run) { return run.setup.distiller(); },
        [](const EvaluatedRun& run) { return thousands(run.setup.think()); },
        [](const EvaluatedRun& run) { return run.setup.k() > 0 ? fmt::format("k {}", run.setup.k()) : std::string(); },
        [](const EvaluatedRun& run) {
            return run.setup.distiller().empty() ? std::string()
                                                 : fmt::format("workspace {}", thousands(run.setup.workspace()));
        },
        [](const EvaluatedRun& run) { return run.setup.model; },
        [](const EvaluatedRun& run) { return suite_name(run); },
        [](const EvaluatedRun& run) { return fmt::format("seed {}", run.setup.settings.seed); },
    };
    return parts;
}

// The method, and of the rest what differs between runs.
void add_labels(ReportLayout& layout) {
    const std::vector<EvaluatedRun>& runs = layout.evaluation->runs;
    layout.labels.resize(runs.size());
    for (std::size_t p = 0; p < label_parts().size(); ++p) {
        const Part& part = label_parts()[p];
        std::set<std::string> values;
        for (const EvaluatedRun& run : runs)
            if (std::string value = part(run); !value.empty()) values.insert(std::move(value));
        if (p > 0 && values.size() < 2) continue;
        for (std::size_t i = 0; i < runs.size(); ++i)
            if (const std::string value = part(runs[i]); !value.empty())
                layout.labels[i] += (layout.labels[i].empty() ? "" : " ") + value;
    }
    std::map<std::string, int> seen;
    for (const std::string& label : layout.labels) ++seen[label];
    for (std::size_t i = 0; i < runs.size(); ++i)
        if (seen[layout.labels[i]] > 1) layout.labels[i] += " " + runs[i].header.run_id.substr(0, 8);
}

void add_problems(ReportLayout& layout) {
    std::map<std::pair<std::string, std::string>, std::size_t> known;  // suite, id
    for (const EvaluatedRun& run : layout.evaluation->runs) {
        std::vector<std::size_t>& index = layout.problem_index.emplace_back();
        for (const EvaluatedProblem& problem : run.problems) {
            const auto [at, fresh] = known.emplace(std::pair(run.setup.suite_hash, problem.id), layout.problems.size());
            if (fresh) layout.problems.push_back({&problem, run.setup.suite});
            index.push_back(at->second);
        }
    }
}

}  // namespace

bool is_known_family(const std::string& family) {
    return rank(family) < kFamilies.size();
}

std::string family_label(const std::string& family) {
    return is_known_family(family) ? std::string(kFamilies[rank(family)].label) : family;
}

Family ReportLayout::tables_of(const ReportFamily& family) const {
    Family out;
    for (const std::size_t run : family.runs)
        if (scored(run)) out.push_back(&tables[run]);
    return out;
}

ReportLayout lay_out(const Evaluation& evaluation) {
    ReportLayout out;
    out.evaluation = &evaluation;
    add_families(out);
    add_labels(out);
    add_problems(out);
    for (const EvaluatedRun& run : evaluation.runs) out.tables.push_back(run_table(run.facts, run.verifier_of()));
    return out;
}

}  // namespace retort

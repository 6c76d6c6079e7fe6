#include "eval/report/sample_calls.h"

#include <algorithm>

#include "operator/prompts.h"
#include "operator/solution.h"

namespace retort {
namespace {

bool counts_more(const RecordedCall& one, const RecordedCall& other) {
    const auto rank = [](const RecordedCall& call) {
        if (call.state != RecordedCall::State::ended) return 0;
        return call.completion.ok() ? 2 : 1;
    };
    return rank(one) >= rank(other);  // of two alike the later one
}

}  // namespace

ShownText shown_text(const RecordedCall& call, const std::string& marker) {
    Solution found = find_solution(call.completion, marker, call.request.think);
    std::string reasoning = call.completion.reasoning;
    if (!reasoning.empty() && !found.reasoning.empty()) reasoning += "\n\n";
    reasoning += found.reasoning;
    return {std::move(found.text), std::move(reasoning)};
}

std::string marker_of(const std::string& prompts_hash) {
    const auto& sets = compiled_prompt_sets();
    const auto found = std::find_if(sets.begin(), sets.end(), [&](const PromptSet& set) {
        return set.hash() == prompts_hash || set.hash(true) == prompts_hash;
    });
    return found == sets.end() ? sets.front().marker : found->marker;
}

Outcome<CallsByPath> calls_by_path(const EvaluatedRun& run, std::size_t i) {
    auto calls =
        run.journal->sample_calls(run.key, run.facts[i].problem, run.facts[i].sample, CallColumns{true, false});
    if (!calls) return calls.error();
    CallsByPath out;
    for (RecordedCall& call : *calls) {
        const std::string path = call.request.place.path();
        const auto there = out.find(path);
        if (there == out.end())
            out.emplace(path, std::move(call));
        else if (counts_more(call, there->second))
            there->second = std::move(call);
    }
    const auto shared = run.shared.find({run.facts[i].problem, run.facts[i].sample});
    if (shared == run.shared.end()) return out;
    for (const SharedCall& one : shared->second) {
        if (out.contains(one.path)) continue;
        auto call = run.journal->call(one.call);
        if (!call) return call.error();
        out.emplace(one.path, std::move(*call));
    }
    return out;
}

}  // namespace retort

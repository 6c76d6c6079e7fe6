// Samples of several rounds for the tests of signatures, written as a person would tell them.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "eval/signatures_facts.h"

namespace retort::test {

// "7" is right; "" gave no answer; "-" was cut off by length; "x" failed; "~" was cancelled.
inline DraftRecord draft(const std::string& path, const std::string& answer) {
    DraftRecord out;
    out.path = path;
    out.finish = answer == "-"   ? Finish::length
                 : answer == "x" ? Finish::error
                 : answer == "~" ? Finish::cancelled
                                 : Finish::stop;
    out.has_solution = out.finish == Finish::stop;
    if (!out.has_solution) return out;
    if (!answer.empty()) out.answer = answer;
    out.verdict = answer == "7" ? Verdict::equal : Verdict::different;
    out.tokens_out = 10;
    return out;
}

inline RoundRecord round_of(int number, const std::vector<std::string>& answers) {
    RoundRecord out;
    out.width = static_cast<int>(answers.size());
    for (std::size_t i = 0; i < answers.size(); ++i)
        out.drafts.push_back(draft(fmt::format("r{}.d{}", number, i), answers[i]));
    return out;
}

// Drafts of the round, by index, handed on as they are.
inline Workspace sources_of(int round, const std::vector<int>& drafts, std::vector<std::string> read_by,
                            std::int64_t tokens = 20) {
    Workspace out;
    out.text = "Candidate 1:\n...";
    out.tokens = tokens;
    out.distiller = "topk";
    for (const int i : drafts) out.sources.push_back(fmt::format("r{}.d{}", round, i));
    out.read_by = std::move(read_by);
    return out;
}

inline Workspace summary_of(std::string text, std::vector<std::string> read_by) {
    Workspace out;
    out.text = std::move(text);
    out.tokens = static_cast<std::int64_t>(out.text.size()) / 4;
    out.distiller = "summary";
    out.read_by = std::move(read_by);
    return out;
}

inline SampleRecord sample(const std::string& problem, int number, std::vector<RoundRecord> rounds,
                           const std::string& answer) {
    SampleRecord out;
    out.problem = problem;
    out.sample = number;
    out.rounds = std::move(rounds);
    if (!answer.empty()) out.answer = answer;
    out.verdict = answer == "7" ? Verdict::equal : Verdict::different;
    out.final = CallRecord{"final", Finish::stop, 5, 5};
    out.budget.b_seq = 60;
    out.budget.b_total = 100;
    out.budget.b_seq_nominal = 120;
    out.budget.max_call_tokens = 30;
    return out;
}

// Judged against 7.
inline const Verifier& seven() {
    static const auto verifier = math_verifier("7");
    return *verifier;
}

inline SampleFacts facts(const SampleRecord& record) {
    return facts_of(record, &seven());
}

}  // namespace retort::test

// How a report arranges its runs: families that are drawn as one line, labels that tell runs apart, problems that
// several runs share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "eval/matched.h"
#include "eval/report/evaluation.h"
#include "eval/stats.h"

namespace retort {

struct ReportFamily {
    std::string name;   // "pdr"
    std::string label;  // "PDR", "PDR, random, o3-mini": with what tells it from other families
    std::string suite_hash;
    std::vector<std::size_t> runs;
};

struct ReportProblem {
    const EvaluatedProblem* problem = nullptr;
    std::string suite;
};

// The evaluation must outlive it.
struct ReportLayout {
    const Evaluation* evaluation = nullptr;
    std::vector<ReportFamily> families;
    std::vector<std::size_t> family_of;  // by run
    std::vector<std::string> labels;     // by run; all different
    std::vector<RunTable> tables;        // by run
    std::vector<ReportProblem> problems;
    std::vector<std::vector<std::size_t>> problem_index;  // by run: of its problems

    const EvaluatedRun& run(std::size_t i) const { return evaluation->runs[i]; }
    bool scored(std::size_t i) const { return !tables[i].problems.empty(); }
    Family tables_of(const ReportFamily& family) const;  // of its scored runs
};

// A family is a method over one suite with one model and one distiller; its runs differ in budgets. Long chain of
// thought comes first, then what refines, then what votes, then the user's own, in the order of the journals.
ReportLayout lay_out(const Evaluation& evaluation);

// "PDR" of "pdr"; names of operator files as they are.
std::string family_label(const std::string& family);
bool is_known_family(const std::string& family);

}  // namespace retort

// Journals as evaluated runs: what was asked, the problems, and what each sample came to. The way from journals to
// statistics, reports and exports.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "eval/report/run_setup.h"
#include "eval/sample_record.h"
#include "eval/signatures_facts.h"
#include "record/journal_reader.h"
#include "verify/kind.h"

namespace retort {

struct EvaluatedProblem {
    std::string id;
    std::string text;
    std::string reference;  // empty: none
    std::string kind;       // "math", "countdown", ...
    std::string source;     // where the suite has it from; may be empty
    std::shared_ptr<const Verifier> verifier;
};

// What reports need of a sample besides the facts that statistics work on. Its texts stay in the journal.
struct EvaluatedSample {
    std::size_t problem = 0;           // index in the run's problems
    std::int64_t event = 0;            // key of the event that holds its result
    std::optional<Verdict> verdict;    // none: not judged
    std::optional<std::string> error;  // why it did not come to its end
    std::int64_t final_tokens_out = 0;
};

// A call that another run of the journal had made: it was drawn once for both.
struct SharedCall {
    std::string path;
    CallKey call = 0;
};

struct EvaluatedRun {
    std::shared_ptr<JournalReader> journal;
    std::string path;  // of the journal
    RunKey key = 0;
    RunHeader header;
    RunSetup setup;
    std::vector<EvaluatedProblem> problems;        // in the suite's order
    std::vector<SampleFacts> facts;                // by problem, then sample; of the last result of each
    std::vector<EvaluatedSample> samples;          // in the same order
    std::map<std::string, std::int64_t> warnings;  // text, samples that gave it
    std::map<std::pair<std::string, int>, std::vector<SharedCall>> shared;  // by problem's id and sample
    double last_unix = 0;                                                   // when the last result was recorded

    // Samples that were asked for and have no result yet.
    std::int64_t missing() const;

    std::int64_t shared_calls() const;

    // By a problem's id; null for others. Valid as long as the run.
    VerifierOf verifier_of() const;
};

struct Evaluation {
    std::vector<EvaluatedRun> runs;    // in the order of the journals, then of their beginning; one at least
    std::vector<std::string> remarks;  // what was passed over, for people
};

struct EvaluationOptions {
    std::vector<std::string> run_ids;  // beginnings of the ids of the runs that are wanted; none: all
};

// Reads the figures of all runs of kinds "eval" and "solve" that have a result. Memory: a few hundred bytes a call. The
// readers may be used further, by one thread at a time. Errors: a journal that is not there or cannot be read, an id
// that no run or several have, no result in any journal.
Outcome<Evaluation> read_evaluation(const std::vector<std::string>& journals, const EvaluationOptions& options = {});

// The result of the run's i-th sample whole, texts included.
Outcome<SampleRecord> whole_record(const EvaluatedRun& run, std::size_t i);

}  // namespace retort

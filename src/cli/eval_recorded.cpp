#include "cli/eval_recorded.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/option_differences.h"
#include "eval/sample_record.h"
#include "record/journal_reader.h"

namespace retort::cli {
namespace {

struct RecordedRuns {
    std::shared_ptr<JournalReader> reader;  // null: there is nothing to read
    std::vector<RecordedRun> runs;
};

Outcome<RecordedRuns> runs_of(const std::string& journal) {
    RecordedRuns out;
    std::error_code failed;
    if (!std::filesystem::exists(journal, failed) || JournalReader::is_blank(journal)) return out;
    auto reader = JournalReader::open(journal);
    if (!reader) return reader.error();
    auto runs = (*reader)->runs();
    if (!runs) return runs.error();
    out.reader = std::move(*reader);
    out.runs = std::move(*runs);
    return out;
}

bool has(const std::vector<RecordedRun>& runs, const std::string& id) {
    return std::any_of(runs.begin(), runs.end(), [&](const RecordedRun& run) { return run.header.run_id == id; });
}

}  // namespace

Outcome<bool> has_run(const std::string& journal, const EvalConfig& config) {
    const auto found = runs_of(journal);
    if (!found) return found.error();
    return has(found->runs, run_id(config));
}

Outcome<std::vector<std::string>> differences_to_run(const std::string& journal, const EvalConfig& config) {
    const auto found = runs_of(journal);
    if (!found) return found.error();
    std::vector<std::string> fewest;
    if (has(found->runs, run_id(config))) return fewest;
    for (const RecordedRun& run : found->runs) {
        auto differences = option_differences(run.header.config_json, config_json(config));
        if (fewest.empty() || differences.size() < fewest.size()) fewest = std::move(differences);
    }
    return fewest;
}

Outcome<std::map<SampleKey, SampleFacts>> recorded_facts(const std::string& journal, const EvalConfig& config,
                                                         const Suite& suite) {
    std::map<SampleKey, SampleFacts> out;
    const auto found = runs_of(journal);
    if (!found) return found.error();
    const std::string id = run_id(config);
    std::map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < suite.problems.size(); ++i) index.emplace(suite.problems[i].problem.id, i);
    std::map<SampleKey, SampleFacts> by_key;  // a later result is that of a later try
    std::optional<Error> unreadable;
    for (const RecordedRun& recorded : found->runs) {
        if (recorded.header.run_id != id) continue;
        const auto read = found->reader->events(recorded.key, [&](const RecordedEvent& event) {
            const auto at = index.find(event.problem);
            if (event.kind != "result" || at == index.end()) return true;
            const auto record = sample_record(event.problem, event.sample, event.body_json);
            if (!record) unreadable = record.error();
            if (record)
                by_key[{at->second, event.sample}] =
                    facts_of(*record, suite.problems[at->second].problem.verifier.get());
            return record.has_value();
        });
        if (!read) return read.error();
        if (unreadable) return *unreadable;
    }
    for (auto& [key, facts] : by_key)
        if (!facts.failed) out.emplace(key, std::move(facts));
    return out;
}

}  // namespace retort::cli

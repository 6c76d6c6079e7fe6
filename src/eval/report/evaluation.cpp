#include "eval/report/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace retort {
namespace {

using nlohmann::json;
using Place = std::pair<std::size_t, int>;  // problem's index, sample

constexpr std::size_t kMostWarnings = 1000;  // different ones that are counted

std::string text_at(const json& object, const char* key, const char* otherwise) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

Outcome<EvaluatedProblem> problem_of(const std::string& id, const std::string& line) {
    const json object = json::parse(line, nullptr, false);
    if (!object.is_object())
        return Error{ErrorKind::file, fmt::format("the line of problem {} is not a JSON object", id)};
    KindResult made = make_verifier(line);
    if (!made.error.empty()) return Error{ErrorKind::file, fmt::format("problem {}: {}", id, made.error)};
    return EvaluatedProblem{id,
                            std::move(made.problem),
                            std::move(made.reference),
                            text_at(object, "kind", "math"),
                            text_at(object, "source", ""),
                            std::move(made.verifier)};
}

// A `solve` run keeps its problem with its settings.
Outcome<EvaluatedProblem> solved_problem(const std::string& config_json) {
    try {
        const json problem = json::parse(config_json).at("problem");
        EvaluatedProblem out;
        out.id = problem.at("id");
        out.text = problem.at("text");
        if (!problem.at("reference").is_null()) out.reference = problem.at("reference");
        if (const std::string line = text_at(problem, "line", ""); !line.empty()) return problem_of(out.id, line);
        out.kind = "math";
        out.verifier = math_verifier(out.reference.empty() ? std::nullopt : std::optional(out.reference));
        return out;
    } catch (const json::exception& error) {
        return Error{ErrorKind::file, std::string("the run's problem cannot be read: ") + error.what()};
    }
}

class RunReading {
  public:
    explicit RunReading(EvaluatedRun& run) : run_(run) {}

    std::optional<Error> read() {
        if (run_.header.kind == "solve") {
            auto problem = solved_problem(run_.header.config_json);
            if (!problem) return problem.error();
            add(std::move(*problem));
        }
        const auto read = run_.journal->events(run_.key, [this](const RecordedEvent& event) { return take(event); });
        if (!read) return read.error();
        if (failed_) return failed_;
        for (auto& [place, taken] : taken_) {
            run_.facts.push_back(std::move(taken.facts));
            run_.samples.push_back(std::move(taken.sample));
        }
        return std::nullopt;
    }

  private:
    bool take(const RecordedEvent& event) {
        if (event.kind == "problem") take_problem(event);
        if (event.kind == "result") take_result(event);
        if (event.kind == "shared") take_shared(event);
        return !failed_;
    }

    void take_problem(const RecordedEvent& event) {
        if (indices_.contains(event.problem)) return;  // a resumed run may tell it again
        auto problem = problem_of(event.problem, event.body_json);
        if (!problem)
            failed_ = problem.error();
        else
            add(std::move(*problem));
    }

    void take_shared(const RecordedEvent& event) {
        const json object = json::parse(event.body_json, nullptr, false);
        if (!object.is_object() || !object.contains("path") || !object.contains("call")) return;
        if (!object["path"].is_string() || !object["call"].is_number_integer()) return;
        std::vector<SharedCall>& shared = run_.shared[{event.problem, event.sample}];
        const std::string path = object["path"];
        // A resumed run tells it again.
        if (std::none_of(shared.begin(), shared.end(), [&](const SharedCall& one) { return one.path == path; }))
            shared.push_back({path, object["call"].get<CallKey>()});
    }

    void take_result(const RecordedEvent& event) {
        auto record = sample_record(event.problem, event.sample, event.body_json);
        if (!record) {
            failed_ = record.error();
            return;
        }
        const auto index = indices_.find(event.problem);
        if (index == indices_.end()) {
            failed_ = Error{ErrorKind::file,
                            fmt::format("there is a result of problem {}, but not the problem itself", event.problem)};
            return;
        }
        const std::size_t problem = index->second;
        const std::int64_t final_tokens = record->final ? record->final->tokens_out : 0;
        taken_[{problem, event.sample}] = {facts_of(*record, run_.problems[problem].verifier.get()),
                                           {problem, event.key, record->verdict, record->error, final_tokens}};
        for (const std::string& warning : record->warnings) count_warning(warning);
        run_.last_unix = event.at_unix;
    }

    void count_warning(const std::string& text) {
        if (run_.warnings.size() < kMostWarnings || run_.warnings.contains(text)) ++run_.warnings[text];
    }

    void add(EvaluatedProblem problem) {
        indices_.emplace(problem.id, run_.problems.size());
        run_.problems.push_back(std::move(problem));
    }

    struct Taken {
        SampleFacts facts;
        EvaluatedSample sample;
    };

    EvaluatedRun& run_;
    std::map<std::string, std::size_t> indices_;
    std::map<Place, Taken> taken_;
    std::optional<Error> failed_;
};

std::string short_id(const RunHeader& header) {
    return header.run_id.substr(0, 12);
}

bool has_run(const Evaluation& evaluation, const std::string& run_id) {
    return std::any_of(evaluation.runs.begin(), evaluation.runs.end(),
                       [&](const EvaluatedRun& run) { return run.header.run_id == run_id; });
}

bool wanted(const RunHeader& header, const EvaluationOptions& options) {
    return options.run_ids.empty() || std::any_of(options.run_ids.begin(), options.run_ids.end(),
                                                  [&](const std::string& id) { return header.run_id.starts_with(id); });
}

Error in_journal(const std::string& path, const RunHeader& header, const Error& error) {
    return {error.kind, fmt::format("{}, run {}: {}", path, short_id(header), error.message)};
}

// Appends the journal's runs that have results.
std::optional<Error> read_journal(const std::string& path, const EvaluationOptions& options, Evaluation& out) {
    const auto journal = JournalReader::open(path);
    if (!journal) return journal.error();
    const auto runs = (*journal)->runs();
    if (!runs) return runs.error();
    for (const RecordedRun& recorded : *runs) {
        const RunHeader& header = recorded.header;
        if (!wanted(header, options) || (header.kind != "eval" && header.kind != "solve")) continue;
        if (has_run(out, header.run_id)) {
            out.remarks.push_back(
                fmt::format("{}: run {} was read already and is left out here", path, short_id(header)));
            continue;
        }
        EvaluatedRun run{*journal, path, recorded.key, header, {}, {}, {}, {}, {}, {}, 0};
        auto setup = run_setup(header.kind, header.config_json);
        if (!setup) return in_journal(path, header, setup.error());
        run.setup = std::move(*setup);
        if (const auto failed = RunReading(run).read()) return in_journal(path, header, *failed);
        if (run.samples.empty())
            out.remarks.push_back(fmt::format("{}: run {} has no result yet and is left out", path, short_id(header)));
        else
            out.runs.push_back(std::move(run));
    }
    return std::nullopt;
}

std::optional<Error> check_ids(const Evaluation& evaluation, const EvaluationOptions& options) {
    for (const std::string& id : options.run_ids) {
        const auto has = [&](const EvaluatedRun& run) { return run.header.run_id.starts_with(id); };
        if (std::none_of(evaluation.runs.begin(), evaluation.runs.end(), has))
            return Error{ErrorKind::usage, fmt::format("expected a journal or the beginning of a run's id, found "
                                                       "\"{}\": no such file, and no run with results begins so",
                                                       id)};
    }
    return std::nullopt;
}

std::string comma_list(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

std::int64_t EvaluatedRun::missing() const {
    return std::int64_t{setup.problems} * setup.samples - static_cast<std::int64_t>(samples.size());
}

Outcome<Evaluation> read_evaluation(const std::vector<std::string>& journals, const EvaluationOptions& options) {
    Evaluation out;
    for (const std::string& path : journals)
        if (const auto failed = read_journal(path, options, out)) return *failed;
    if (const auto failed = check_ids(out, options)) return *failed;
    if (out.runs.empty())
        return Error{ErrorKind::usage, fmt::format("no results in {}: expected journals that retort eval --journal or "
                                                   "retort solve --journal wrote to the end of a sample at least",
                                                   comma_list(journals))};
    return out;
}

std::int64_t EvaluatedRun::shared_calls() const {
    std::int64_t out = 0;
    for (const auto& [place, calls] : shared) out += static_cast<std::int64_t>(calls.size());
    return out;
}

VerifierOf EvaluatedRun::verifier_of() const {
    auto by_id = std::make_shared<std::map<std::string_view, const Verifier*>>();
    for (const EvaluatedProblem& problem : problems) by_id->emplace(problem.id, problem.verifier.get());
    return [by_id](const std::string& id) {
        const auto found = by_id->find(id);
        return found == by_id->end() ? nullptr : found->second;
    };
}

Outcome<SampleRecord> whole_record(const EvaluatedRun& run, std::size_t i) {
    const auto event = run.journal->event(run.samples[i].event);
    if (!event) return event.error();
    return sample_record(run.facts[i].problem, run.facts[i].sample, event->body_json);
}

}  // namespace retort

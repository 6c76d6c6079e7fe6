// Journals of evaluations, made by the engine and a scripted model: what reports and exports are tested and measured
// on.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/hash.h"
#include "eval/runner.h"
#include "model/recording_model.h"
#include "model/scripted_model.h"
#include "operator/result_json.h"
#include "record/journal.h"

namespace retort::test {

struct EvalShape {
    std::string method = "cot";
    StepDefaults defaults;
    int samples = 2;
    int problems_asked = 0;  // 0: as many as the suite has
    std::uint64_t seed = 1;
    bool simulated = false;
    std::string model = "m";
    int concurrency = 16;
};

// A suite of sums, "sum-3": 3 + 4. Without references nothing is scored.
inline Suite suite_of_sums(int problems, bool references = true) {
    std::string text;
    for (int i = 0; i < problems; ++i) {
        nlohmann::json line{{"id", "sum-" + std::to_string(i)},
                            {"problem", "What is " + std::to_string(i) + " + " + std::to_string(i + 1) + "?"},
                            {"source", "made up"}};
        if (references) line["answer"] = std::to_string(2 * i + 1);
        text += line.dump() + "\n";
    }
    return parse_suite("sums", text).value();
}

inline std::string eval_config(const EvalShape& shape, const Suite& suite, const Schedule& schedule) {
    const int problems = shape.problems_asked > 0 ? shape.problems_asked : static_cast<int>(suite.problems.size());
    return nlohmann::json{
        {"version", 1},
        {"suite", {{"name", suite.name}, {"hash", suite.hash}, {"problems", problems}}},
        {"samples", shape.samples},
        {"operator", nlohmann::json::parse(to_json(schedule))},
        {"models", {{"main", shape.model}, {"distill", shape.model}, {"judge", shape.model}, {"final", shape.model}}},
        {"prompts", compiled_prompt_sets().front().hash()},
        {"seed", shape.seed},
        {"temperature", 1.0},
        {"top_p", 1.0},
        {"logprobs", false},
        {"budget_seq", nullptr},
        {"budget_total", nullptr},
        {"simulated", shape.simulated}}
        .dump();
}

// Writes what a sample came to as the program does.
class ResultWriter : public EvalListener {
  public:
    ResultWriter(Journal& journal, RunKey run, const EvalShape& shape, const Suite& suite)
        : journal_(journal), run_(run), shape_(shape), suite_(suite) {}

    void landed(SampleKey key, const RunResult& result, double wall_s) override {
        const Problem& problem = suite_.problems[key.problem].problem;
        const std::string json =
            result_json({"run", problem.id, problem.text, shape_.method, shape_.model, shape_.seed, wall_s}, result);
        journal_.event({0, run_, problem.id, key.sample, "result", json, 0});
    }

  private:
    Journal& journal_;
    const RunKey run_;
    const EvalShape& shape_;
    const Suite& suite_;
};

class EvalJournal {
  public:
    explicit EvalJournal(const std::string& path) {
        JournalOptions options;
        options.program = "retort test";
        journal_ = Journal::open(path, options).value();
    }

    // Runs the suite to its end. The run's id.
    std::string add(const EvalShape& shape, const Suite& suite, ScriptedModel::Script script) {
        const Schedule schedule = parse_operator(shape.method, shape.defaults).value();
        const std::string config = eval_config(shape, suite, schedule);
        const std::string id = sha256_hex(config);
        const RunKey run =
            run_to_end(loop_, journal_->begin_run({id, "eval", config, "retort test", 1'790'000'000.0})).value();
        for (const SuiteProblem& one : suite.problems)
            journal_->event({0, run, one.problem.id, -1, "problem", one.line, 0});
        ScriptedModel scripted(std::move(script));
        RecordingModel model(scripted, *journal_, run, shape.model);
        EngineDependencies deps;
        deps.models.by_name = {{shape.model, &model}};
        deps.models.main = shape.model;
        deps.prompts = &compiled_prompt_sets().front();
        EvalJob job;
        job.suite = &suite;
        job.policy = std::make_shared<FixedSchedule>(schedule);
        job.settings.seed = shape.seed;
        job.samples = shape.samples;
        job.concurrency = shape.concurrency;
        ResultWriter listener(*journal_, run, shape, suite);
        run_to_end(loop_, run_eval(job, deps, {}, listener, {}));
        run_to_end(loop_, journal_->flush()).value();
        return id;
    }

    void event(RecordedEvent event) { journal_->event(std::move(event)); }
    void close() { journal_->close().value(); }

  private:
    asio::io_context loop_;
    std::shared_ptr<Journal> journal_;
};

struct StudentShape {
    int right_of_ten = 6;
    int words = 20;                    // of reasoning
    unsigned cut_every = 0;            // every so many calls is cut by length; 0: none
    unsigned failed_every = 0;         // ... fails
    std::string remark = "It is so.";  // in every solution
};

// Answers sums: right as often as asked, by the request's seed.
inline ScriptedModel::Script student(StudentShape shape) {
    return [shape](const CompletionRequest& request) {
        const Place& place = request.place;
        if (shape.failed_every > 0 && request.seed % shape.failed_every == 1)
            return failed_completion({CallErrorKind::server, "the server answered 500", false, 0, 500});
        if (place.role == CallRole::select) return scripted_text("SELECT: 1, 2");
        const int number = std::stoi(place.problem.substr(place.problem.find('-') + 1));
        const bool right = static_cast<int>(request.seed / 7 % 10) < shape.right_of_ten;
        const std::string answer = std::to_string(2 * number + (right ? 1 : 2));
        std::string reasoning;
        for (int i = 0; i < shape.words; ++i)
            reasoning += "step " + std::to_string((request.seed + static_cast<unsigned>(i) * 7919U) % 9973U) + " ";
        Completion out =
            scripted_text("FINAL SOLUTION\n" + shape.remark + " The sum is \\boxed{" + answer + "}.", reasoning);
        if (shape.cut_every > 0 && request.seed % shape.cut_every == 2) {
            out.finish = Finish::length;
            out.text.clear();
        }
        return out;
    };
}

}  // namespace retort::test

// A run over a scripted model, for tests of the engine.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "model/scripted_model.h"
#include "operator/engine.h"

namespace retort::test {

// The number that a call's place gives it, so that answers differ by draft: r1.d2 -> 102, final -> 7.
inline int place_number(const Place& place) {
    return place.role == CallRole::final ? 7 : place.round * 100 + place.draft;
}

inline Completion numbered_answer(const CompletionRequest& request) {
    if (request.place.role == CallRole::select) return scripted_text("SELECT: 1, 2");
    if (request.place.role == CallRole::summary) return scripted_text("FINAL SOLUTION\nThey differ. One is right.");
    if (request.place.role == CallRole::analysis) return scripted_text("FINAL SOLUTION\nStep two is wrong.");
    if (request.place.role == CallRole::judge)
        return scripted_text(prompt_text(request.prompt).find("SCORE:") != std::string::npos ? "SCORE: 60"
                                                                                             : "SELECT: 1");
    return scripted_text("some thought\nFINAL SOLUTION\nThis is it: \\boxed{" +
                         std::to_string(place_number(request.place)) + "}");
}

struct Harness {
    explicit Harness(ScriptedModel::Script script = numbered_answer, ScriptedModel::Latency latency = {})
        : model(std::move(script), std::move(latency)) {
        defaults.think = 100;
        defaults.max_answer = 50;
        defaults.workspace = 200;
    }

    RunResult run(const std::string& method) {
        const Schedule schedule = parse_operator(method, defaults).value();
        return run(std::make_shared<FixedSchedule>(schedule));
    }

    RunResult run(std::shared_ptr<const Policy> policy) {
        asio::io_context loop;
        return run_to_end(loop, run_operator(problem, std::move(policy), settings, dependencies(), stop.get_token()));
    }

    std::optional<BudgetShortfall> shortfall(const std::string& method) {
        auto policy = std::make_shared<FixedSchedule>(parse_operator(method, defaults).value());
        asio::io_context loop;
        return run_to_end(loop, budget_shortfall(problem, std::move(policy), settings, dependencies()));
    }

    EngineDependencies dependencies() {
        EngineDependencies deps;
        deps.models.by_name = {{"m", &model}};
        deps.models.main = "m";
        deps.prompts = &compiled_prompt_sets().front();
        deps.task = task;
        deps.observer = observer;
        return deps;
    }

    // Requests by path; fails the test when a path was asked twice.
    std::map<std::string, CompletionRequest> by_path() const {
        std::map<std::string, CompletionRequest> out;
        for (const CompletionRequest& request : model.asked())
            EXPECT_TRUE(out.emplace(request.place.path(), request).second) << request.place.path() << " asked twice";
        return out;
    }

    ScriptedModel model;
    StepDefaults defaults;
    Problem problem{"p", "What is six times seven?", std::nullopt};
    RunSettings settings;
    const DraftTask* task = nullptr;
    RunObserver* observer = nullptr;
    std::stop_source stop;
};

// Three countdowns, solved by 2 * 3, 4 + 5 and 8 / 2. Each draft says what stands here for it, the final call what the
// first draft says.
struct PartsHarness : Harness {
    explicit PartsHarness(std::vector<std::string> drafts)
        : Harness([drafts = std::move(drafts)](const CompletionRequest& request) {
              const bool draft = request.place.role == CallRole::draft;
              const auto which = static_cast<std::size_t>(draft ? request.place.draft : 0);
              return scripted_text("FINAL SOLUTION\n" + drafts.at(which));
          }) {
        KindResult made = make_verifier(
            R"({"kind":"countdown-parts","parts":[{"numbers":[2,3],"target":6},{"numbers":[4,5],"target":9},)"
            R"({"numbers":[8,2],"target":4}]})");
        problem = {"p", made.problem, std::nullopt, made.verifier};
        defaults.distiller = DistillerKind::parts;
    }
};

}  // namespace retort::test

// The state of one run, shared by the parts of the engine. Not public.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "operator/engine.h"

namespace retort {

// Warnings in the order of their first cause; the same words for several calls become one line.
class Warnings {
  public:
    explicit Warnings(RunObserver* observer) : observer_(observer) {}
    void add(std::string text);

    // From here on warnings come after those so far; those of one stage are ordered by text, since calls side by side
    // land in any order.
    void next_stage() { ++stage_; }

    void add_note(const std::string& path, const std::string& note);  // a call's note, told once for all calls
    std::vector<std::string> lines() const;

  private:
    struct Line {
        std::string text;
        std::vector<std::string> paths;
        int stage = 0;
    };
    static std::string told(const Line& line);

    RunObserver* observer_;
    std::vector<Line> lines_;
    int stage_ = 0;
};

struct RunState {
    RunState(Problem p, std::shared_ptr<const Policy> po, RunSettings s, EngineDependencies d, std::stop_token st)
        : problem(std::move(p)),
          policy(std::move(po)),
          settings(std::move(s)),
          deps(std::move(d)),
          stop(std::move(st)),
          observer(deps.observer != nullptr ? *deps.observer : silent),
          warnings(&observer) {
        if (!problem.verifier) problem.verifier = math_verifier(problem.reference);
        view.problem = &problem;
    }
    RunState(const RunState&) = delete;
    RunState& operator=(const RunState&) = delete;

    Problem problem;
    std::shared_ptr<const Policy> policy;
    RunSettings settings;
    EngineDependencies deps;
    std::stop_token stop;
    RunObserver silent;
    RunObserver& observer;
    Warnings warnings;
    Ledger ledger;
    RunView view;
    std::vector<NodeId> answer_nodes;  // the calls that the answer so far was made from

    // The model of a role: the step's own name, else the role's, else the main one.
    const std::string& model_name(const std::string& of_step, const std::string& of_role) const;
    LanguageModel& model(const std::string& name) const;
    const Template& prompt(const std::string& name) const;
    Place place(int round, int draft, CallRole role, int turn = 0) const;
};

// A workspace with the calls whose output it holds, for the ledger.
struct HandedOn {
    Workspace workspace;
    std::vector<NodeId> parents;
};

}  // namespace retort

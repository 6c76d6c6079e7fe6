#include "operator/choosing.h"

#include <fmt/format.h>

#include <algorithm>

#include "async/nursery.h"
#include "distill/selection.h"
#include "operator/finishing.h"
#include "operator/score.h"

namespace retort {
namespace {

constexpr std::int64_t kLabelTokens = 8;  // around a candidate: its number and line ends

// A draft that may still win, with the calls that brought it here.
struct Candidate {
    std::size_t draft = 0;
    std::vector<NodeId> nodes;
};

const std::vector<Draft>& drafts_of(const RunState& run) {
    return run.view.rounds.back().drafts;
}

const std::string& path_of(const RunState& run, const Candidate& candidate) {
    return drafts_of(run)[candidate.draft].path;
}

// Drafts with a solution; the others are named in a warning.
std::vector<Candidate> candidates_of(RunState& run) {
    std::vector<Candidate> out;
    std::vector<std::string> without;
    const std::vector<Draft>& drafts = drafts_of(run);
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        if (drafts[i].has_solution && drafts[i].node)
            out.push_back({i, {*drafts[i].node}});
        else
            without.push_back(drafts[i].path);
    }
    if (!without.empty())
        run.warnings.add(fmt::format("not judged, for lack of a solution: {}", fmt::join(without, ", ")));
    if (out.empty()) run.warnings.add("no draft has a solution: nothing to judge");
    return out;
}

void take_winner(RunState& run, const Candidate& winner, RunResult& result) {
    const Draft& draft = drafts_of(run)[winner.draft];
    result.choice->draft = draft.path;
    result.text = draft.solution;
    result.answer = draft.answer;
    if (!result.answer) run.warnings.add(fmt::format("no answer was found in the chosen solution ({})", draft.path));
}

struct Asked {
    Place place;
    std::vector<Candidate> read;  // in the order in which they stand
    std::string prompt;
};

CallSpec spec_of(const RunState& run, const FinishStep& finish, const Asked& asked) {
    std::vector<Source> sources;
    CallSpec spec;
    for (const Candidate& candidate : asked.read) {
        const Draft& draft = drafts_of(run)[candidate.draft];
        sources.push_back({static_cast<int>(candidate.draft), draft.path, draft.solution, draft.answer});
        spec.parents.insert(spec.parents.end(), candidate.nodes.begin(), candidate.nodes.end());
    }
    std::map<std::string, std::string> values = empty_values();
    values["candidates"] = number_candidates(sources);
    values["count"] = std::to_string(sources.size());
    values["k"] = "1";
    spec.place = asked.place;
    spec.model = run.model_name(finish.model, run.deps.models.judge);
    spec.prompt = render_prompt(run, asked.prompt, std::move(values));
    spec.think = finish.think;
    spec.max_answer = finish.max_answer;
    return spec;
}

// All side by side, each with its share of what the budgets leave; the results in the order of the specs. The error
// says that the budgets do not do, before anything was asked.
Task<Outcome<std::vector<CallResult>>> ask_all(RunState& run, std::vector<CallSpec> specs,
                                               std::vector<PlannedStep> steps) {
    for (CallSpec& spec : specs) {
        const auto most = co_await allowance(run, steps, spec.prompt.messages, spec.parents);
        if (!most) co_return most.error();
        spec.most_out = *most;
    }
    const auto executor = co_await asio::this_coro::executor;
    Nursery<CallResult> calls(executor);
    for (CallSpec& spec : specs) calls.spawn(make_call(run, std::move(spec), run.stop));
    std::vector<CallResult> out(specs.size());
    while (calls.outstanding() > 0) {
        Nursery<CallResult>::Landed landed = co_await calls.next();
        out[landed.index] = std::move(landed.value);
    }
    co_return out;
}

std::optional<Error> failure_of(const std::vector<CallResult>& calls) {
    const auto failed = [](const CallResult& call) { return call.completion.error.has_value(); };
    if (calls.empty() || !std::all_of(calls.begin(), calls.end(), failed)) return std::nullopt;
    return Error{ErrorKind::model, "every call of the judge failed: " + calls.front().completion.error->message};
}

Error interrupted() {
    return {ErrorKind::interrupted, "interrupted"};
}

// ---- the best by score

struct Scored {
    Candidate candidate;
    std::optional<double> score;
    bool readable = true;  // false: a reply came that holds no score
};

void note_scores(RunState& run, const std::vector<std::size_t>& which, const std::vector<Asked>& asked,
                 const std::vector<CallResult>& calls, std::vector<Scored>& scored, Choice& choice) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
        Scored& one = scored[which[i]];
        if (calls[i].solution.present) one.score = parse_score(calls[i].solution.text);
        one.readable = one.score.has_value() || !calls[i].completion.ok();
        one.candidate.nodes.push_back(calls[i].node);
        choice.calls.push_back({asked[i].place.path(), {path_of(run, one.candidate)}, one.score, std::nullopt});
    }
}

// Asks for the scores of these; `turn` 1: once more. False when the budgets leave no room for it.
Task<Outcome<void>> score(RunState& run, FinishStep finish, std::vector<std::size_t> which, int turn,
                          std::vector<Scored>& scored, Choice& choice) {
    const RoundState& last = run.view.rounds.back();
    const int stage = static_cast<int>(run.view.rounds.size()) + 1;
    std::vector<Asked> asked;
    std::vector<CallSpec> specs;
    for (const std::size_t i : which) {
        const Place place = run.place(stage, static_cast<int>(scored[i].candidate.draft), CallRole::judge, turn);
        asked.push_back({place, {scored[i].candidate}, turn == 0 ? finish.prompt : "judge_again"});
        specs.push_back(spec_of(run, finish, asked.back()));
    }
    std::vector<PlannedStep> steps = judge_steps(run, finish, last.spec, static_cast<std::int64_t>(which.size()));
    const auto calls = co_await ask_all(run, std::move(specs), std::move(steps));
    if (!calls) co_return calls.error();
    note_scores(run, which, asked, *calls, scored, choice);
    if (run.stop.stop_requested()) co_return interrupted();
    if (turn == 0)
        if (const auto failure = failure_of(*calls)) co_return *failure;
    co_return Outcome<void>();
}

std::vector<std::size_t> unreadable(const std::vector<Scored>& scored) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < scored.size(); ++i)
        if (!scored[i].readable) out.push_back(i);
    return out;
}

std::string names_of(const RunState& run, const std::vector<Scored>& scored, const std::vector<std::size_t>& which) {
    std::vector<std::string> out;
    for (const std::size_t i : which) out.push_back(path_of(run, scored[i].candidate));
    return fmt::format("{}", fmt::join(out, ", "));
}

Task<std::optional<Error>> score_again(RunState& run, FinishStep finish, std::vector<Scored>& scored, Choice& choice) {
    const std::vector<std::size_t> again = unreadable(scored);
    if (again.empty()) co_return std::nullopt;
    run.warnings.add(fmt::format("the score could not be read, asked once more: {}", names_of(run, scored, again)));
    run.warnings.next_stage();
    const auto asked = co_await score(run, finish, again, 1, scored, choice);
    if (!asked && asked.error().kind != ErrorKind::budget) co_return asked.error();
    if (!asked) run.warnings.add("not asked once more: " + asked.error().message);
    if (const std::vector<std::size_t> still = unreadable(scored); !still.empty())
        run.warnings.add(
            fmt::format("no score that can be read, not in the running: {}", names_of(run, scored, still)));
    co_return std::nullopt;
}

void take_best(RunState& run, const std::vector<Scored>& scored, RunResult& result) {
    run.answer_nodes.clear();  // the decision needed every score
    for (const Scored& one : scored)
        run.answer_nodes.insert(run.answer_nodes.end(), one.candidate.nodes.begin(), one.candidate.nodes.end());
    const Scored* best = nullptr;
    for (const Scored& one : scored)
        if (one.score && (best == nullptr || *one.score > *best->score)) best = &one;
    if (best != nullptr) return take_winner(run, best->candidate, result);
    run.warnings.add("no draft has a score: the drafts vote on the answer instead");
    const std::vector<NodeId> judged = run.answer_nodes;
    finish_by_vote(run, result);
    run.answer_nodes.insert(run.answer_nodes.end(), judged.begin(), judged.end());
}

// ---- the tournament

using Group = std::vector<Candidate>;

std::vector<Group> groups_of(std::vector<Candidate> candidates, std::size_t size) {
    std::vector<Group> out;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (i % size == 0) out.emplace_back();
        out.back().push_back(std::move(candidates[i]));
    }
    return out;
}

// The group as a vote reads it.
Group turned(const RunState& run, const Group& group, Place place) {
    const auto vote = static_cast<std::size_t>(place.turn);
    place.turn = 0;
    const std::vector<int> order = shuffled(static_cast<int>(group.size()), choice_seed(run.settings.seed, place));
    Group out;
    for (std::size_t i = 0; i < group.size(); ++i)
        out.push_back(group[static_cast<std::size_t>(order[(i + vote) % group.size()])]);
    return out;
}

// Index in `read` of the candidate that a vote is for.
std::optional<std::size_t> vote_of(const CallResult& call, std::size_t count) {
    if (!call.solution.present) return std::nullopt;
    const auto chosen = parse_selection(call.solution.text, 1, static_cast<int>(count));
    return chosen ? std::optional(static_cast<std::size_t>(chosen->front())) : std::nullopt;
}

// Counts the votes on a group; its winner has waited for all of them.
Candidate winner_of(RunState& run, const Group& group, std::span<const Asked> asked, std::span<const CallResult> calls,
                    Choice& choice) {
    std::map<std::size_t, int> votes;  // by draft: ties go to the first
    for (const Candidate& candidate : group) votes[candidate.draft] = 0;
    std::vector<NodeId> nodes;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        JudgeCall call{asked[i].place.path(), {}, std::nullopt, std::nullopt};
        for (const Candidate& candidate : asked[i].read) call.read.push_back(path_of(run, candidate));
        if (const auto chosen = vote_of(calls[i], asked[i].read.size())) {
            ++votes[asked[i].read[*chosen].draft];
            call.chose = call.read[*chosen];
        } else if (calls[i].completion.ok()) {
            run.warnings.add_note(call.path, "the vote could not be read, and does not count");
        }
        choice.calls.push_back(std::move(call));
        nodes.push_back(calls[i].node);
    }
    const auto most =
        std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return {most->first, std::move(nodes)};
}

// What the levels after this one read is known by now: it is counted, so that their share can be kept.
Task<void> bound_later(RunState& run, std::vector<PlannedStep>& steps, const std::vector<Candidate>& candidates) {
    const BudgetSettings& budget = run.settings.budget;
    if ((!budget.seq && !budget.total) || steps.size() < 2) co_return;
    LanguageModel& judge = run.model(steps.front().model);
    std::int64_t longest = 0;
    for (const Candidate& candidate : candidates) {
        const TokenCount counted = co_await judge.count_tokens(drafts_of(run)[candidate.draft].solution);
        longest = std::max(longest, counted.tokens + kLabelTokens);
    }
    for (std::size_t i = 1; i < steps.size(); ++i) {
        steps[i].reads = steps[i].candidates.count * longest;
        steps[i].candidates = {};
    }
}

// One level: the winners of its groups, in order. `comparisons` counts groups through all levels.
Task<Outcome<std::vector<Candidate>>> play_level(RunState& run, FinishStep finish, std::vector<Candidate> candidates,
                                                 int& comparisons, Choice& choice) {
    const int stage = static_cast<int>(run.view.rounds.size()) + 1;
    const auto votes = static_cast<std::size_t>(finish.votes);
    std::vector<PlannedStep> steps =
        judge_steps(run, finish, run.view.rounds.back().spec, static_cast<std::int64_t>(candidates.size()));
    co_await bound_later(run, steps, candidates);
    const std::vector<Group> groups = groups_of(std::move(candidates), static_cast<std::size_t>(finish.group));
    std::vector<Asked> asked;
    std::vector<CallSpec> specs;
    for (const Group& group : groups) {
        if (group.size() == 1) continue;
        for (int vote = 0; vote < finish.votes; ++vote) {
            const Place place = run.place(stage, comparisons, CallRole::judge, vote);
            asked.push_back({place, turned(run, group, place), finish.prompt});
            specs.push_back(spec_of(run, finish, asked.back()));
        }
        ++comparisons;
    }
    const auto calls = co_await ask_all(run, std::move(specs), std::move(steps));
    if (!calls) co_return calls.error();
    if (run.stop.stop_requested()) co_return interrupted();
    if (const auto failure = failure_of(*calls)) co_return *failure;
    std::vector<Candidate> winners;
    std::size_t first = 0;
    for (const Group& group : groups) {
        if (group.size() == 1) {
            winners.push_back(group.front());
            continue;
        }
        winners.push_back(winner_of(run, group, std::span(asked).subspan(first, votes),
                                    std::span(*calls).subspan(first, votes), choice));
        first += votes;
    }
    co_return winners;
}

}  // namespace

Task<std::optional<Error>> finish_by_best(RunState& run, FinishStep finish, RunResult& result) {
    std::vector<Scored> scored;
    std::vector<std::size_t> all;
    for (Candidate& candidate : candidates_of(run)) {
        all.push_back(scored.size());
        scored.push_back({std::move(candidate), std::nullopt, true});
    }
    if (scored.empty()) co_return std::nullopt;
    run.observer.finish_started(finish);
    result.choice.emplace();
    const auto first = co_await score(run, finish, all, 0, scored, *result.choice);
    if (!first) co_return first.error();
    run.warnings.next_stage();
    const std::optional<Error> again = co_await score_again(run, finish, scored, *result.choice);
    if (again) co_return again;
    take_best(run, scored, result);
    co_return std::nullopt;
}

Task<std::optional<Error>> finish_by_tournament(RunState& run, FinishStep finish, RunResult& result) {
    std::vector<Candidate> candidates = candidates_of(run);
    if (candidates.empty()) co_return std::nullopt;
    run.observer.finish_started(finish);
    result.choice.emplace();
    int comparisons = 0;
    while (candidates.size() > 1) {
        run.warnings.next_stage();
        auto winners = co_await play_level(run, finish, std::move(candidates), comparisons, *result.choice);
        if (!winners) co_return winners.error();
        candidates = std::move(*winners);
    }
    run.answer_nodes = candidates.front().nodes;
    take_winner(run, candidates.front(), result);
    co_return std::nullopt;
}

}  // namespace retort

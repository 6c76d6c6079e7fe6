#include "operator/round_runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "async/nursery.h"
#include "operator/judging.h"

namespace retort {
namespace {

// A draft task's calls: one after the other, each a child of the one before, all within the draft's allowance.
class DraftCalls : public DraftContext {
  public:
    DraftCalls(RunState& run, CallSpec first, std::stop_token stop)
        : run_(run), first_(std::move(first)), parents_(first_.parents), stop_(std::move(stop)) {}

    const Problem& problem() const override { return run_.problem; }
    const std::vector<Message>& prompt() const override { return first_.prompt.messages; }
    const std::optional<CallResult>& last() const { return last_; }

    Task<Completion> call(std::vector<Message> messages) override {
        CallSpec spec;
        spec.place = first_.place;
        spec.place.turn = turns_++;
        spec.model = first_.model;
        spec.prompt = {std::move(messages), first_.prompt.hash};
        spec.think = first_.think;
        spec.max_answer = first_.max_answer;
        spec.parents = parents_;
        spec.most_out = left_to_write();
        if (spec.most_out && *spec.most_out < 1) {
            CallError error{CallErrorKind::refused, "the draft's share of the budget is used up", false, 0, 0};
            co_return failed_completion(std::move(error));
        }
        last_ = co_await make_call(run_, std::move(spec), stop_);
        parents_ = {last_->node};
        spent_ += last_->completion.usage.total();
        co_return last_->completion;
    }

  private:
    // The first call may write all; later ones what it and its prompts left.
    std::optional<std::int64_t> left_to_write() const {
        if (!first_.most_out) return std::nullopt;
        return last_ ? *first_.most_out - spent_ : *first_.most_out;
    }

    RunState& run_;
    CallSpec first_;
    std::vector<NodeId> parents_;
    std::stop_token stop_;
    std::optional<CallResult> last_;
    int turns_ = 0;
    std::int64_t spent_ = 0;
};

Draft to_draft(const RunState& run, const std::string& path, const DraftCalls& calls, Completion completion) {
    Draft draft;
    draft.path = path;
    draft.landed = true;
    draft.completion = std::move(completion);
    const auto& last = calls.last();
    if (!last) return draft;
    draft.node = last->node;
    draft.has_solution = last->solution.present;
    if (!draft.has_solution) return draft;
    draft.solution = last->solution.text;
    draft.answer = run.problem.verifier->extract(draft.solution);
    return draft;
}

Task<Draft> make_draft(RunState& run, CallSpec spec, std::stop_token stop) {
    static const SingleCall kSingleCall;
    const DraftTask& task = run.deps.task != nullptr ? *run.deps.task : kSingleCall;
    const std::string path = spec.place.path();
    DraftCalls calls(run, std::move(spec), std::move(stop));
    Completion completion = co_await task.attempt(calls);
    Draft draft = to_draft(run, path, calls, std::move(completion));
    if (draft.has_solution) draft.verdict = co_await verdict_on(run.problem, draft.answer);
    co_return draft;
}

CallSpec draft_spec(const RunState& run, int round, int index, const Round& spec, HandedOn handed) {
    CallSpec out;
    out.place = run.place(round, index, CallRole::draft);
    out.model = run.model_name(spec.model, {});
    const std::string& text = handed.workspace.text;
    out.prompt = render_prompt(run, text.empty() ? "draft" : spec.prompt, {{"workspace", text}});
    out.think = spec.think;
    out.max_answer = spec.max_answer;
    out.parents = std::move(handed.parents);
    return out;
}

// Every branch has the whole of what B_seq leaves for it, and its share of B_total.
Task<Outcome<std::vector<CallSpec>>> draft_specs(RunState& run, int round, Round spec, std::vector<HandedOn> handed,
                                                 std::vector<PlannedStep> steps) {
    std::vector<CallSpec> out;
    for (int i = 0; i < spec.width; ++i) {
        out.push_back(draft_spec(run, round, i, spec, std::move(handed[static_cast<std::size_t>(i)])));
        const auto most = co_await allowance(run, steps, out.back().prompt.messages, out.back().parents);
        if (!most) co_return most.error();
        out.back().most_out = *most;
    }
    co_return out;
}

std::string names(const std::vector<std::string>& paths) {
    return fmt::format("{}", fmt::join(paths, ", "));
}

// Says what became of the drafts; an error when nothing is left because the server failed.
std::optional<Error> judge_round(RunState& run, int round) {
    const RoundState& state = run.view.rounds.back();
    std::vector<std::string> cut;
    std::vector<std::string> failed;
    std::size_t with_solution = 0;
    const Completion* failure = nullptr;
    for (const Draft& draft : state.drafts) {
        with_solution += draft.has_solution;
        if (draft.completion.finish == Finish::length && !draft.has_solution) cut.push_back(draft.path);
        if (draft.completion.finish != Finish::error) continue;
        failed.push_back(draft.path);
        if (failure == nullptr) failure = &draft.completion;
    }
    const auto width = state.drafts.size();
    if (!cut.empty())
        run.warnings.add(fmt::format("round {}: {} of {} drafts were cut off without a solution ({})", round,
                                     cut.size(), width, names(cut)));
    if (!failed.empty())
        run.warnings.add(
            fmt::format("round {}: {} of {} drafts failed ({})", round, failed.size(), width, names(failed)));
    const auto quorum = static_cast<std::size_t>(std::max(1, state.spec.quorum));
    if (with_solution >= quorum || state.stopped_early) return std::nullopt;
    if (failed.size() == width || (!failed.empty() && with_solution + failed.size() >= quorum && quorum > 1))
        return Error{ErrorKind::model, fmt::format("round {}: {} of {} drafts have a solution, {} are needed: {}",
                                                   round, with_solution, width, quorum, failure->error->message)};
    run.warnings.add(
        fmt::format("round {}: {} of {} drafts have a solution, {} needed; the next step starts from the problem alone",
                    round, with_solution, width, quorum));
    for (Draft& draft : run.view.rounds.back().drafts) draft.has_solution = false;
    return std::nullopt;
}

void update_spent(RunState& run) {
    std::vector<NodeId> ends;
    for (const Draft& draft : run.view.rounds.back().drafts)
        if (draft.landed && draft.node) ends.push_back(*draft.node);
    run.view.spent = run.ledger.totals(ends);
    run.view.rounds.back().b_seq = run.view.spent.b_seq;
}

// A policy is the user's code: what it throws becomes the run's error, once every draft has landed.
std::optional<Error> ask_policy(RunState& run, Decision& next) {
    try {
        next = run.policy->decide(run.view);
        return std::nullopt;
    } catch (const std::exception& thrown) {
        return Error{ErrorKind::usage, fmt::format("policy {}: {}", run.policy->name(), thrown.what())};
    }
}

void begin_round(RunState& run, int round, const Round& spec) {
    RoundState state;
    state.spec = spec;
    state.drafts.resize(static_cast<std::size_t>(spec.width));
    const std::vector<std::string> paths = draft_paths(round, spec.width);
    for (std::size_t i = 0; i < paths.size(); ++i) state.drafts[i].path = paths[i];
    run.view.rounds.push_back(std::move(state));
    run.observer.round_started(round, spec);
}

}  // namespace

std::vector<std::string> draft_paths(int round, int width) {
    std::vector<std::string> out;
    for (int i = 0; i < width; ++i) out.push_back(Place{{}, 0, round, i, CallRole::draft, 0}.path());
    return out;
}

Task<RoundOutcome> run_round(RunState& run, Round spec, std::vector<HandedOn> handed) {
    const int round = static_cast<int>(run.view.rounds.size()) + 1;
    const Schedule rest = run.policy->rest(run.view);
    const Round* none = nullptr;
    auto specs = co_await draft_specs(run, round, spec, std::move(handed),
                                      planned_steps(run, none, spec, rest, Distilled::done));
    if (!specs) co_return RoundOutcome{Wait{}, specs.error()};

    begin_round(run, round, spec);
    std::stop_source stop_drafts;
    const std::stop_callback on_stop(run.stop, [&stop_drafts] { stop_drafts.request_stop(); });
    const auto executor = co_await asio::this_coro::executor;
    Nursery<Draft> drafts(executor);
    for (CallSpec& draft : *specs) drafts.spawn(make_draft(run, std::move(draft), stop_drafts.get_token()));

    Decision next = Wait{};
    std::optional<Error> failure;
    while (drafts.outstanding() > 0) {
        Nursery<Draft>::Landed landed = co_await drafts.next();
        RoundState& state = run.view.rounds.back();
        state.drafts[landed.index] = std::move(landed.value);
        run.observer.draft_landed(round, landed.index, state.drafts[landed.index]);
        update_spent(run);
        if (failure || !std::holds_alternative<Wait>(next)) continue;
        failure = ask_policy(run, next);
        if (failure) stop_drafts.request_stop();
        if (std::holds_alternative<Wait>(next) || drafts.outstanding() == 0) continue;
        state.stopped_early = true;
        run.warnings.add(fmt::format("round {}: {} has seen enough; {} drafts were cancelled", round,
                                     run.policy->name(), drafts.outstanding()));
        stop_drafts.request_stop();
    }
    if (run.stop.stop_requested()) co_return RoundOutcome{next, Error{ErrorKind::interrupted, "interrupted"}};
    if (failure) co_return RoundOutcome{next, failure};
    co_return RoundOutcome{next, judge_round(run, round)};
}

}  // namespace retort

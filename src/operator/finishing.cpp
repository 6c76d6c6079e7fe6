#include "operator/finishing.h"

#include <fmt/format.h>

namespace retort {
namespace {

void take_final(RunState& run, const CallResult& call, RunResult& result) {
    const Completion& completion = call.completion;
    result.final = FinalCall{"final", completion.finish, completion.usage.in, completion.usage.out};
    run.answer_nodes = {call.node};
    if (!call.solution.present) {
        if (completion.ok() && completion.tool_calls.empty())
            run.warnings.add("final: cut off without a solution: no answer; a larger --think or --max-answer may help");
        return;
    }
    result.text = call.solution.text;
    result.answer = run.problem.verifier->extract(result.text);
    // What is said in a conversation need not hold a value.
    if (!result.answer && !run.problem.conversation) run.warnings.add("final: no answer was found in the solution");
    if (completion.finish == Finish::length) run.warnings.add("final: the solution was cut off at the token limit");
}

constexpr const char* kNothingToVoteOn = "no draft gave an answer: nothing to vote on";

// The drafts of the last round. A vote waits for the calls of all.
const std::vector<Draft>& take_voters(RunState& run) {
    const std::vector<Draft>& drafts = run.view.rounds.back().drafts;
    run.answer_nodes.clear();
    for (const Draft& draft : drafts)
        if (draft.completion.ok() && draft.node) run.answer_nodes.push_back(*draft.node);
    return drafts;
}

}  // namespace

Task<std::optional<Error>> finish_by_call(RunState& run, FinishStep finish, HandedOn handed, RunResult& result) {
    CallSpec spec;
    spec.place = run.place(static_cast<int>(run.view.rounds.size()) + 1, -1, CallRole::final);
    spec.model = run.model_name(finish.model, run.deps.models.final);
    const std::string& text = handed.workspace.text;
    spec.prompt = render_prompt(run, text.empty() ? "draft" : finish.prompt, {{"workspace", text}});
    spec.think = finish.think;
    spec.max_answer = finish.max_answer;
    spec.parents = std::move(handed.parents);
    const std::vector<PlannedStep> steps = planned_steps(run, nullptr, finish, {}, Distilled::done);
    const auto most = co_await allowance(run, steps, spec.prompt.messages, spec.parents);
    if (!most) co_return most.error();
    spec.most_out = *most;

    run.observer.finish_started(finish);
    const CallResult call = co_await make_call(run, std::move(spec), run.stop);
    take_final(run, call, result);
    if (call.completion.error)
        co_return Error{ErrorKind::model, "the final call failed: " + call.completion.error->message};
    co_return std::nullopt;
}

void finish_by_vote(RunState& run, RunResult& result) {
    const std::vector<Draft>& drafts = take_voters(run);
    const std::vector<AnswerCount> counts = count_answers(drafts, run.problem.verifier.get());
    if (counts.empty()) {
        run.warnings.add(kNothingToVoteOn);
        return;
    }
    const Draft& speaker = drafts[counts.front().drafts.front()];
    result.answer = counts.front().answer;
    result.text = speaker.solution;
}

void finish_by_part_vote(RunState& run, RunResult& result) {
    const Verifier& verifier = *run.problem.verifier;
    if (verifier.parts().empty()) return finish_by_vote(run, result);
    PartAnswers winners;
    for (const std::vector<AnswerCount>& counts : count_part_answers(take_voters(run), verifier))
        winners.push_back(counts.empty() ? std::nullopt : std::optional(counts.front().answer));
    result.answer = verifier.join(winners);
    result.text = result.answer.value_or("");
    if (!result.answer) run.warnings.add(kNothingToVoteOn);
}

}  // namespace retort

#include "operator/caller.h"

#include <algorithm>

#include "budget/limits.h"
#include "operator/conversation.h"

namespace retort {
namespace {

CompletionRequest make_request(const RunState& run, CallSpec& spec) {
    CompletionRequest request;
    request.place = spec.place;
    request.model = spec.model;
    request.prompt = std::make_shared<const std::vector<Message>>(std::move(spec.prompt.messages));
    const CallLimits limits = spec.most_out ? divide_limit(*spec.most_out, spec.think, spec.max_answer)
                                            : CallLimits{spec.think, spec.max_answer};
    request.think = limits.think;
    request.max_answer = limits.max_answer;
    request.temperature = run.settings.sampling.temperature;
    request.top_p = run.settings.sampling.top_p;
    request.logprobs = run.settings.sampling.logprobs;
    request.seed = call_seed(run.settings.seed, spec.place);
    request.prompt_hash = std::move(spec.prompt.hash);
    request.headers = run.deps.headers;
    if (const auto& conversation = run.problem.conversation)
        request.extra = spec.place.role == CallRole::final ? conversation->for_final : conversation->for_others;
    return request;
}

CallCost cost_of(const Completion& completion, std::int64_t think) {
    CallCost cost;
    cost.usage = completion.usage;
    cost.think = completion.ok() ? think : 0;
    cost.requests = completion.ok() ? completion.requests : 0;
    cost.failed_attempts = static_cast<int>(completion.failed.size());
    cost.failed_usage = completion.before;
    for (const FailedAttempt& attempt : completion.failed) cost.failed_usage += attempt.usage;
    return cost;
}

void note(RunState& run, const std::string& path, const CallResult& result) {
    for (const std::string& text : result.completion.notes) run.warnings.add_note(path, text);
    if (result.completion.error) run.warnings.add_note(path, "failed: " + result.completion.error->message);
}

// Reasoning that stands before a marker is counted where the tokenizer can: the server cannot know of our marker.
Task<std::int64_t> reasoning_tokens(LanguageModel& model, const CallResult& result) {
    const Usage& usage = result.completion.usage;
    if (usage.reasoning > 0 || result.solution.reasoning.empty()) co_return usage.reasoning;
    const TokenCount counted = co_await model.count_tokens(result.solution.reasoning);
    co_return counted.exact ? std::min(counted.tokens, usage.out) : 0;
}

// The template's words before the problem and after it; all of them are after it where it does not name the problem.
std::pair<std::string, std::string> around_problem(const Template& body,
                                                   const std::map<std::string, std::string>& values) {
    constexpr std::string_view kProblem = "{{problem}}";
    const std::size_t at = body.text.find(kProblem);
    if (at == std::string::npos) return {"", "\n\n" + render(body, values).value()};
    const Template before{body.name, body.text.substr(0, at), body.hash};
    const Template after{body.name, body.text.substr(at + kProblem.size()), body.hash};
    return {render(before, values).value(), render(after, values).value()};
}

}  // namespace

RenderedPrompt render_prompt(const RunState& run, const std::string& name, std::map<std::string, std::string> values) {
    const PromptSet& prompts = *run.deps.prompts;
    values["problem"] = run.problem.text;
    values["marker"] = prompts.marker;
    const Template& body = run.prompt(name);
    RenderedPrompt out;
    out.hash = body.hash;
    if (prompts.templates.contains("system"))
        out.messages.push_back({"system", render(run.prompt("system"), values).value()});
    if (const auto& conversation = run.problem.conversation) {
        const auto [before, after] = around_problem(body, values);
        for (Message& message : with_words(*conversation, before, after)) out.messages.push_back(std::move(message));
    } else {
        out.messages.push_back({"user", render(body, values).value()});
    }
    return out;
}

Task<CallResult> make_call(RunState& run, CallSpec spec, std::stop_token stop) {
    LanguageModel& model = run.model(spec.model);
    const CompletionRequest request = make_request(run, spec);
    const Place place = request.place;
    run.observer.call_started(place);
    RunObserver* observer = &run.observer;
    OnDelta on_delta = [observer, place](const Delta& delta) { observer->call_delta(place, delta); };

    CallResult result;
    result.completion = co_await model.complete(request, std::move(on_delta), std::move(stop));
    result.solution = find_solution(result.completion, run.deps.prompts->marker, request.think);
    result.completion.usage.reasoning = co_await reasoning_tokens(model, result);
    result.node = run.ledger.add(cost_of(result.completion, request.think), spec.parents);
    note(run, place.path(), result);
    run.observer.call_landed(place, result.completion);
    run.observer.spent(run.ledger.totals({result.node}));
    co_return result;
}

}  // namespace retort

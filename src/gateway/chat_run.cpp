#include "gateway/chat_run.h"

#include <fmt/format.h>

#include <optional>
#include <variant>

#include "async/nursery.h"
#include "base/text.h"
#include "gateway/answer_stream.h"
#include "gateway/answers.h"
#include "gateway/outbox.h"
#include "gateway/refusals.h"
#include "gateway/run_clock.h"
#include "operator/best_so_far.h"
#include "operator/observers.h"

namespace retort::gateway {
namespace {

// Listens to the run, keeps what the answer is made of, and tells the client as it goes where it wants to be told.
class ChatRun : public RunObserver {
  public:
    ChatRun(const ChatTask& task, Outbox* outbox)
        : writer_(*task.writer),
          progress_(task.body.progress),
          marks_(!trim(task.model.prompts->marker).empty()),
          stream_(task.model.prompts->marker),
          warnings_(task.warnings),
          outbox_(outbox) {}

    void round_started(int round, const Round& spec) override {
        say(fmt::format("Round {}: {} drafts.\n", round, spec.width));
    }

    void draft_landed(int round, std::size_t index, const Draft& draft) override {
        if (progress_ != Progress::full || !draft.has_solution) return;
        say(fmt::format("Round {}, draft {}:\n{}\n\n", round, index + 1, draft.solution));
    }

    void finish_started(const FinishStep& finish) override {
        say(finish.kind == FinishKind::call ? "Writing the answer.\n" : "Choosing the answer.\n");
    }

    void call_delta(const Place& place, const Delta& delta) override {
        if (place.role != CallRole::final || outbox_ == nullptr) return;
        const AnswerStream::Heard heard = stream_.hear(delta);
        if (!heard.progress.empty() && progress_ != Progress::off && !outbox_->is_full())
            outbox_->put(writer_.progress(heard.progress));
        if (!heard.answer.empty()) outbox_->put(writer_.text(heard.answer));
    }

    void call_landed(const Place& place, const Completion& completion) override {
        if (place.role == CallRole::final) final_ = completion;
        if (completion.error) failed_ = completion.error;
    }

    ChatAnswer answer(const RunResult& result) const {
        ChatAnswer out;
        out.text = result.text;
        if (final_) {
            if (!marks_ || result.text.empty()) out.text = final_->text;
            out.tool_calls = final_->tool_calls;
            out.cut = final_->finish == Finish::length;
        }
        out.reasoning = shown_;
        out.warnings = warnings_of(result);
        if (out.text.empty() && out.tool_calls.empty()) out.cut = true;  // no draft, or no last call, came to an answer
        return out;
    }

    // When the time is over: what the client has read of the last call, or else the best draft.
    std::optional<ChatAnswer> answer_so_far(const RunResult& result, const Verifier* verifier) const {
        ChatAnswer out;
        out.text = stream_.streamed();
        if (out.text.empty()) {
            auto best = best_so_far(result.rounds, verifier);
            if (!best) return std::nullopt;
            out.text = std::move(*best);
        }
        out.reasoning = shown_;
        out.warnings = warnings_of(result);
        out.cut = true;
        out.at_deadline = true;
        return out;
    }

    const std::optional<CallError>& failed() const { return failed_; }

    // What of the answer the client has not seen yet.
    std::string rest(const ChatAnswer& answer) const {
        return stream_.rest(answer.text, final_ ? std::string_view(final_->text) : std::string_view());
    }

  private:
    std::vector<std::string> warnings_of(const RunResult& result) const {
        std::vector<std::string> out = warnings_;
        out.insert(out.end(), result.warnings.begin(), result.warnings.end());
        return out;
    }

    void say(const std::string& line) {
        if (progress_ == Progress::off) return;
        if (outbox_ == nullptr)
            shown_ += line;
        else if (!outbox_->is_full())
            outbox_->put(writer_.progress(line));
    }

    ReplyWriter& writer_;
    Progress progress_;
    bool marks_;
    AnswerStream stream_;
    const std::vector<std::string> warnings_;  // before anything was called
    Outbox* outbox_;                           // null: the answer goes out in one piece
    std::string shown_;                        // as reasoning, of an answer in one piece
    std::optional<Completion> final_;
    std::optional<CallError> failed_;  // of the last call that did
};

// What a call failed of, as a client would have been told without an operator between.
ApiError error_of_call(const CallError& error) {
    ApiError out;
    out.type = "server_error";
    out.code = "upstream_failed";
    out.status = 502;
    switch (error.kind) {
        case CallErrorKind::no_such_model:
            out = not_found("");
            out.code = "model_not_found";
            out.param = "model";
            break;
        case CallErrorKind::unauthorised:
            out.status = error.http_status == 403 ? 403 : 401;
            out.type = "invalid_request_error";
            out.code = "upstream_unauthorised";
            break;
        case CallErrorKind::rate_limited:
            out.status = 429;
            out.type = "rate_limit_error";
            out.code = "rate_limit_exceeded";
            out.retry_after_s = error.retry_after_s;
            break;
        case CallErrorKind::refused:
            out = bad_request("");
            break;
        case CallErrorKind::context:
            out = bad_request("", "messages");
            out.code = "context_length_exceeded";
            break;
        default:
            break;
    }
    return out;
}

// `call`: what the last call that failed failed of; none: no call did.
ApiError error_of(const Error& error, const std::optional<CallError>& call) {
    const bool is_model = error.kind != ErrorKind::budget && error.kind != ErrorKind::usage;
    ApiError out = is_model && call ? error_of_call(*call) : bad_request("");
    if (is_model && !call) {
        out.status = 502;
        out.type = "server_error";
        out.code = "upstream_failed";
    }
    out.message = error.kind == ErrorKind::budget ? in_fields(error.message) : error.message;
    return out;
}

Task<RunResult> run_to(Outbox* outbox, Problem problem, std::shared_ptr<const Policy> policy, RunSettings settings,
                       EngineDependencies dependencies, RunClock* clock) {
    RunResult result =
        co_await run_operator(std::move(problem), std::move(policy), settings, std::move(dependencies), clock->stop());
    clock->settle();
    if (outbox != nullptr) outbox->close();
    co_return result;
}

EngineDependencies dependencies_of(const ChatTask& task, RunObserver* observer) {
    EngineDependencies out;
    out.models = task.model.models;
    out.prompts = task.model.prompts;
    out.observer = observer;
    out.headers = task.headers;
    return out;
}

ApiError too_late(const ChatBody& body) {
    ApiError out;
    out.status = 504;
    out.type = "server_error";
    out.code = "deadline_exceeded";
    out.is_final = true;
    out.message =
        fmt::format("there was no answer within the {} s that the request allows{}", body.deadline_s.value_or(0),
                    body.best_at_deadline ? ", and no draft was finished: more time, or a max_tokens, may help" : "");
    return out;
}

// How it ends for the client.
using Ending = std::variant<ChatAnswer, ApiError>;

// `late`: its time was over.
Ending ending_of(const ChatRun& run, const ChatBody& body, const Verifier* verifier, const RunResult& result,
                 bool late) {
    if (!result.error) return run.answer(result);
    if (!late) return error_of(*result.error, run.failed());
    auto best = body.best_at_deadline ? run.answer_so_far(result, verifier) : std::nullopt;
    return best ? Ending(std::move(*best)) : Ending(too_late(body));
}

// The last bytes of a stream.
std::string last_bytes(const ChatRun& run, ReplyWriter& writer, const Ending& ending, const BudgetTotals& budget) {
    if (const auto* error = std::get_if<ApiError>(&ending)) return writer.failed(*error);
    const ChatAnswer& answer = std::get<ChatAnswer>(ending);
    const std::string rest = run.rest(answer);
    return (rest.empty() ? "" : writer.text(rest)) + writer.end(answer, budget);
}

Task<bool> send_ending(Exchange& exchange, std::string text) {
    const bool heard = co_await exchange.piece(text);
    if (!heard) co_return false;
    const bool ended = co_await exchange.end();
    co_return ended;
}

Task<bool> send_whole(Exchange& exchange, const ChatTask& task, const Ending& ending, const BudgetTotals& budget) {
    exchange.accompany({{"X-Request-Id", task.identity.id}});
    if (const auto* error = std::get_if<ApiError>(&ending)) {
        const bool told = co_await answer_error(exchange, *error);
        co_return told;
    }
    const bool told = co_await answer_json(exchange, task.writer->whole(std::get<ChatAnswer>(ending), budget));
    co_return told;
}

ChatOutcome outcome_of(const RunResult& result, const Ending& ending, bool hung_up) {
    ChatOutcome out;
    out.budget = result.budget;
    out.error = result.error;
    out.hung_up = hung_up;
    if (!result.text.empty()) out.answer = result.text;
    if (const auto* answer = std::get_if<ChatAnswer>(&ending); answer != nullptr && answer->at_deadline) {
        out.answer = answer->text;
        out.error.reset();
    }
    return out;
}

}  // namespace

Task<ChatOutcome> answer_chat(Exchange& exchange, ChatTask task) {
    const auto executor = co_await asio::this_coro::executor;
    const bool stream = task.body.stream;
    Outbox outbox(executor);
    ChatRun run(task, stream ? &outbox : nullptr);
    Observers observers;
    observers.add(&run);
    if (task.listener) observers.add(task.listener.get());
    RunClock clock(executor, exchange.stop(), task.body.deadline_s);
    const std::shared_ptr<const Verifier> verifier = task.problem.verifier;
    Nursery<RunResult> nursery(executor);
    if (stream) {
        exchange.begin({200,
                        {{"Content-Type", "text/event-stream"},
                         {"Cache-Control", "no-cache"},
                         {"X-Request-Id", task.identity.id}}},
                       std::nullopt);
        outbox.put(task.writer->begin());
    }
    nursery.spawn(run_to(stream ? &outbox : nullptr, std::move(task.problem),
                         std::make_shared<const FixedSchedule>(std::move(task.schedule)), task.body.run,
                         dependencies_of(task, &observers), &clock));
    bool heard = true;
    if (stream) heard = co_await outbox.pump(exchange);
    auto landed = co_await nursery.next();
    const RunResult& result = landed.value;
    const bool given_up = exchange.is_given_up();
    const Ending ending = given_up && result.error ? Ending(stopping())
                                                   : ending_of(run, task.body, verifier.get(), result, clock.is_over());
    ChatOutcome out = outcome_of(result, ending, !heard || (exchange.stop().stop_requested() && !given_up));
    if (out.hung_up)
        exchange.abandon();
    else if (stream)
        out.hung_up = !co_await send_ending(exchange, last_bytes(run, *task.writer, ending, result.budget));
    else
        out.hung_up = !co_await send_whole(exchange, task, ending, result.budget);
    co_return out;
}

}  // namespace retort::gateway

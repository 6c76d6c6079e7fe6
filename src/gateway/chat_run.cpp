#include "gateway/chat_run.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "async/nursery.h"
#include "base/hash.h"
#include "base/text.h"
#include "gateway/answers.h"
#include "gateway/api/chat_reply_writer.h"
#include "gateway/outbox.h"

namespace retort::gateway {
namespace {

// Listens to the run, keeps what the answer is made of, and tells the client as it goes where it wants to be told.
class ChatRun : public RunObserver {
  public:
    ChatRun(const ReplyIdentity& identity, const ChatBody& body, const PromptSet& prompts, Outbox* outbox)
        : identity_(identity), body_(body), marks_(!trim(prompts.marker).empty()), outbox_(outbox) {}

    void round_started(int round, const Round& spec) override {
        say(fmt::format("Round {}: {} drafts.\n", round, spec.width));
    }

    void draft_landed(int round, std::size_t index, const Draft& draft) override {
        if (body_.progress != Progress::full || !draft.has_solution) return;
        say(fmt::format("Round {}, draft {}:\n{}\n\n", round, index + 1, draft.solution));
    }

    void finish_started(const FinishStep& finish) override {
        say(finish.kind == FinishKind::call ? "Writing the answer.\n" : "Choosing the answer.\n");
    }

    // The last call is heard as it speaks. Where a marker sets its reasoning apart, that is known at its end alone.
    void call_delta(const Place& place, const Delta& delta) override {
        if (place.role != CallRole::final || outbox_ == nullptr) return;
        if (delta.tokens_out < 0) return;  // it begins anew: what was streamed of it cannot be taken back
        if (delta.text.empty()) return;
        if (delta.reasoning || marks_) {
            if (body_.progress != Progress::off && !outbox_->is_full())
                outbox_->put(chunk_of_reasoning(identity_, delta.text));
        } else {
            streamed_ += delta.text;
            outbox_->put(chunk_of_text(identity_, delta.text));
        }
    }

    void call_landed(const Place& place, const Completion& completion) override {
        if (place.role == CallRole::final) final_ = completion;
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
        return out;
    }

    // What of the answer the client has not seen yet.
    std::string_view rest(const ChatAnswer& answer) const {
        return std::string_view(answer.text).starts_with(streamed_)
                   ? std::string_view(answer.text).substr(streamed_.size())
                   : std::string_view();
    }

  private:
    void say(const std::string& line) {
        if (body_.progress == Progress::off) return;
        if (outbox_ == nullptr)
            shown_ += line;
        else if (!outbox_->is_full())
            outbox_->put(chunk_of_reasoning(identity_, line));
    }

    const ReplyIdentity& identity_;
    const ChatBody& body_;
    bool marks_;
    Outbox* outbox_;        // null: the answer goes out in one piece
    std::string shown_;     // as reasoning, of an answer in one piece
    std::string streamed_;  // of the final call's text
    std::optional<Completion> final_;
};

ReplyIdentity identity_of(const ChatModel& model) {
    static std::uint64_t number = 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::string key = fmt::format("{} {}", now.count(), ++number);
    return {"chatcmpl-" + sha256_hex(key).substr(0, 24), model.shown,
            std::chrono::duration_cast<std::chrono::seconds>(now).count()};
}

ApiError error_of(const Error& error) {
    ApiError out;
    out.message = error.message;
    out.status = error.kind == ErrorKind::budget || error.kind == ErrorKind::usage ? 400 : 502;
    if (out.status == 502) {
        out.type = "server_error";
        out.code = "upstream_failed";
    }
    return out;
}

Problem problem_of(const ChatBody& body) {
    Problem out;
    out.id = "chat-" + sha256_hex(body.asked).substr(0, 12);
    out.text = body.asked;
    out.conversation = body.conversation;
    return out;
}

Task<RunResult> run_to(Outbox* outbox, Problem problem, std::shared_ptr<const Policy> policy, RunSettings settings,
                       EngineDependencies dependencies, std::stop_token stop) {
    RunResult result =
        co_await run_operator(std::move(problem), std::move(policy), settings, std::move(dependencies), stop);
    if (outbox != nullptr) outbox->close();
    co_return result;
}

Task<void> end_stream(Exchange& exchange, Outbox& outbox) {
    outbox.put("data: [DONE]\n\n");
    outbox.close();
    const bool heard = co_await outbox.pump(exchange);
    if (heard) co_await exchange.end();
}

}  // namespace

Task<void> answer_chat(Exchange& exchange, ChatBody body, Schedule schedule, ChatModel model) {
    const auto executor = co_await asio::this_coro::executor;
    const ReplyIdentity identity = identity_of(model);
    Outbox outbox(executor);
    ChatRun run(identity, body, *model.prompts, body.stream ? &outbox : nullptr);
    EngineDependencies dependencies;
    dependencies.models.by_name[model.name] = model.model;
    dependencies.models.main = model.name;
    dependencies.prompts = model.prompts;
    dependencies.observer = &run;
    Nursery<RunResult> nursery(executor);
    if (body.stream) {
        exchange.begin({200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}}}, std::nullopt);
        outbox.put(chunk_of_role(identity));
    }
    nursery.spawn(run_to(body.stream ? &outbox : nullptr, problem_of(body),
                         std::make_shared<const FixedSchedule>(std::move(schedule)), body.run, std::move(dependencies),
                         exchange.stop()));
    bool heard = true;
    if (body.stream) heard = co_await outbox.pump(exchange);
    auto landed = co_await nursery.next();
    const RunResult& result = landed.value;
    if (!heard || exchange.stop().stop_requested()) {
        exchange.abandon();
        co_return;
    }
    const ChatAnswer answer = run.answer(result);
    if (!body.stream) {
        if (result.error)
            co_await answer_error(exchange, error_of(*result.error));
        else
            co_await answer_json(exchange, whole_reply(identity, answer, result.budget));
        co_return;
    }
    Outbox last(executor);
    if (result.error) {
        last.put("data: " + error_body(error_of(*result.error)) + "\n\n");
    } else {
        if (const std::string_view rest = run.rest(answer); !rest.empty()) last.put(chunk_of_text(identity, rest));
        if (!answer.tool_calls.empty()) last.put(chunk_of_tool_calls(identity, answer.tool_calls));
        last.put(last_chunk(identity, answer, result.budget));
        if (body.wants_usage) last.put(chunk_of_usage(identity, result.budget));
    }
    co_await end_stream(exchange, last);
}

}  // namespace retort::gateway

// Writing rows; reading them stands in rows.cpp.
#include "record/rows.h"

namespace retort {
namespace {

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class T>
std::optional<Blob> blob_of(const std::vector<T>& values) {
    if (values.empty()) return std::nullopt;
    return Blob{bytes_of(values)};
}

}  // namespace

RowWriter::RowWriter(const Database& database, std::int64_t next_key)
    : database_(database),
      next_key_(next_key),
      prompts_(database),
      call_(database,
            "INSERT INTO call(id, session, run, problem, sample, round, draft, role, turn, model, prompt, "
            "template_hash, think, max_answer, temperature, top_p, seed, logprobs, started) "
            "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
      outcome_(database,
               "INSERT INTO outcome(id, call, finish, ended, error_kind, error_message, error_retryable, "
               "error_retry_after_s, error_http_status, reasoning, text, tokens_in, tokens_out, tokens_cached, "
               "tokens_reasoning, estimated, thinking, thinking_cut, requests, wall_s, first_token_s, token_ids, "
               "logprobs, forced) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
      lost_(database,
            "INSERT INTO outcome(id, call, finish, ended, reasoning, text, tokens_in, tokens_out, tokens_cached, "
            "tokens_reasoning, estimated, thinking, thinking_cut, requests, wall_s, first_token_s) "
            "VALUES(?,?,?,?,'','',0,0,0,0,0,'none',0,0,0,0)"),
      attempt_(database,
               "INSERT INTO attempt(outcome, n, error_kind, error_message, error_retryable, error_retry_after_s, "
               "error_http_status, tokens_in, tokens_out, tokens_cached, tokens_reasoning, estimated, wall_s) "
               "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)"),
      note_(database, "INSERT INTO note(outcome, n, text) VALUES(?,?,?)"),
      event_(database, "INSERT INTO event(id, run, problem, sample, kind, body, at) VALUES(?,?,?,?,?,?,?)"),
      count_(database, "INSERT OR IGNORE INTO token_count(run, model, hash, tokens, exact) VALUES(?,?,?,?,?)") {}

void RowWriter::session(std::int64_t session, std::int64_t pid, const std::string& program, double opened) {
    Statement insert(database_, "INSERT INTO session(id, pid, program, opened) VALUES(?,?,?,?)");
    insert.bind(session, pid, program, opened).run();
}

RunKey RowWriter::run(const RunHeader& header) {
    Statement insert(database_,
                     "INSERT INTO run(run_id, kind, config, program, started) VALUES(?,?,?,?,?) RETURNING id");
    insert.bind(header.run_id, header.kind, header.config_json, header.program, header.started_unix).step();
    const RunKey key = insert.integer(0);
    insert.run();
    return key;
}

void RowWriter::model(RunKey run, const std::string& name, const RecordedModel& model) {
    Statement insert(database_,
                     "INSERT INTO model(run, name, reported_name, context, marks_reasoning, location) "
                     "VALUES(?,?,?,?,?,?)");
    insert.bind(run, name, model.name, model.context, model.marks_reasoning, model.where).run();
}

CallKey RowWriter::call(std::int64_t session, RunKey run, const CompletionRequest& request, double started) {
    const PromptKey prompt = prompts_.put(request.prompt);
    const CallKey key = take_key();
    insert_call(key, session, run, prompt, request, started);
    return key;
}

void RowWriter::insert_call(CallKey key, std::int64_t session, RunKey run, PromptKey prompt,
                            const CompletionRequest& request, double started) {
    const Place& place = request.place;
    call_
        .bind(key, session, run, place.problem, place.sample, place.round, place.draft, name(place.role), place.turn,
              request.model, prompt, request.prompt_hash, request.think, request.max_answer, request.temperature,
              request.top_p, request.seed, request.logprobs, started)
        .run();
}

OutcomeKey RowWriter::outcome(CallKey call, const Completion& completion, double ended) {
    const OutcomeKey key = take_key();
    insert_outcome(key, call, completion, ended);
    return key;
}

void RowWriter::insert_outcome(OutcomeKey key, CallKey call, const Completion& completion, double ended) {
    const Usage& usage = completion.usage;
    const auto error = [&](auto member) {
        using Value = std::decay_t<decltype(member(*completion.error))>;
        return completion.error ? std::optional<Value>(member(*completion.error)) : std::nullopt;
    };
    outcome_
        .bind(key, call, name(completion.finish), ended, error([](const CallError& e) { return name(e.kind); }),
              error([](const CallError& e) { return e.message; }),
              error([](const CallError& e) { return e.retryable; }),
              error([](const CallError& e) { return e.retry_after_s; }),
              error([](const CallError& e) { return e.http_status; }), completion.reasoning, completion.text, usage.in,
              usage.out, usage.cached, usage.reasoning, usage.estimated, name(completion.thinking),
              completion.thinking_cut, completion.requests, completion.wall_s, completion.first_token_s,
              blob_of(completion.trace.ids), blob_of(completion.trace.logprobs), blob_of(completion.trace.forced))
        .run();
    int n = 0;
    for (const FailedAttempt& attempt : completion.failed) {
        const CallError& why = attempt.error;
        const Usage& spent = attempt.usage;
        attempt_
            .bind(key, n++, name(why.kind), why.message, why.retryable, why.retry_after_s, why.http_status, spent.in,
                  spent.out, spent.cached, spent.reasoning, spent.estimated, attempt.wall_s)
            .run();
    }
    n = 0;
    for (const std::string& text : completion.notes) note_.bind(key, n++, text).run();
}

void RowWriter::event(const RecordedEvent& event) {
    event_.bind(take_key(), event.run, event.problem, event.sample, event.kind, event.body_json, event.at_unix).run();
}

void RowWriter::copy(RunKey run, const RecordedCall& call) {
    insert_call(call.key, call.session, run, call.prompt, call.request, call.started_unix);
    if (call.state == RecordedCall::State::lost) lost_.bind(call.outcome, call.key, kLost, call.ended_unix).run();
    if (call.state == RecordedCall::State::ended)
        insert_outcome(call.outcome, call.key, call.completion, call.ended_unix);
}

void RowWriter::copy(const RecordedEvent& event) {
    event_.bind(event.key, event.run, event.problem, event.sample, event.kind, event.body_json, event.at_unix).run();
}

void RowWriter::count(RunKey run, const std::string& model, const std::string& hash, const RecordedCount& count) {
    count_.bind(run, model, hash, count.tokens, count.exact).run();
}

std::int64_t RowWriter::lose_calls_in_flight(double now) {
    std::vector<CallKey> lost;
    Statement in_flight(database_, "SELECT id FROM call WHERE id NOT IN (SELECT call FROM outcome) ORDER BY id");
    while (in_flight.step()) lost.push_back(in_flight.integer(0));
    for (const CallKey call : lost) lost_.bind(take_key(), call, kLost, now).run();
    return static_cast<std::int64_t>(lost.size());
}

}  // namespace retort

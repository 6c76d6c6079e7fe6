#include "record/rows.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>

namespace retort {
namespace {

// A range check for numbers that stand in a narrower type.
template <class T>
T narrow(std::int64_t value) {
    if (value < static_cast<std::int64_t>(std::numeric_limits<T>::min()) ||
        value > static_cast<std::int64_t>(std::numeric_limits<T>::max()))
        throw_corrupt(fmt::format("the number {} is out of range", value));
    return static_cast<T>(value);
}

template <class T>
T known(const std::optional<T>& value, std::string_view text) {
    if (!value) throw_corrupt(fmt::format("'{}' is not a known name", text));
    return *value;
}

// Columns of a row one after another.
class Reading {
  public:
    Reading(const Statement& row, int first) : row_(row), column_(first) {}

    std::int64_t integer() { return row_.integer(column_++); }
    template <class T>
    T small() {
        return narrow<T>(integer());
    }
    bool flag() { return integer() != 0; }
    double real() { return row_.real(column_++); }
    std::string text() { return row_.text(column_++); }
    std::string_view bytes() { return row_.bytes(column_++); }
    bool null() const { return row_.is_null(column_); }
    void skip(int columns) { column_ += columns; }

  private:
    const Statement& row_;
    int column_;
};

template <class T>
std::vector<T> values_of(std::string_view bytes) {
    if (bytes.size() % sizeof(T) != 0) throw_corrupt("a list of tokens has a broken length");
    std::vector<T> out(bytes.size() / sizeof(T));
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
}

Usage read_usage(Reading& in) {
    Usage out;
    out.in = in.integer();
    out.out = in.integer();
    out.cached = in.integer();
    out.reasoning = in.integer();
    out.estimated = in.flag();
    return out;
}

CallError read_error(Reading& in) {
    CallError out;
    const std::string kind = in.text();
    out.kind = known(call_error_from(kind), kind);
    out.message = in.text();
    out.retryable = in.flag();
    out.retry_after_s = in.real();
    out.http_status = in.small<int>();
    return out;
}

TokenTrace read_trace(Reading& in) {
    TokenTrace out;
    out.ids = values_of<TokenId>(in.bytes());
    out.logprobs = values_of<float>(in.bytes());
    out.forced = values_of<std::uint8_t>(in.bytes());
    return out;
}

constexpr std::string_view kPlaceColumns = "c.problem, c.sample, c.round, c.draft, c.role, c.turn";

Place read_place(Reading& in) {
    Place out;
    out.problem = in.text();
    out.sample = in.small<int>();
    out.round = in.small<int>();
    out.draft = in.small<int>();
    const std::string role = in.text();
    out.role = known(call_role(role), role);
    out.turn = in.small<int>();
    return out;
}

constexpr std::string_view kRequestColumns =
    "c.id, c.session, c.model, c.prompt, c.template_hash, c.think, c.max_answer, c.temperature, c.top_p, c.seed, "
    "c.logprobs, c.started";

void read_request(Reading& in, RecordedCall& out) {
    out.key = in.integer();
    out.session = in.integer();
    out.request.model = in.text();
    out.prompt = in.integer();
    out.request.prompt_hash = in.text();
    out.request.think = in.integer();
    out.request.max_answer = in.integer();
    out.request.temperature = in.real();
    out.request.top_p = in.real();
    out.request.seed = in.small<std::uint32_t>();
    out.request.logprobs = in.flag();
    out.started_unix = in.real();
}

// What is not wanted is not read from the file either.
std::string outcome_columns(CallColumns columns) {
    return fmt::format(
        "o.id, o.finish, o.ended, o.error_kind, o.error_message, o.error_retryable, o.error_retry_after_s, "
        "o.error_http_status, {}, o.tokens_in, o.tokens_out, o.tokens_cached, o.tokens_reasoning, o.estimated, "
        "o.thinking, o.thinking_cut, o.requests, o.wall_s, o.first_token_s, {}",
        columns.texts ? "o.reasoning, o.text" : "'', ''",
        columns.traces ? "o.token_ids, o.logprobs, o.forced" : "NULL, NULL, NULL");
}

void read_outcome(Reading& in, RecordedCall& out) {
    if (in.null()) return;
    Completion& completion = out.completion;
    out.outcome = in.integer();
    const std::string finish = in.text();
    out.ended_unix = in.real();
    out.state = finish == kLost ? RecordedCall::State::lost : RecordedCall::State::ended;
    if (out.state == RecordedCall::State::lost) return;
    completion.finish = known(finish_from(finish), finish);
    if (in.null())
        in.skip(5);
    else
        completion.error = read_error(in);
    completion.reasoning = in.text();
    completion.text = in.text();
    completion.usage = read_usage(in);
    const std::string thinking = in.text();
    completion.thinking = known(thinking_control_from(thinking), thinking);
    completion.thinking_cut = in.flag();
    completion.requests = in.small<int>();
    completion.wall_s = in.real();
    completion.first_token_s = in.real();
    completion.trace = read_trace(in);
}

RecordedCall read_call(const Statement& row) {
    Reading in(row, 0);
    RecordedCall out;
    out.request.place = read_place(in);
    read_request(in, out);
    read_outcome(in, out);
    return out;
}

std::string select_calls(CallColumns columns, std::string_view where) {
    return fmt::format("SELECT {}, {}, {} FROM call c LEFT JOIN outcome o ON o.call=c.id WHERE {}", kPlaceColumns,
                       kRequestColumns, outcome_columns(columns), where);
}

// In the order of the table itself: by the index on runs SQLite would read and sort all calls, texts included, before
// it gives the first.
constexpr std::string_view kCallsOfRun =
    "c.id BETWEEN (SELECT min(id) FROM call WHERE run=?1) AND (SELECT max(id) FROM call WHERE run=?1) AND +c.run=?1 "
    "ORDER BY c.id";

std::string select_events(std::string_view where) {
    return fmt::format("SELECT id, run, problem, sample, kind, body, at FROM event WHERE {}", where);
}

RecordedEvent read_event(const Statement& row) {
    return {row.integer(0), row.integer(1), row.text(2), narrow<int>(row.integer(3)),
            row.text(4),    row.text(5),    row.real(6)};
}

// An outcome's usage with that of its failed attempts, in read_usage's order.
std::string select_spent() {
    const auto sum = [](std::string_view column, std::string_view add) {
        return fmt::format("o.{0} + (SELECT coalesce({1}({0}),0) FROM attempt WHERE outcome=o.id)", column, add);
    };
    return fmt::format("{}, {}, {}, {}, {}", sum("tokens_in", "sum"), sum("tokens_out", "sum"),
                       sum("tokens_cached", "sum"), sum("tokens_reasoning", "sum"), sum("estimated", "max"));
}

}  // namespace

RowReader::RowReader(const Database& database)
    : database_(database),
      prompts_(database),
      call_(database, select_calls({true, true}, "c.id=?")),
      past_(database, fmt::format("SELECT {}, c.id, o.id, o.finish, {} FROM call c LEFT JOIN outcome o ON o.call=c.id "
                                  "WHERE c.run=? AND c.problem=? AND c.sample=? ORDER BY c.id",
                                  kPlaceColumns, select_spent())),
      completed_(database,
                 "SELECT c.id FROM call c JOIN outcome o ON o.call=c.id WHERE c.run=? AND c.problem=? AND c.sample=? "
                 "AND c.round=? AND c.draft=? AND c.role=? AND c.turn=? AND o.finish IN ('stop','length')"),
      attempts_(database,
                "SELECT tokens_in, tokens_out, tokens_cached, tokens_reasoning, estimated, wall_s, error_kind, "
                "error_message, error_retryable, error_retry_after_s, error_http_status FROM attempt WHERE outcome=? "
                "ORDER BY n"),
      notes_(database, "SELECT text FROM note WHERE outcome=? ORDER BY n"),
      count_(database, "SELECT tokens, exact FROM token_count WHERE run=? AND model=? AND hash=?") {}

std::vector<RecordedRun> RowReader::runs() {
    std::vector<RecordedRun> out;
    Statement rows(database_, "SELECT id, run_id, kind, config, program, started FROM run ORDER BY id");
    while (rows.step())
        out.push_back({rows.integer(0), {rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.real(5)}});
    return out;
}

std::vector<std::pair<std::string, RecordedModel>> RowReader::models(RunKey run) {
    std::vector<std::pair<std::string, RecordedModel>> out;
    Statement rows(
        database_,
        "SELECT name, reported_name, context, marks_reasoning, location FROM model WHERE run=? ORDER BY name");
    rows.bind(run);
    while (rows.step())
        out.push_back({rows.text(0), {rows.text(1), rows.integer(2), rows.integer(3) != 0, rows.text(4)}});
    return out;
}

std::optional<RecordedCount> RowReader::count(RunKey run, const std::string& model, const std::string& hash) {
    std::optional<RecordedCount> out;
    if (count_.bind(run, model, hash).step()) out = RecordedCount{count_.integer(0), count_.integer(1) != 0};
    count_.reset();
    return out;
}

std::vector<PastCall> RowReader::past(RunKey run, const std::string& problem, int sample) {
    std::vector<PastCall> out;
    past_.bind(run, problem, sample);
    while (past_.step()) {
        Reading in(past_, 0);
        PastCall call;
        call.place = read_place(in);
        call.key = in.integer();
        if (!in.null()) {
            call.outcome = in.integer();
            const std::string finish = in.text();
            call.state = finish == kLost ? RecordedCall::State::lost : RecordedCall::State::ended;
            if (call.state == RecordedCall::State::ended) call.finish = known(finish_from(finish), finish);
            call.usage = read_usage(in);
        }
        out.push_back(std::move(call));
    }
    past_.reset();
    return out;
}

std::optional<CallKey> RowReader::completed_at(RunKey run, const Place& place) {
    completed_.bind(run, place.problem, place.sample, place.round, place.draft, name(place.role), place.turn);
    const std::optional<CallKey> out = completed_.step() ? std::optional(completed_.integer(0)) : std::nullopt;
    completed_.reset();
    return out;
}

RecordedCall RowReader::call(CallKey key) {
    if (!call_.bind(key).step()) throw_corrupt(fmt::format("call {} is missing", key));
    RecordedCall out = read_call(call_);
    call_.reset();
    read_details(out);
    return out;
}

void RowReader::read_details(RecordedCall& call) {
    if (call.state != RecordedCall::State::ended) return;
    attempts_.bind(call.outcome);
    while (attempts_.step()) {
        Reading in(attempts_, 0);
        FailedAttempt attempt;
        attempt.usage = read_usage(in);
        attempt.wall_s = in.real();
        attempt.error = read_error(in);
        call.completion.failed.push_back(std::move(attempt));
    }
    attempts_.reset();
    notes_.bind(call.outcome);
    while (notes_.step()) call.completion.notes.push_back(notes_.text(0));
    notes_.reset();
}

void RowReader::calls(RunKey run, CallColumns columns, const std::function<bool(RecordedCall&)>& visit) {
    Statement rows(database_, select_calls(columns, kCallsOfRun));
    rows.bind(run);
    while (rows.step()) {
        RecordedCall call = read_call(rows);
        read_details(call);
        if (!visit(call)) return;
    }
}

void RowReader::events(RunKey run, const std::function<bool(const RecordedEvent&)>& visit) {
    Statement rows(database_, select_events("run=? ORDER BY id"));
    rows.bind(run);
    while (rows.step())
        if (!visit(read_event(rows))) return;
}

std::vector<RecordedCall> RowReader::sample_calls(RunKey run, const std::string& problem, int sample,
                                                  CallColumns columns) {
    Statement rows(database_, select_calls(columns, "c.run=? AND c.problem=? AND c.sample=? ORDER BY c.id"));
    rows.bind(run, problem, sample);
    std::vector<RecordedCall> out;
    while (rows.step()) {
        out.push_back(read_call(rows));
        read_details(out.back());
    }
    return out;
}

RecordedEvent RowReader::event(std::int64_t key) {
    Statement rows(database_, select_events("id=?"));
    if (!rows.bind(key).step()) throw_corrupt(fmt::format("event {} is missing", key));
    return read_event(rows);
}

std::int64_t RowReader::largest_key() {
    Statement rows(database_,
                   "SELECT max(coalesce((SELECT max(id) FROM call),0), coalesce((SELECT max(id) FROM outcome),0), "
                   "coalesce((SELECT max(id) FROM event),0))");
    return rows.step() ? rows.integer(0) : 0;
}

}  // namespace retort

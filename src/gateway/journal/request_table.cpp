#include "gateway/journal/request_table.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "gateway/watch/board_json.h"

namespace retort::gateway {
namespace {

constexpr int kVersion = 2;
constexpr int kApplication = 0x5274'5271;  // "RtRq"
constexpr int kMostLog = 16 << 20;         // bytes of the file beside it, after it was taken over
constexpr int kPartForgotten = 20;         // of the rows at a time, where the file is too large

// Times are milliseconds since 1970. `run` is JSON, as /retort/runs/ID gives it.
constexpr const char* kTable = R"(CREATE TABLE IF NOT EXISTS request(
  number INTEGER PRIMARY KEY, begun_ms INTEGER NOT NULL, seconds REAL NOT NULL, method TEXT NOT NULL,
  path TEXT NOT NULL, status INTEGER NOT NULL, handling TEXT NOT NULL, key TEXT NOT NULL, model TEXT NOT NULL,
  id TEXT, operator TEXT, ended TEXT, b_seq INTEGER, b_total INTEGER, calls INTEGER, failed_calls INTEGER,
  tokens_in INTEGER, tokens_out INTEGER, fault TEXT, error TEXT, question TEXT, run TEXT) STRICT)";
constexpr const char* kById = "CREATE INDEX IF NOT EXISTS request_id ON request(id) WHERE id IS NOT NULL";
constexpr const char* kRuns = "CREATE INDEX IF NOT EXISTS request_run ON request(begun_ms) WHERE id IS NOT NULL";
constexpr const char* kByTime = "CREATE INDEX IF NOT EXISTS request_begun ON request(begun_ms)";

constexpr const char* kInsert =
    "INSERT INTO request(begun_ms, seconds, method, path, status, handling, key, model, id, operator, ended, b_seq, "
    "b_total, calls, failed_calls, tokens_in, tokens_out, fault, error, question, run) "
    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

// Texts in it are nobody's business but the owner's. SQLite's files beside it have the same mode.
const std::string& private_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file >= 0) ::close(file);  // what is in the way is said where it is opened
    return path;
}

RunStatus status_from(std::string_view text) {
    for (const RunStatus status : {RunStatus::failed, RunStatus::hung_up})
        if (name(status) == text) return status;
    return RunStatus::done;
}

RunSummary summary_in(const Statement& row) {
    RunSummary out;
    out.begun_ms = row.integer(0);
    out.seconds = row.real(1);
    out.key = row.text(2);
    out.model = row.text(3);
    out.id = row.text(4);
    out.operator_name = row.text(5);
    out.status = status_from(row.text(6));
    out.b_seq = row.integer(7);
    out.b_total = row.integer(8);
    out.calls = row.integer(9);
    out.failed_calls = row.integer(10);
    out.fault = row.text(11);
    out.error = row.text(12);
    out.question = row.text(13);
    return out;
}

}  // namespace

RequestTable::RequestTable(const std::string& path) : database_(private_file(path), Database::Access::write) {
    const std::int64_t application = database_.integer("PRAGMA application_id");
    const std::int64_t tables = database_.integer("SELECT count(*) FROM sqlite_master");
    if (tables > 0 && (application != kApplication || database_.integer("PRAGMA user_version") != kVersion))
        throw_corrupt("it is no journal of a gateway of this version");
    database_.execute("PRAGMA auto_vacuum=INCREMENTAL");
    database_.execute("PRAGMA journal_mode=WAL");
    database_.execute("PRAGMA synchronous=NORMAL");
    database_.execute(fmt::format("PRAGMA journal_size_limit={}", kMostLog));
    if (tables == 0)
        database_.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplication, kVersion));
    for (const char* sql : {kTable, kById, kRuns, kByTime}) database_.execute(sql);
}

void RequestTable::add(const std::vector<ServedRequest>& requests, Keep keep) {
    Transaction transaction(database_);
    Statement insert(database_, kInsert);
    for (const ServedRequest& request : requests) add_one(insert, request, keep);
    transaction.commit();
}

void RequestTable::add_one(Statement& insert, const ServedRequest& request, Keep keep) const {
    const RunRecord* run = request.run.get();
    const auto begin = [&](const auto&... of_run) {
        insert
            .bind(request.begun_ms, request.seconds, request.method, request.path, request.status,
                  name(request.handling), request.key, request.model, of_run...)
            .run();
    };
    constexpr std::nullptr_t kNone = nullptr;
    if (run == nullptr)
        return begin(kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone);
    std::optional<std::string> error;
    std::optional<std::string> question;
    std::optional<std::string> text;
    if (keep == Keep::full) {
        error = run->error;
        question = std::string(shown_question(*run));
        text = run_json(*run, {false, true});
    }
    const BudgetTotals& budget = run->budget;
    begin(run->id, run->operator_name, name(run->status), budget.b_seq, budget.b_total, budget.calls,
          budget.failed_calls, budget.tokens_in, budget.tokens_out, run->fault, error, question, text);
}

std::int64_t RequestTable::bytes() {
    const std::int64_t pages = database_.integer("PRAGMA page_count") - database_.integer("PRAGMA freelist_count");
    return pages * database_.integer("PRAGMA page_size");
}

void RequestTable::forget(std::int64_t before_ms, std::int64_t most_bytes) {
    Statement(database_, "DELETE FROM request WHERE begun_ms < ?").bind(before_ms).run();
    while (most_bytes > 0 && bytes() > most_bytes) {
        const std::int64_t rows = database_.integer("SELECT count(*) FROM request");
        if (rows == 0) break;
        Statement(database_, "DELETE FROM request WHERE number IN (SELECT number FROM request ORDER BY number LIMIT ?)")
            .bind(std::max<std::int64_t>(1, rows / kPartForgotten))
            .run();
    }
    database_.execute("PRAGMA incremental_vacuum");
}

std::vector<RunSummary> RequestTable::last_runs(std::size_t most) {
    Statement query(database_,
                    "SELECT begun_ms, seconds, key, model, id, operator, ended, b_seq, b_total, calls, failed_calls, "
                    "fault, coalesce(error, fault), coalesce(question, '') FROM request WHERE id IS NOT NULL ORDER BY "
                    "begun_ms DESC LIMIT ?");
    query.bind(static_cast<std::int64_t>(most));
    std::vector<RunSummary> out;
    while (query.step()) out.push_back(summary_in(query));
    std::reverse(out.begin(), out.end());
    return out;
}

std::optional<std::string> read_run_text(const std::string& path, const std::string& id) {
    const Database database(path, Database::Access::read);
    Statement query(database, "SELECT run FROM request WHERE id = ? AND run IS NOT NULL");
    query.bind(id);
    return query.step() ? std::optional(query.text(0)) : std::nullopt;
}

}  // namespace retort::gateway

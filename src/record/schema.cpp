#include "record/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace retort {
namespace {

struct Part {
    std::string_view name;
    std::string_view sql;
};

// Times are seconds since 1970, lengths of time seconds, BLOBs little-endian: token ids int32, log-probabilities
// float32, forced one byte a token.
constexpr std::array<Part, 13> kParts{{
    {"run", R"(CREATE TABLE run(
  id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, config TEXT NOT NULL,
  program TEXT NOT NULL, started REAL NOT NULL) STRICT)"},
    {"session", R"(CREATE TABLE session(
  id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, program TEXT NOT NULL, opened REAL NOT NULL) STRICT)"},
    {"model", R"(CREATE TABLE model(
  run INTEGER NOT NULL, name TEXT NOT NULL, reported_name TEXT NOT NULL, context INTEGER NOT NULL,
  marks_reasoning INTEGER NOT NULL, location TEXT NOT NULL, PRIMARY KEY(run, name)) STRICT, WITHOUT ROWID)"},
    {"content", R"(CREATE TABLE content(
  id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body BLOB NOT NULL) STRICT)"},
    {"prompt", R"(CREATE TABLE prompt(
  id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, tokens INTEGER NOT NULL) STRICT)"},
    {"prompt_part", R"(CREATE TABLE prompt_part(
  prompt INTEGER NOT NULL, n INTEGER NOT NULL, role TEXT NOT NULL, content INTEGER NOT NULL,
  PRIMARY KEY(prompt, n)) STRICT, WITHOUT ROWID)"},
    {"call", R"(CREATE TABLE call(
  id INTEGER PRIMARY KEY, session INTEGER NOT NULL, run INTEGER NOT NULL, problem TEXT NOT NULL,
  sample INTEGER NOT NULL, round INTEGER NOT NULL, draft INTEGER NOT NULL, role TEXT NOT NULL,
  turn INTEGER NOT NULL, model TEXT NOT NULL, prompt INTEGER NOT NULL, template_hash TEXT NOT NULL,
  think INTEGER NOT NULL, max_answer INTEGER NOT NULL, temperature REAL NOT NULL, top_p REAL NOT NULL,
  seed INTEGER NOT NULL, logprobs INTEGER NOT NULL, started REAL NOT NULL) STRICT)"},
    {"call_sample", "CREATE INDEX call_sample ON call(run, problem, sample)"},
    {"outcome", R"(CREATE TABLE outcome(
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL UNIQUE, finish TEXT NOT NULL, ended REAL NOT NULL,
  error_kind TEXT, error_message TEXT, error_retryable INTEGER, error_retry_after_s REAL, error_http_status INTEGER,
  reasoning TEXT NOT NULL, text TEXT NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL,
  tokens_cached INTEGER NOT NULL, tokens_reasoning INTEGER NOT NULL, estimated INTEGER NOT NULL,
  thinking TEXT NOT NULL, thinking_cut INTEGER NOT NULL, requests INTEGER NOT NULL, wall_s REAL NOT NULL,
  first_token_s REAL NOT NULL, token_ids BLOB, logprobs BLOB, forced BLOB) STRICT)"},
    {"attempt", R"(CREATE TABLE attempt(
  outcome INTEGER NOT NULL, n INTEGER NOT NULL, error_kind TEXT NOT NULL, error_message TEXT NOT NULL,
  error_retryable INTEGER NOT NULL, error_retry_after_s REAL NOT NULL, error_http_status INTEGER NOT NULL,
  tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, tokens_cached INTEGER NOT NULL,
  tokens_reasoning INTEGER NOT NULL, estimated INTEGER NOT NULL, wall_s REAL NOT NULL,
  PRIMARY KEY(outcome, n)) STRICT, WITHOUT ROWID)"},
    {"note", R"(CREATE TABLE note(
  outcome INTEGER NOT NULL, n INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY(outcome, n)) STRICT, WITHOUT ROWID)"},
    {"event", R"(CREATE TABLE event(
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, problem TEXT NOT NULL, sample INTEGER NOT NULL, kind TEXT NOT NULL,
  body TEXT NOT NULL, at REAL NOT NULL) STRICT)"},
    {"token_count", R"(CREATE TABLE token_count(
  run INTEGER NOT NULL, model TEXT NOT NULL, hash TEXT NOT NULL, tokens INTEGER NOT NULL, exact INTEGER NOT NULL,
  PRIMARY KEY(run, model, hash)) STRICT, WITHOUT ROWID)"},
}};

// Every object of the file that has a definition, by name.
std::map<std::string, std::string> definitions(Database& database) {
    std::map<std::string, std::string> out;
    Statement statement(database, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
    while (statement.step()) out.emplace(statement.text(0), statement.text(1));
    return out;
}

bool are_ours(const std::map<std::string, std::string>& found) {
    if (found.size() != kParts.size()) return false;
    return std::all_of(kParts.begin(), kParts.end(), [&](const Part& part) {
        const auto at = found.find(std::string(part.name));
        return at != found.end() && at->second == part.sql;
    });
}

}  // namespace

SchemaState schema_state(Database& database) {
    const std::int64_t application = database.integer("PRAGMA application_id");
    const std::int64_t version = database.integer("PRAGMA user_version");
    const bool empty = database.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (empty && application == 0) return SchemaState::empty;
    if (application != kApplicationId) return SchemaState::foreign;
    if (version > kSchemaVersion) return SchemaState::newer;
    return are_ours(definitions(database)) ? SchemaState::ours : SchemaState::damaged;
}

void create_schema(Database& database) {
    Transaction transaction(database);
    for (const Part& part : kParts) database.execute(std::string(part.sql));
    database.execute(fmt::format("PRAGMA application_id={}", kApplicationId));
    database.execute(fmt::format("PRAGMA user_version={}", kSchemaVersion));
    transaction.commit();
}

}  // namespace retort

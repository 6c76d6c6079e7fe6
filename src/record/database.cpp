#include "record/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace retort {
namespace {

constexpr int kWaitForOthersMs = 5000;
constexpr int kLargestValueBytes = 512 * 1024 * 1024;

[[noreturn]] void fail(sqlite3* handle, int code) {
    const int primary = code & 0xff;
    throw DatabaseError(primary, handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
}

std::string uri_of(const std::string& path) {
    std::string out = "file:";
    for (const char c : path) {
        const bool plain =
            std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '.' || c == '-' || c == '_';
        if (plain)
            out += c;
        else
            out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
    return out + "?immutable=1";
}

int only_inserts(void*, int action, const char*, const char*, const char*, const char*) {
    switch (action) {
        case SQLITE_INSERT:
        case SQLITE_SELECT:
        case SQLITE_READ:
        case SQLITE_TRANSACTION:
        case SQLITE_FUNCTION:
        case SQLITE_PRAGMA:
            return SQLITE_OK;
        default:
            return SQLITE_DENY;
    }
}

}  // namespace

bool DatabaseError::disk_full() const {
    return code_ == SQLITE_FULL || code_ == SQLITE_IOERR;
}
bool DatabaseError::busy() const {
    return code_ == SQLITE_BUSY;
}
bool DatabaseError::not_a_database() const {
    return code_ == SQLITE_NOTADB;
}
bool DatabaseError::corrupt() const {
    return code_ == SQLITE_CORRUPT || code_ == SQLITE_NOTADB || code_ == SQLITE_MISMATCH;
}

void throw_corrupt(const std::string& what) {
    throw DatabaseError(SQLITE_CORRUPT, what);
}

Database::Database(const std::string& path, Access access) {
    int flags = SQLITE_OPEN_NOMUTEX;
    flags |= access == Access::untouched ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
    if (access == Access::write) flags |= SQLITE_OPEN_CREATE;
    const std::string name = access == Access::untouched ? uri_of(path) : path;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) fail(handle, code);
    sqlite3_busy_timeout(handle, kWaitForOthersMs);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLargestValueBytes);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    execute("PRAGMA cell_size_check=ON");
    if (access != Access::write) execute("PRAGMA query_only=ON");
}

void Database::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}

void Database::execute(const std::string& sql) {
    const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(handle(), code);
}

std::int64_t Database::integer(const std::string& sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(const std::string& sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.text(0) : std::string();
}

void Database::allow_inserts_only() {
    sqlite3_set_authorizer(handle(), only_inserts, nullptr);
}

Statement::Statement(const Database& database, std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(database.handle(), code);
    statement_.reset(statement);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    check(code);
    return false;
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}
double Statement::real(int column) const {
    return sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    if (data == nullptr || size <= 0) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

void Statement::bind_value(int index, std::int64_t value) {
    check(sqlite3_bind_int64(statement_.get(), index, value));
}
void Statement::bind_value(int index, double value) {
    check(sqlite3_bind_double(statement_.get(), index, value));
}
void Statement::bind_value(int index, std::nullptr_t) {
    check(sqlite3_bind_null(statement_.get(), index));
}

// An empty view may hold a null pointer, which SQLite would take for NULL.
void Statement::bind_value(int index, std::string_view value) {
    const char* data = value.empty() ? "" : value.data();
    check(sqlite3_bind_text64(statement_.get(), index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind_value(int index, Blob value) {
    const char* data = value.bytes.empty() ? "" : value.bytes.data();
    check(sqlite3_bind_blob64(statement_.get(), index, data, value.bytes.size(), SQLITE_STATIC));
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_.get()), code);
}

Transaction::Transaction(Database& database) : database_(database) {
    database_.execute("BEGIN IMMEDIATE");
}

// A failed statement may have ended the transaction already; then there is nothing to roll back.
Transaction::~Transaction() {
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.execute("COMMIT");
    open_ = false;
}

}  // namespace retort

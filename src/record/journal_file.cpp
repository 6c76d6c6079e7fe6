#include "record/journal_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "record/schema.h"

namespace retort {
namespace {

// Files up to this size are looked through whole before they are written to; in larger ones damage is found when the
// damaged page is read.
constexpr std::int64_t kWholeCheckBytes = 16 * 1024 * 1024;

// A checkpoint syncs the file: with 16 MiB between them they are rare.
constexpr int kPagesBetweenCheckpoints = 4096;

std::optional<Error> refuse(const std::string& path, SchemaState state) {
    const auto file_error = [&](std::string_view what) {
        return Error{ErrorKind::file, fmt::format("{}: {}", path, what)};
    };
    switch (state) {
        case SchemaState::empty:
        case SchemaState::ours:
            return std::nullopt;
        case SchemaState::foreign:
            return file_error("expected a Retort journal, found another program's database; choose another file");
        case SchemaState::newer:
            return file_error("the journal was written by a newer version of Retort; use that version or newer");
        case SchemaState::damaged:
            return file_error(
                "the journal is damaged: its tables are not those of a journal. Restore a copy, or begin "
                "another journal");
    }
    return std::nullopt;
}

std::optional<Error> check_pages(const std::string& path, Database& database) {
    const std::int64_t bytes = database.integer("PRAGMA page_count") * database.integer("PRAGMA page_size");
    if (bytes > kWholeCheckBytes) return std::nullopt;
    const std::string found = database.text("PRAGMA quick_check(1)");
    if (found == "ok") return std::nullopt;
    return journal_error(path, DatabaseError(SQLITE_CORRUPT, found));
}

// Write-ahead logging lets others read meanwhile. Where the file system cannot do it SQLite keeps to its rollback
// journal, which is as safe. Nothing has to survive while the file is set up, and a start should not wait for the disk.
void set_up(Database& database, const FileOptions& options, SchemaState state) {
    if (state == SchemaState::empty) database.execute("PRAGMA synchronous=OFF");
    (void)database.text("PRAGMA journal_mode=WAL");
    if (state == SchemaState::empty) create_schema(database);
    database.execute(options.sync == SyncMode::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    database.execute(fmt::format("PRAGMA wal_autocheckpoint={}", kPagesBetweenCheckpoints));
    database.execute("PRAGMA cache_size=-16384");
    database.execute("PRAGMA temp_store=MEMORY");
    if (options.largest_pages > 0)
        (void)database.integer(fmt::format("PRAGMA max_page_count={}", options.largest_pages));
}

// SQLite takes a very short file for an empty one, and would write over it.
std::optional<Error> refuse_short(const std::string& path) {
    constexpr std::uintmax_t kSmallestDatabase = 512;
    std::error_code unknown;
    const auto size = std::filesystem::file_size(path, unknown);
    if (unknown || size == 0 || size >= kSmallestDatabase) return std::nullopt;
    return journal_error(path, DatabaseError(SQLITE_NOTADB, "too short"));
}

// A run's folder is easily named instead of the journal in it.
std::optional<Error> refuse_folder(const std::string& path) {
    std::error_code unknown;
    if (!std::filesystem::is_directory(path, unknown)) return std::nullopt;
    std::vector<std::string> journals;
    for (const auto& entry : std::filesystem::directory_iterator(path, unknown))
        if (entry.path().extension() == ".db") journals.push_back(entry.path().string());
    std::sort(journals.begin(), journals.end());
    return Error{ErrorKind::file,
                 fmt::format("{}: expected a journal, found a folder{}", path,
                             journals.empty() ? "" : fmt::format("; in it: {}", fmt::join(journals, ", ")))};
}

bool has_log(const std::string& path) {
    std::error_code ignored;
    const auto size = std::filesystem::file_size(path + "-wal", ignored);
    return !ignored && size > 0;
}

Outcome<std::unique_ptr<Database>> read_with(const std::string& path, Database::Access access) {
    auto database = std::make_unique<Database>(path, access);
    const SchemaState state = schema_state(*database);
    if (state == SchemaState::empty)
        return Error{ErrorKind::file, fmt::format("{}: expected a Retort journal, found an empty file", path)};
    if (std::optional<Error> refused = refuse(path, state)) return *refused;
    return database;
}

}  // namespace

Outcome<std::unique_ptr<Database>> open_for_writing(const std::string& path, const FileOptions& options) {
    if (std::optional<Error> refused = refuse_short(path)) return *refused;
    try {
        auto database = std::make_unique<Database>(path, Database::Access::write);
        const SchemaState state = schema_state(*database);
        if (std::optional<Error> refused = refuse(path, state)) return *refused;
        if (state == SchemaState::ours)
            if (std::optional<Error> damaged = check_pages(path, *database)) return *damaged;
        set_up(*database, options, state);
        database->allow_inserts_only();
        return database;
    } catch (const DatabaseError& error) {
        return journal_error(path, error, Readable::not_at_all);
    }
}

// In a folder that may not be written SQLite cannot share a log with a writer; without one the file stands for itself.
Outcome<std::unique_ptr<Database>> open_for_reading(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return Error{ErrorKind::file, fmt::format("{}: there is no such journal", path)};
    if (std::optional<Error> refused = refuse_folder(path)) return *refused;
    if (std::optional<Error> refused = refuse_short(path)) return *refused;
    try {
        return read_with(path, Database::Access::read);
    } catch (const DatabaseError& error) {
        if (error.corrupt() || has_log(path)) return journal_error(path, error, Readable::not_at_all);
    }
    try {
        return read_with(path, Database::Access::untouched);
    } catch (const DatabaseError& error) {
        return journal_error(path, error, Readable::not_at_all);
    }
}

bool is_blank_file(const std::string& path) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(path, missing);
    if (missing || refuse_short(path)) return false;
    if (size == 0) return true;
    try {
        Database database(path, Database::Access::read);
        return schema_state(database) == SchemaState::empty;
    } catch (const DatabaseError&) {
        return false;  // whatever it is, opening it will say
    }
}

Error journal_error(const std::string& path, const DatabaseError& error, Readable readable) {
    std::string text;
    if (error.not_a_database())
        text = fmt::format(
            "{}: expected a Retort journal, found something that is not an SQLite file; choose another file", path);
    else if (error.corrupt())
        text = fmt::format("{}: the journal is damaged ({}), and {}. To go on, restore a copy or begin another journal",
                           path, error.what(),
                           readable == Readable::partly ? "`retort show` prints what can still be read of it"
                                                        : "nothing of it can be read");
    else if (error.disk_full())
        text = fmt::format(
            "{}: the journal cannot be written, the disk may be full ({}); what was written is intact: "
            "make room and go on with --resume",
            path, error.what());
    else
        text = fmt::format("{}: the journal cannot be used ({})", path, error.what());
    return {ErrorKind::file, std::move(text)};
}

}  // namespace retort

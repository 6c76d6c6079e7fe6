#include "record/merge_target.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "record/journal_file.h"

namespace retort {
namespace {

namespace fs = std::filesystem;

constexpr int kRowsBetweenCommits = 200;

// What SQLite puts beside a file.
constexpr std::array<const char*, 3> kCompanions{"-wal", "-shm", "-journal"};

[[noreturn]] void fail(ErrorKind kind, std::string message) {
    throw ErrorException(Error{kind, std::move(message)});
}

void refuse_existing(const std::string& path) {
    std::error_code unknown;
    const fs::file_type found = fs::symlink_status(path, unknown).type();
    if (found == fs::file_type::not_found || found == fs::file_type::none) return;  // opening it says what is wrong
    fail(ErrorKind::usage,
         fmt::format("{}: the file exists already; choose another name for the merged journal", path));
}

}  // namespace

std::string temporary_name(const std::string& path) {
    return path + ".part";
}

MergeTarget::MergeTarget(const std::string& path, std::int64_t largest_pages)
    : path_(path), part_(temporary_name(path)) {
    refuse_existing(path_);
    Outcome<FileLock> lock = FileLock::take(part_);
    if (!lock) throw ErrorException(lock.error());
    if (lock->state() != FileLock::State::held)
        fail(ErrorKind::file, fmt::format("{}: another process is merging into {}; wait for its end", part_, path_));
    lock_ = std::move(*lock);
    begun_ = true;
    try {
        clear_leftovers();
        auto database = open_for_writing(part_, {SyncMode::process, largest_pages});
        if (!database) throw ErrorException(database.error());
        database_ = std::move(*database);
        reader_.emplace(*database_);
        writer_.emplace(*database_, 1);
        transaction_.emplace(*database_);
    } catch (const DatabaseError& error) {
        close();
        throw_failure(error);
    } catch (const ErrorException&) {
        close();
        throw;
    }
}

MergeTarget::~MergeTarget() {
    close();
}

// The lock is on the file itself, which is therefore emptied and not removed.
void MergeTarget::clear_leftovers() {
    std::error_code failed;
    for (const char* companion : kCompanions) fs::remove(part_ + companion, failed);
    if (lock_.created()) return;
    fs::resize_file(part_, 0, failed);
    if (failed) fail(ErrorKind::file, fmt::format("{}: cannot be emptied: {}", part_, failed.message()));
}

void MergeTarget::throw_failure(const DatabaseError& error) const {
    if (error.disk_full())
        fail(ErrorKind::file,
             fmt::format("{}: the journal cannot be written, the disk may be full ({}); nothing of it was kept: make "
                         "room and merge again",
                         path_, error.what()));
    throw ErrorException(journal_error(path_, error));
}

void MergeTarget::count_row() {
    if (++uncommitted_ < kRowsBetweenCommits) return;
    with([&](RowReader&, RowWriter&) {
        transaction_->commit();
        transaction_.reset();
        transaction_.emplace(*database_);
    });
    uncommitted_ = 0;
}

void MergeTarget::finish() {
    with([&](RowReader&, RowWriter&) { write_out(); });
    reader_.reset();
    writer_.reset();
    database_.reset();
    refuse_existing(path_);
    std::error_code failed;
    fs::rename(part_, path_, failed);
    if (failed) fail(ErrorKind::file, fmt::format("cannot rename {} to {}: {}", part_, path_, failed.message()));
    begun_ = false;
}

// Closing the file would move the log into it, too, but could not say that there was no room.
void MergeTarget::write_out() {
    transaction_->commit();
    transaction_.reset();
    if (database_->integer("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
        fail(ErrorKind::file, fmt::format("{}: another process holds the file; merge again", part_));
}

void MergeTarget::close() {
    transaction_.reset();
    reader_.reset();
    writer_.reset();
    database_.reset();
    if (!begun_) return;
    begun_ = false;
    std::error_code ignored;
    for (const char* companion : kCompanions) fs::remove(part_ + companion, ignored);
    fs::remove(part_, ignored);
}

}  // namespace retort

// Opening the file: what it must be, how it is set up, and what failures are called.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "record/database.h"

namespace retort {

// How a completion must survive before anything uses it.
enum class SyncMode {
    process,  // the process's end, kill -9 too; a power cut may lose the last moments, but never damages the file
    full,     // a power cut
};

struct FileOptions {
    SyncMode sync = SyncMode::process;
    std::int64_t largest_pages = 0;  // of 4 KiB; 0: no bound. For tests of a full disk
};

// A journal's database for writing; the tables are made in an empty file. Anything that is not an intact journal of
// this version or an empty file is left as it is.
Outcome<std::unique_ptr<Database>> open_for_writing(const std::string& path, const FileOptions& options);

// For reading, also while another process writes.
Outcome<std::unique_ptr<Database>> open_for_reading(const std::string& path);

// A file without any table: what a process leaves that dies while it sets its journal up. It may be begun anew.
bool is_blank_file(const std::string& path);

// Whether `retort show` can still print something of a damaged file.
enum class Readable { partly, not_at_all };

// What went wrong with this file and what can be done, for people.
Error journal_error(const std::string& path, const DatabaseError& error, Readable readable = Readable::partly);

}  // namespace retort

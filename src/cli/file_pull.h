// Getting a file that a table names: into a temporary file beside the target, verified, then renamed. A download that
// was broken off goes on where it ended.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"
#include "cli/file_source.h"

namespace retort::cli {

// Bytes so far, and in all (0: not known).
using PullProgress = std::function<void(std::int64_t done, std::int64_t all)>;

// Downloads to `path` with ranges. `expected_bytes` 0: whatever the server says. http, https only; redirects followed.
Outcome<void> download(const std::string& url, const std::string& path, std::int64_t expected_bytes,
                       const PullProgress& progress);

// SHA-256 of a file, in pieces.
Outcome<std::string> sha256_of_file(const std::string& path);

struct Pulled {
    std::string path;
    std::int64_t bytes = 0;
    std::string sha256;
    bool was_there = false;  // nothing had to be fetched
    bool verified = false;   // against the table's checksum
};

// The file in the folder, which is made where it is not there.
Outcome<Pulled> pull_file(const FileSource& source, const std::string& folder, const PullProgress& progress);

}  // namespace retort::cli

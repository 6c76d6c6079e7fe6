// Where a file that a table names can be had, and how it is known to be the right one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace retort::cli {

// A Python package that carries the file.
struct FileWheel {
    std::string requirement;  // "name==version"
    std::string member;       // path inside the wheel
};

struct FileSource {
    std::string file;        // name in its folder
    std::int64_t bytes = 0;  // 0: not known
    std::string sha256;      // empty: it cannot be verified
    std::string url;         // empty: none
    std::optional<FileWheel> wheel;
};

}  // namespace retort::cli

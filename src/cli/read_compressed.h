// Files that may be compressed by gzip.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"

namespace retort::cli {

// The whole file, unpacked where it is packed. At most `most` bytes of it: a small file may hold endless ones.
Outcome<std::string> read_compressed(const std::string& path, std::size_t most);

}  // namespace retort::cli

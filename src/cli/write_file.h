// Files that are whole or not there: written beside their place, then renamed.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace retort::cli {

// Replaces a file that is there. What is no file (a pipe, a terminal) is written to as it is. Folders must be there.
Outcome<void> write_file(const std::string& path, std::string_view bytes);

}  // namespace retort::cli

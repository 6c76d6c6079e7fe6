// What this program is.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace retort::cli {

// "retort 0.1.0"
std::string program_name();

// The git commit that was built, with "+changes" where files differed; "unknown" outside a checkout.
std::string commit();

// Libraries and their versions.
std::vector<std::pair<std::string, std::string>> libraries();

bool has_llama();

// All of it, as `retort --version` prints it, without the last line's end.
std::string version_text();

}  // namespace retort::cli

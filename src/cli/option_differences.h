// How a run in a journal differs from what is asked for now, in the words of the command line.
#pragma once

#include <string>
#include <vector>

namespace retort::cli {

// Of two configurations as journals keep them, one line each: "--seed: 7 in the journal, 8 now". Empty when they are
// the same. What an option brings with it (a method's rounds, roles that go with --model) is not told again.
std::vector<std::string> option_differences(const std::string& journal_json, const std::string& asked_json);

// The lines in one: "--seed: 7 in the journal, 8 now; --k: ...".
std::string joined(const std::vector<std::string>& differences);

}  // namespace retort::cli

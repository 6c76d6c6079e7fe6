// Programs made of a problem, a model's code and tests, ready to be run in the sandbox. Pure. Not public.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/sandbox/sandbox.h"

namespace retort {

enum class Language { python, cpp };

struct IoTest {
    std::string input, output;
};

struct CodeTask {
    Language language = Language::python;
    std::string prompt;            // code that an answer may go on from; empty where the problem is prose
    std::string entry_point;       // the function that is asked for; empty where there is none
    std::string tests;             // code that fails where the answer is wrong; empty: io_tests
    std::vector<IoTest> io_tests;  // what is read and what must be written
    std::int64_t seconds = 10;     // of computing
};

// The last fenced block that defines the entry point, else the last one, else the whole text.
std::string find_code(std::string_view solution, const CodeTask& task);

// The exit status of what to run when the compiler refuses the code.
constexpr int kDoesNotCompile = 97;

// What to run. `word` is written after the tests only when they were got through, so that leaving early is not passing.
SandboxCommand program_of(const CodeTask& task, std::string_view code, const std::string& word);

}  // namespace retort

// Suites by name: the compiled-in table, the user's rows, and what was pulled.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/file_pull.h"
#include "cli/file_source.h"
#include "cli/settings.h"
#include "eval/suite_mapping.h"

namespace retort::cli {

// The file is the published one; what is evaluated is made from it.
struct SuiteRow : FileSource {
    std::string name;
    std::string about;
    std::string licence;
    int problems = 0;    // 0: not said
    bool tried = false;  // the address was fetched from when the row was written
    SuiteMapping mapping;
};

// The file suites/suites.toml as it was when the program was built.
std::string_view compiled_suite_table();

// Rows of one file. The error names the file and line.
Outcome<std::vector<SuiteRow>> parse_suite_table(std::string_view toml, const std::string& name);

// The compiled rows, then the user's; a user's row replaces a compiled one of the same name.
Outcome<std::vector<SuiteRow>> all_suites(const std::string& user_path);

// Where a pulled suite lies.
std::string suite_path(const std::string& folder, const std::string& name);

struct PulledSuite {
    std::string path;  // of the suite
    Pulled source;     // the published file
    std::size_t problems = 0;
};

// Fetches the published file, verifies it, and writes the suite made of it into the folder. A published file may be
// compressed by gzip.
Outcome<PulledSuite> pull_suite(const SuiteRow& row, const std::string& folder, const PullProgress& progress);

// The suite's file for what a user typed: a file of that name, else a pulled suite. The error says what to do.
Outcome<std::string> find_suite(const std::string& name, const Environment& environment);

}  // namespace retort::cli

// A sweep's file: one suite, and every combination of the settings that a grid lists.
//
//     suite = "aime2024.jsonl"      # beside this file, or the name of a suite that was pulled; --suite wins
//     samples = 16                  # of each problem
//     concurrency = 64              # samples in flight
//     journal = "aime.db"           # default: this file's name with .db, in the current folder; --journal wins
//
//     [settings]                    # of every run, as in config.toml; options win
//     model = "qwen3"
//     url = "http://localhost:8080/v1"
//
//     [[grid]]                      # each: every combination of its lists
//     operator = ["cot", "sr:4", "pdr:16,8"]
//     think = [8192, 16384]
//
//     [prices]                      # dollars a million tokens, for --dry-run
//     input = 0.3
//     output = 2.5
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace retort::cli {

struct SweepPrices {
    double input = 0;  // dollars a million tokens
    double output = 0;
};

struct SweepFile {
    std::string suite;  // empty: none is named
    int samples = 1;
    int concurrency = 64;
    std::string journal;                                   // empty: none is named
    std::map<std::string, std::string> settings;           // by the setting's name, as text
    std::vector<std::map<std::string, std::string>> runs;  // the grids' combinations, in order; "samples" may be among
                                                           // the names
    std::optional<SweepPrices> prices;
};

// The error names file and line: no TOML, a key that is not known (with the nearest), a value out of bounds, an empty
// list, or more than 10,000 combinations.
Outcome<SweepFile> parse_sweep(const std::string& name, const std::string& text);

}  // namespace retort::cli

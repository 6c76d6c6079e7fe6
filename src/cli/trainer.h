// The trainer as this program finds it: a program beside it, so that LibTorch is loaded by those alone who train.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"

namespace retort::cli {

// Where it is looked for: in the folder of the running program.
std::string trainer_path();

// What is missing and what to do; none where the trainer can be started.
struct MissingTrainer {
    std::string found;
    std::string advice;
};
std::optional<MissingTrainer> missing_trainer();

// What the trainer says to `--version`: it is started for it, and loads its libraries. The error holds its last words.
Outcome<std::string> trainer_version();

}  // namespace retort::cli

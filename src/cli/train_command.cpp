// `retort train`: becomes the trainer, with the words as they came.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/commands.h"
#include "cli/trainer.h"

namespace retort::cli {
namespace {

// Threads of OpenMP that wait for the next piece of work spin by default: beside other work they take the cores from
// the thread that they wait for, and a step takes many times as long. Waiting without spinning costs a quiet machine
// nothing that can be measured (README).
void wait_without_spinning() {
    if (std::getenv("OMP_WAIT_POLICY") == nullptr && std::getenv("GOMP_SPINCOUNT") == nullptr)
        setenv("OMP_WAIT_POLICY", "passive", 0);
}

}  // namespace

Outcome<ExitCode> run_train(const std::vector<std::string>& words) {
    if (const auto missing = missing_trainer())
        return Error{ErrorKind::file, fmt::format("there is no trainer: {}; {}", missing->found, missing->advice)};
    wait_without_spinning();
    std::string path = trainer_path();
    std::vector<std::string> kept = words;
    std::vector<char*> arguments{path.data()};
    for (std::string& word : kept) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execv(path.c_str(), arguments.data());
    return Error{ErrorKind::file, fmt::format("{}: cannot be started: {}", path, std::strerror(errno))};
}

}  // namespace retort::cli

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

// Threads of OpenMP that wait for the next piece of work spin, by default for so long that on a machine with other work
// they take the cores from the thread that they wait for. So short a wait costs a quiet machine nothing; none at all
// (OMP_WAIT_POLICY=passive) makes small models slower there.
void spin_shortly() {
    if (std::getenv("OMP_WAIT_POLICY") == nullptr && std::getenv("GOMP_SPINCOUNT") == nullptr)
        setenv("GOMP_SPINCOUNT", "20000", 0);
}

}  // namespace

Outcome<ExitCode> run_train(const std::vector<std::string>& words) {
    if (const auto missing = missing_trainer())
        return Error{ErrorKind::file, fmt::format("there is no trainer: {}; {}", missing->found, missing->advice)};
    spin_shortly();
    std::string path = trainer_path();
    std::vector<std::string> kept = words;
    std::vector<char*> arguments{path.data()};
    for (std::string& word : kept) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execv(path.c_str(), arguments.data());
    return Error{ErrorKind::file, fmt::format("{}: cannot be started: {}", path, std::strerror(errno))};
}

}  // namespace retort::cli

#include "cli/trainer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/output.h"
#include "cli/paths.h"
#include "cli/version.h"

namespace retort::cli {
namespace {

constexpr const char* kName = "retort-train";

// What this build lacked. Without the option the trainer was left out by the user's will; it is then as if not found.
MissingTrainer build_lacked() {
    if (RETORT_HAS_NET == 0)
        return {"neither oneDNN nor LibTorch was found when this program was built",
                "install libdnnl-dev and libarchive-dev (Debian; for GPUs a LibTorch, by CMAKE_PREFIX_PATH), and "
                "configure and build again"};
    if (!has_llama())
        return {"built without llama.cpp, which the trainer needs", "configure with RETORT_LLAMA=ON and build again"};
    return {trainer_path() + " is not there", "build it: cmake --build build --target retort-train"};
}

}  // namespace

std::string trainer_path() {
    return program_folder() + "/" + kName;
}

std::optional<MissingTrainer> missing_trainer() {
    if (access(trainer_path().c_str(), X_OK) == 0) return std::nullopt;
    return build_lacked();
}

Outcome<std::string> trainer_version() {
    std::FILE* said = popen((shell_quoted(trainer_path()) + " --version 2>&1").c_str(), "re");
    if (said == nullptr) return Error{ErrorKind::file, fmt::format("cannot be started: {}", std::strerror(errno))};
    std::string out;
    std::array<char, 4096> piece{};
    while (const std::size_t bytes = std::fread(piece.data(), 1, piece.size(), said)) out.append(piece.data(), bytes);
    if (pclose(said) == 0) return out;
    return Error{ErrorKind::file, "cannot be started: " + out};
}

}  // namespace retort::cli

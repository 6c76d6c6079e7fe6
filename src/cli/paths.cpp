#include "cli/paths.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace retort::cli {
namespace {

constexpr std::size_t kMostConfigBytes = 1 << 20;

struct CloseFile {
    void operator()(std::FILE* file) const {
        if (file != stdin) std::fclose(file);
    }
};

std::string under(const Environment& environment, const std::string& variable, const std::string& in_home) {
    if (const auto base = environment(variable)) return *base + "/retort";
    const auto home = environment("HOME");
    return home ? *home + in_home + "/retort" : "";
}

std::string file_in(const std::string& folder, const std::string& name) {
    return folder.empty() ? "" : folder + "/" + name;
}

Error cannot_read(const std::string& path, const std::string& why) {
    return {ErrorKind::file, fmt::format("cannot read {}: {}", path == "-" ? "standard input" : path, why)};
}

}  // namespace

std::string config_folder(const Environment& environment) {
    return under(environment, "XDG_CONFIG_HOME", "/.config");
}

std::string models_folder(const Environment& environment) {
    if (const auto folder = environment("RETORT_MODELS")) return *folder;
    return file_in(under(environment, "XDG_CACHE_HOME", "/.cache"), "models");
}

std::string state_folder(const Environment& environment) {
    return under(environment, "XDG_STATE_HOME", "/.local/state");
}

std::string program_folder() {
    std::error_code failed;
    return std::filesystem::read_symlink("/proc/self/exe", failed).parent_path().string();
}

std::string shipped_models_folder() {
    const std::filesystem::path folder(program_folder());
    return (folder.parent_path() / "share/retort/models").string();
}

std::string suites_folder(const Environment& environment) {
    return file_in(under(environment, "XDG_CACHE_HOME", "/.cache"), "suites");
}

std::string config_path(const Environment& environment) {
    return file_in(config_folder(environment), "config.toml");
}

std::string user_models_path(const Environment& environment) {
    return file_in(config_folder(environment), "models.toml");
}

std::string user_suites_path(const Environment& environment) {
    return file_in(config_folder(environment), "suites.toml");
}

std::string short_path(const std::string& path, const Environment& environment) {
    const auto home = environment("HOME");
    return home && path.starts_with(*home + "/") ? "~" + path.substr(home->size()) : path;
}

Outcome<std::string> read_if_there(const std::string& path) {
    std::error_code failed;
    if (path.empty() || !std::filesystem::exists(path, failed)) return std::string();
    return read_input(path, kMostConfigBytes);
}

Outcome<std::string> read_input(const std::string& path, std::size_t most) {
    std::error_code failed;
    if (path != "-" && std::filesystem::is_directory(path, failed))
        return cannot_read(path, "expected a file, found a folder");
    const std::unique_ptr<std::FILE, CloseFile> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
    if (!file) return cannot_read(path, std::strerror(errno));
    std::string out;
    char buffer[65536];
    while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file.get())) {
        out.append(buffer, got);
        if (out.size() > most) return cannot_read(path, fmt::format("expected at most {} bytes, found more", most));
    }
    if (std::ferror(file.get())) return cannot_read(path, std::strerror(errno));
    return out;
}

}  // namespace retort::cli

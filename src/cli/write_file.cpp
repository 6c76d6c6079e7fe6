#include "cli/write_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace retort::cli {
namespace {

namespace fs = std::filesystem;

Error cannot_write(const std::string& path, int error) {
    return {ErrorKind::file, fmt::format("cannot write {}: {}", path, std::strerror(error))};
}

Outcome<void> write_whole(const std::string& path, std::string_view bytes) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return cannot_write(path, errno);
    int error = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size() ? 0 : errno;
    if (std::fclose(file) != 0 && error == 0) error = errno;
    if (error != 0) return cannot_write(path, error);
    return {};
}

}  // namespace

Outcome<void> write_file(const std::string& path, std::string_view bytes) {
    std::error_code failed;
    if (fs::is_directory(path, failed)) return cannot_write(path, EISDIR);
    if (fs::exists(path, failed) && !fs::is_regular_file(path, failed)) return write_whole(path, bytes);
    const std::string part = path + ".part";
    const auto written = write_whole(part, bytes);
    if (!written) {
        fs::remove(part, failed);
        return written;
    }
    fs::rename(part, path, failed);
    if (failed) return cannot_write(path, failed.value());
    return {};
}

}  // namespace retort::cli

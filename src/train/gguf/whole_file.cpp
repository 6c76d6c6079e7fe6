#include "train/gguf/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace retort::train {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const std::string& path) {
    const fs::path folder = fs::path(path).parent_path();
    return folder.empty() ? fs::path(".") : folder;
}

Error cannot_write(const std::string& path, int error) {
    std::error_code failed;
    const fs::space_info space = fs::space(folder_of(path), failed);
    return {ErrorKind::file, fmt::format("cannot write {}: {}{}", path, std::strerror(error),
                                         failed ? "" : fmt::format(" ({} bytes are free there)", space.available))};
}

}  // namespace

Outcome<WholeFile> WholeFile::create(const std::string& path) {
    std::error_code failed;
    if (fs::is_directory(path, failed)) return cannot_write(path, EISDIR);
    WholeFile file(path, -1);
    file.descriptor_ = ::open(file.part().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file.descriptor_ < 0) return cannot_write(path, errno);
    return file;
}

WholeFile::WholeFile(WholeFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), written_(other.written_) {}

WholeFile::~WholeFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(part().c_str());
}

Error WholeFile::failure(int error) const {
    return cannot_write(path_, error);
}

Outcome<void> WholeFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return failure(count < 0 ? errno : ENOSPC);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        written_ += static_cast<std::size_t>(count);
    }
    return {};
}

Outcome<void> WholeFile::pad(std::size_t alignment) {
    constexpr std::array<std::byte, 64> kZeros{};
    std::size_t left = (alignment - written_ % alignment) % alignment;
    while (left > 0) {
        const std::size_t now = std::min(left, kZeros.size());
        if (auto written = write(std::span(kZeros).first(now)); !written) return written;
        left -= now;
    }
    return {};
}

Outcome<void> WholeFile::commit() {
    if (::fsync(descriptor_) != 0) return failure(errno);
    if (std::rename(part().c_str(), path_.c_str()) != 0) return failure(errno);
    if (::close(std::exchange(descriptor_, -1)) != 0) return failure(errno);
    return sync_folder();
}

// Without it the old name may be back after a loss of power.
Outcome<void> WholeFile::sync_folder() const {
    const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return failure(errno);
    const int error = ::fsync(folder) == 0 ? 0 : errno;
    ::close(folder);
    if (error != 0 && error != EINVAL) return failure(error);  // EINVAL: a file system whose folders cannot be synced
    return {};
}

}  // namespace retort::train

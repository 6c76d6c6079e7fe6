#include "eval/report/output_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace retort {
namespace {

Error cannot_write(const std::string& path, int reason) {
    return {ErrorKind::file, fmt::format("{}: cannot be written: {}", path, std::strerror(reason))};
}

// A device, a pipe: written as it is, for nothing can take its place.
bool is_device(const std::string& path) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
           !std::filesystem::is_directory(status);
}

}  // namespace

Outcome<OutputFile> OutputFile::create(const std::string& path) {
    const bool standard = path == "-";
    const std::string temporary = standard || is_device(path) ? "" : fmt::format("{}.{}.part", path, ::getpid());
    const std::string& opened = temporary.empty() ? path : temporary;
    std::unique_ptr<std::FILE, Close> file(standard ? ::fdopen(::dup(STDOUT_FILENO), "wb")
                                                    : std::fopen(opened.c_str(), "wb"));
    if (!file) return cannot_write(path, errno);
    return OutputFile(path, temporary, std::move(file));
}

OutputFile::OutputFile(std::string path, std::string temporary, std::unique_ptr<std::FILE, Close> file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}

OutputFile::~OutputFile() {
    if (file_ && !temporary_.empty()) std::remove(temporary_.c_str());
}

void OutputFile::write(std::string_view bytes) {
    if (failure_ != 0) return;
    errno = 0;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) failure_ = errno != 0 ? errno : EIO;
}

Error OutputFile::error() const {
    return cannot_write(path_, failure_);
}

Outcome<void> OutputFile::commit() {
    if (failure_ == 0 && std::fflush(file_.get()) != 0) failure_ = errno;
    // A full disk may show itself only now.
    if (failure_ == 0 && !temporary_.empty() && ::fsync(::fileno(file_.get())) != 0) failure_ = errno;
    if (failure_ == 0 && !temporary_.empty() && std::rename(temporary_.c_str(), path_.c_str()) != 0) failure_ = errno;
    if (failure_ != 0) return error();
    temporary_.clear();
    file_.reset();
    return {};
}

}  // namespace retort

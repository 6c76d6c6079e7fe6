#include "cli/read_compressed.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace retort::cli {
namespace {

struct CloseFile {
    void operator()(gzFile file) const { gzclose(file); }
};

Error cannot_read(const std::string& path, const std::string& why) {
    return {ErrorKind::file, fmt::format("cannot read {}: {}", path, why)};
}

}  // namespace

Outcome<std::string> read_compressed(const std::string& path, std::size_t most) {
    const std::unique_ptr<gzFile_s, CloseFile> file(gzopen(path.c_str(), "rb"));
    if (!file) return cannot_read(path, std::strerror(errno));
    std::string out;
    char buffer[65536];
    int got = 0;
    while ((got = gzread(file.get(), buffer, sizeof buffer)) > 0) {
        out.append(buffer, static_cast<std::size_t>(got));
        if (out.size() > most) return cannot_read(path, fmt::format("expected at most {} bytes, found more", most));
    }
    // A file that was cut is no error of reading before it is closed.
    int failed = Z_OK;
    const char* why = gzerror(file.get(), &failed);
    if (got < 0 || failed != Z_OK) return cannot_read(path, why);
    return out;
}

}  // namespace retort::cli

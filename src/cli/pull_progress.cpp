#include "cli/pull_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/display/screen.h"
#include "cli/display/text.h"
#include "cli/output.h"

namespace retort::cli {

std::string megabytes(std::int64_t bytes) {
    return bytes > 0 ? fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6) : "size not known";
}

std::string pulled_text(const Pulled& pulled) {
    const std::string checked =
        pulled.verified ? "verified" : "not verified: the table has no checksum for it; SHA-256 " + pulled.sha256;
    return fmt::format("{}: {} bytes, {}", pulled.was_there ? "was here already" : "pulled", grouped(pulled.bytes),
                       checked);
}

PullProgressLine::PullProgressLine() : live_(is_live_terminal(kStderr)) {}

PullProgressLine::~PullProgressLine() {
    if (shown_ >= 0) say("");
}

void PullProgressLine::operator()(std::int64_t done, std::int64_t all) {
    const std::int64_t step = done >> 20;
    if (!live_ || step == shown_) return;
    shown_ = step;
    const std::string line =
        all > 0 ? fmt::format("\r{} of {}", megabytes(done), megabytes(all)) : "\r" + megabytes(done);
    [[maybe_unused]] const auto ignored = ::write(kStderr, line.data(), line.size());
}

}  // namespace retort::cli

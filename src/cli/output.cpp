#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/display/text.h"

namespace retort::cli {
namespace {

// 0, or the error number.
int write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

}  // namespace

Outcome<void> write_stdout(std::string_view bytes) {
    const int failed = write_all(kStdout, bytes);
    if (failed == 0) return {};
    if (failed == EPIPE) return Error{ErrorKind::file, ""};
    return Error{ErrorKind::file, fmt::format("cannot write the result to standard output: {}", std::strerror(failed))};
}

void say(std::string_view line) {
    write_all(kStderr, std::string(line) + "\n");
}

int report(const Error& error) {
    if (!error.message.empty()) say("retort: " + one_line(error.message));
    return exit_code(error.kind);
}

std::string shell_quoted(const std::string& word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+-";
    if (!word.empty() && word.find_first_not_of(kPlain) == word.npos) return word;
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace retort::cli

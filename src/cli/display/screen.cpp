#include "cli/display/screen.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string_view>

namespace retort::cli {
namespace {

std::atomic<int> hidden_on{-1};  // the descriptor whose cursor is hidden

bool set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

bool utf8_locale() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        if (!set(name)) continue;
        const std::string_view value = std::getenv(name);
        return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos ||
               value.find("UTF8") != value.npos;
    }
    return false;
}

// Bytes are lost only where the terminal is gone: then there is nobody to tell.
void write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

Canvas terminal_canvas(int descriptor) {
    Canvas canvas;
    canvas.unicode = utf8_locale();
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        canvas.width = size.ws_col;
        canvas.height = size.ws_row;
    }
    return canvas;
}

bool is_live_terminal(int descriptor) {
    const char* term = std::getenv("TERM");
    return isatty(descriptor) == 1 && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

bool allows_colour(int descriptor) {
    return is_live_terminal(descriptor) && !set("NO_COLOR");
}

std::string redraw(const std::vector<int>& before, const std::vector<Line>& lines, int width, bool colour) {
    int rows = 0;
    for (const int drawn : before) rows += std::max(1, (drawn + width - 1) / std::max(width, 1));
    std::string out = "\r";
    if (rows > 0) out += fmt::format("\x1b[{}A", rows);
    for (const Line& line : lines) {
        out += paint(line, colour);
        if (columns(line) < width) out += "\x1b[K";  // on a full line this would take its last character
        out += "\n";
    }
    return out + "\x1b[J";
}

Screen::Screen(int descriptor) : descriptor_(descriptor), colour_(allows_colour(descriptor)) {}

Screen::~Screen() {
    restore_cursor();
}

void Screen::draw(const std::vector<Line>& lines) {
    hidden_on = descriptor_;
    write("\x1b[?25l" + redraw(drawn_, lines, terminal_canvas(descriptor_).width, colour_));
    drawn_.clear();
    for (const Line& line : lines) drawn_.push_back(columns(line));
}

void Screen::finish(const std::vector<Line>& lines) {
    write(redraw(drawn_, lines, terminal_canvas(descriptor_).width, colour_));
    drawn_.clear();
    restore_cursor();
}

void Screen::write(const std::string& bytes) {
    write_all(descriptor_, bytes);
}

void restore_cursor() noexcept {
    const int descriptor = hidden_on.exchange(-1);
    if (descriptor >= 0) write_all(descriptor, "\x1b[?25h");
}

}  // namespace retort::cli

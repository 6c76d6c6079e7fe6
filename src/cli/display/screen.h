// The thin writer: lines rewritten in place on a terminal. Everything it writes was made by pure functions.
#pragma once

#include <string>
#include <vector>

#include "cli/display/line.h"
#include "cli/display/lines.h"

namespace retort::cli {

// What the terminal behind a descriptor can show now: its size, and whether the locale is UTF-8.
Canvas terminal_canvas(int descriptor);

// Whether lines may be rewritten there: a terminal that is not dumb. `allows_colour`: NO_COLOR is not set, too.
bool is_live_terminal(int descriptor);
bool allows_colour(int descriptor);

// Bytes that put `lines` where `before` stand: the widths of the lines drawn before, on a terminal that is now
// `width` columns wide and wraps what is wider. Pure.
std::string redraw(const std::vector<int>& before, const std::vector<Line>& lines, int width, bool colour);

// Hides the cursor while it lives. One at a time; loop thread only.
class Screen {
  public:
    explicit Screen(int descriptor);
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    void draw(const std::vector<Line>& lines);

    // Draws once more and leaves the lines there for good; the cursor is shown again.
    void finish(const std::vector<Line>& lines);

    // The lines drawn so far are not ours any more (something else was written): the next go below.
    void forget() { drawn_.clear(); }

  private:
    void write(const std::string& bytes);

    int descriptor_;
    bool colour_;
    std::vector<int> drawn_;  // widths of the lines that stand there
};

// Shows the cursor, if a Screen hid it. Safe in signal handlers.
void restore_cursor() noexcept;

}  // namespace retort::cli

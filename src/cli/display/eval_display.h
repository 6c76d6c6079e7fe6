// Shows an evaluation: on a terminal a few lines in place, else a plain line now and then. Loop thread only.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "cli/display/eval_lines.h"
#include "cli/display/screen.h"

namespace retort::cli {

class EvalDisplay {
  public:
    // `elapsed`: seconds since the start.
    EvalDisplay(EvalTitle title, std::function<double()> elapsed);

    void show(const EvalProgress& progress);

    // A line that stays: a failure.
    void tell(const std::string& line);

    // The terminal was used by others meanwhile (Ctrl-Z).
    void begin_anew();

    // The last state stays; the cursor is back.
    void close();

  private:
    void draw();

    EvalTitle title_;
    std::function<double()> elapsed_;
    std::optional<Screen> screen_;
    EvalProgress progress_;
    double drawn_at_ = -1;
    double told_at_ = 0;
    int told_failures_ = 0;
};

}  // namespace retort::cli

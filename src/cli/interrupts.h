// Ctrl-C and its kin. The first SIGINT or SIGTERM asks the run to stop; a second one ends the process at once, whatever
// the loop is doing. Ctrl-Z gives the terminal its cursor back.
#pragma once

#include <functional>
#include <memory>

#include "async/task.h"

namespace retort::cli {

// One at a time. While it lives the handlers are installed; `stop` is called on the loop's thread, once, and
// `continued` whenever the process goes on after a Ctrl-Z.
class Interrupts {
  public:
    Interrupts(asio::io_context& loop, std::function<void()> stop, std::function<void()> continued);
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

// A reader of ours that goes away, or a limit on the size of files, must not end the process: writing tells.
void ignore_writing_signals();

// SIGHUP does not end the process; who wants to hear of it installs a handler.
void ignore_hang_ups();

}  // namespace retort::cli

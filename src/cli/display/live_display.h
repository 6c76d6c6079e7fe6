// A run on a terminal, rewritten in place about twelve times a second while something changes.
#pragma once

#include <memory>

#include "async/task.h"
#include "cli/display/picture_observer.h"
#include "cli/display/screen.h"

namespace retort::cli {

// Loop thread only. Nothing is drawn any more once it is closed.
class LiveDisplay {
  public:
    LiveDisplay(asio::io_context& loop, int descriptor, Picture picture, PictureObserver::Clock clock);
    ~LiveDisplay();
    LiveDisplay(const LiveDisplay&) = delete;
    LiveDisplay& operator=(const LiveDisplay&) = delete;

    RunObserver& observer();

    // The terminal was used by others meanwhile (Ctrl-Z): draw anew, below.
    void begin_anew();

    // Every round on a line, the warnings; the cursor is back and the next line is free.
    void close(Closing closing);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace retort::cli

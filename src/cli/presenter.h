// What a run shows and prints: one face for terminals, pipes, -q and --json.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/display/live_display.h"
#include "cli/display/plain_observer.h"
#include "cli/options.h"
#include "cli/run_config.h"

namespace retort::cli {

// "pdr:8,4 · random 4 · smollm2 · seed 1"
std::string settings_words(const MethodConfig& config, bool unicode);

class Presenter {
  public:
    Presenter(asio::io_context& loop, const RunConfig& config, const SolveArguments& arguments,
              PictureObserver::Clock clock);

    RunObserver* observer();  // null: nobody listens
    void begin_anew();        // after a Ctrl-Z

    // The end: the display closes, the answer goes to stdout, what it cost to stderr. `json` is what --json prints.
    Outcome<void> present(const RunResult& result, double wall_s, const std::string& json);

  private:
    Outcome<void> present_for_people(const RunResult& result);

    const RunConfig& config_;
    const SolveArguments& arguments_;
    std::unique_ptr<LiveDisplay> live_;
    std::unique_ptr<PlainObserver> plain_;
};

}  // namespace retort::cli

// A training run for people, on stderr: on a terminal a few lines in place, else a plain line now and then.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "cli/display/screen.h"
#include "train/display/train_lines.h"
#include "train/display/train_progress.h"
#include "train/run/trainer.h"

namespace retort::train {

// What signal handlers say; both may be set at any time.
struct TrainSignals {
    std::atomic<bool> stop = false;       // the step under way is the last one
    std::atomic<bool> continued = false;  // the terminal was used by others meanwhile (Ctrl-Z)
};

class TrainDisplay : public TrainListener {
  public:
    // `signals` is not owned.
    TrainDisplay(TrainPlan plan, bool quiet, TrainSignals& signals);
    ~TrainDisplay() override { close(); }

    void told(const std::string& line) override;
    void doing(const std::string& what) override;
    void stepped(const MetricsRow& row) override;

    // The last state stays; the cursor is back.
    void close();

  private:
    double now_s() const;
    void draw();
    std::vector<cli::Line> lines() const;

    const bool quiet_;
    TrainSignals& signals_;
    TrainProgress progress_;
    std::string doing_;
    std::optional<cli::Screen> screen_;  // none: no terminal
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    double shown_s_ = -1;
};

}  // namespace retort::train

// A training run for people, on stderr: lines as it goes, and on a terminal one that is kept current.
#pragma once

#include <chrono>
#include <string>

#include "train/run/trainer.h"

namespace retort::train {

class TrainDisplay : public TrainListener {
  public:
    explicit TrainDisplay(bool quiet);
    ~TrainDisplay() override { close(); }

    void told(const std::string& line) override;
    void stepped(const MetricsRow& row, std::int64_t all_steps) override;

    // The current line stays as it is.
    void close();

  private:
    using Steady = std::chrono::steady_clock;
    void replace(const std::string& line);
    std::string time_left(std::int64_t step, std::int64_t all_steps);

    const bool quiet_;
    const bool terminal_;
    bool open_ = false;  // a line is on the screen that may be replaced
    Steady::time_point began_ = Steady::now();
    Steady::time_point shown_{};
    std::int64_t first_step_ = -1;
};

// A row as one line: what matters of its phase.
std::string row_line(const MetricsRow& row, std::int64_t all_steps);

}  // namespace retort::train

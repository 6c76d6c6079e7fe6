// The run's figures: one JSON object a step, a line each, in metrics.jsonl.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace retort::train {

// In the order in which they were put. What depends on clock or machine has a name that begins with "time/".
class MetricsRow {
  public:
    MetricsRow(std::int64_t step, std::string phase) : step_(step), phase_(std::move(phase)) {}
    void put(std::string name, double value) { values_.emplace_back(std::move(name), value); }
    // Words beside the figures, for people: "changed".
    void note(std::string name, std::string text) { notes_.emplace_back(std::move(name), std::move(text)); }
    std::int64_t step() const { return step_; }
    const std::string& phase() const { return phase_; }
    const std::vector<std::pair<std::string, double>>& values() const { return values_; }
    // 0 where there is none.
    double get(std::string_view name) const;
    // One line, without its end. What is no number becomes null.
    std::string json() const;

  private:
    std::int64_t step_;
    std::string phase_;
    std::vector<std::pair<std::string, double>> values_;
    std::vector<std::pair<std::string, std::string>> notes_;
};

// Appends rows; each is in the file before the next step begins.
class MetricsFile {
  public:
    // Keeps rows up to step `last`; what comes after, and a line that was cut short, goes.
    static Outcome<MetricsFile> open(const std::string& path, std::int64_t last);
    Outcome<void> append(const MetricsRow& row);

  private:
    explicit MetricsFile(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace retort::train

// Told of what happens in a training run, for people.
#pragma once

#include <string>

#include "train/run/metrics.h"

namespace retort::train {

// All on the thread of train().
class TrainListener {
  public:
    virtual ~TrainListener() = default;
    virtual void told(const std::string& line) = 0;   // one line
    virtual void doing(const std::string& what) = 0;  // "sampling trace": what takes a while begins
    virtual void stepped(const MetricsRow& row) = 0;  // after each step, and after the evaluation before the first
};

}  // namespace retort::train

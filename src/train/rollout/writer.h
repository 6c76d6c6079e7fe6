// Who writes the calls of a sampler: the net itself, llama.cpp over its weights, or a server.
#pragma once

#include <cstddef>
#include <vector>

#include "base/completion.h"
#include "model/llama/live_model.h"

namespace retort::train {

struct WriterCall {
    std::size_t ticket = 0;  // by which its completion is known
    llama::LiveCall call;
};

struct Written {
    std::size_t ticket = 0;
    Completion completion;  // with its trace; a failed call has an error
};

// One thread. What ends the run is thrown.
class Writer {
  public:
    virtual ~Writer() = default;

    // The net has learnt: what is begun from now on is written with its new weights. Nothing is under way.
    virtual void weights_changed() {}

    // In this order; more may be begun while others are under way.
    virtual void begin(std::vector<WriterCall> calls) = 0;

    // Those that are finished, at least one; something must be under way.
    virtual std::vector<Written> take() = 0;
};

}  // namespace retort::train

// What a Net holds; its decoder reads it too. Not public; C++17.
#pragma once

#include "train/net/forward.h"
#include "train/net/net.h"

namespace retort::train {

struct Net::Inside {
    Inside(const NetShape& s, const std::vector<NamedTensor>& values, const NetOptions& o);

    // Of the plan's wanted tokens.
    Scores forward(const PackPlan& plan, double temperature) const;

    NetShape shape;
    NetOptions options;
    at::Device device;
    Parameters parameters;
    at::Tensor turns;
    at::Tensor first;  // AdamW's moments, flat
    at::Tensor second;
    std::int64_t steps = 0;
};

}  // namespace retort::train

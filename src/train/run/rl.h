// One step of reinforcement: what rollouts taught, in a few updates.
#pragma once

#include <cstdint>
#include <exception>
#include <vector>

#include "train/net/net.h"
#include "train/run/batch.h"

namespace retort::train {

// How far log-probabilities are from those that the sampler told.
struct LogprobDifference {
    double mean = 0;     // of |difference|
    double largest = 0;  // of it
};

struct RlUpdates {
    int updates = 0;
    double loss = 0;       // -J, mean over updates, with log-probabilities as they were before each update
    double sft_loss = 0;   // the part of it that is J_SFT's
    double entropy = 0;    // mean over tokens
    double grad_norm = 0;  // before clipping, mean over updates; no number: an update was left out
    RatioStatistics ratios;
    LogprobDifference difference;  // before the first update, of its tokens
    std::int64_t tokens = 0;       // that went through the net
};

// What was sampled gets the log-probabilities of the net as it is. Before the first update.
LogprobDifference recompute_logprobs(const Net& net, std::vector<MiniBatch>& batches, double temperature);

// Thrown where the net throws in an update, but for NetUnreachable.
struct UpdateFailed {
    std::size_t batch = 0;  // its place among the batches
    std::exception_ptr cause;
};

// `shares`: one an arm. An update whose gradient is no number is left out, and no further one is made.
RlUpdates learn(Net& net, const std::vector<MiniBatch>& batches, const std::vector<double>& shares,
                const ObjectiveSettings& objective, double temperature, const AdamW& settings);

}  // namespace retort::train

// How training servers differ, as one table. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "train/tinker/reply.h"

namespace retort::train::tinker {

// What the server makes of the losses of tokens and data.
enum class Reduction {
    sum,       // their sum; every scale is the client's
    seq_mean,  // each datum's sum by the sum of its weights; then the mean over all data since the last step
};
std::string_view name(Reduction value);
std::optional<Reduction> reduction_from(std::string_view name);

// Whose bound on a gradient's norm holds.
enum class ClipNorm {
    sent,  // that of a step's request
    own,   // that of the server's own configuration
    none,  // there is none
};

struct ServerKind {
    std::string_view name;  // for people
    Reduction reduction;
    bool native_cispo;  // takes the loss "cispo" with its bounds
    ClipNorm clip_norm;
    bool takes_adam;        // else only the learning rate is taken: weight decay and betas are the server's own
    bool one_weights_slot;  // sampling puts the sampled weights where training happens: only the newest, never between
                            // a step and its save
    bool keeps_gradient;    // of a model that was given up, and adds it to that of the next one in its place
};

// From what the answer to the first forward of a run shows: servers do not name themselves. Those on JAX tell each
// token's loss, SkyRL's others the log-probabilities alone, hosted ones metrics. `has_flags`: whether the
// server knows /client/config.
const ServerKind& kind_of(const Reply& forward, bool has_flags);

}  // namespace retort::train::tinker

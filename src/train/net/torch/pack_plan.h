// How the sequences of a pack are laid out for attention: groups of like length, padded to the longest of the group.
// Not public; C++17.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "train/net/net.h"

namespace retort::train {

struct PackPlan {
    struct Group {
        std::int64_t sequences = 0;
        std::int64_t length = 0;  // of the longest
        at::Tensor gather;        // {sequences * length}: rows of the pack; where padded, row 0
        at::Tensor valid;         // {sequences * length, 1}: 1, or 0 where padded; undefined: nothing is padded
        at::Tensor mask;          // {length, length}: 0, or minus infinity above the diagonal
    };
    std::vector<Group> groups;
    at::Tensor scatter;     // {tokens}: row of each token among the groups' rows, one group after another
    at::Tensor tokens;      // {tokens}
    at::Tensor predicting;  // {wanted}: the row whose output gives the wanted token's distribution
    at::Tensor targets;     // {wanted}
};

// The pack's sequences first .. first + count.
PackPlan plan_pack(const Pack& pack, std::size_t first, std::size_t count, at::Device device);

}  // namespace retort::train

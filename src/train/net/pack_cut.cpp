#include "train/net/pack_cut.h"

namespace retort::train {

std::vector<PackStretch> cut_pack(const Pack& pack, std::int64_t most_tokens) {
    std::vector<PackStretch> out;
    std::int64_t tokens = 0;
    for (std::size_t i = 0; i < pack.lengths.size(); ++i) {
        if (out.empty() || tokens + pack.lengths[i] > most_tokens) {
            out.push_back({i, 0});
            tokens = 0;
        }
        ++out.back().count;
        tokens += pack.lengths[i];
    }
    return out;
}

}  // namespace retort::train

#include "train/net/cpu/model.h"

#include <cmath>

namespace retort::train::cpu {

Model::Model(const NetShape& s)
    : shape(s),
      heads(s),
      turns(s.context, s.head_width, static_cast<double>(s.rope_base)),
      query_scale(static_cast<float>(1 / std::sqrt(static_cast<double>(s.head_width)))),
      size(0) {
    const auto take = [this](std::int64_t rows, std::int64_t width) {
        const std::int64_t begin = size;
        size += rows * width;
        if (rows > 1) matrices.push_back({begin, rows, width});
        return begin;
    };
    take(s.vocabulary, s.width);
    for (int i = 0; i < s.layers; ++i) {
        LayerPlaces places{};
        places.attn_norm = take(1, s.width);
        places.qkv = take(heads.all() * heads.width, s.width);
        places.attn_output = take(s.width, heads.attended());
        places.ffn_norm = take(1, s.width);
        places.gate_up = take(2 * std::int64_t{s.feed_forward}, s.width);
        places.ffn_down = take(s.width, s.feed_forward);
        layers.push_back(places);
    }
    output_norm = take(1, s.width);
    output = s.tied ? 0 : take(s.vocabulary, s.width);
}

}  // namespace retort::train::cpu

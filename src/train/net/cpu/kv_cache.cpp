#include "train/net/cpu/kv_cache.h"

#include <algorithm>

#include "train/net/cpu/lanes.h"
#include "train/net/cpu/rows.h"

namespace retort::train::cpu {
namespace {

constexpr std::int64_t kPositions = BlockPool::kPositions;

// scores[j] = query . keys[., j] for the positions of a block.
RETORT_CPU_KINDS void meet_keys(const float* query, const float* keys, std::int64_t width, float* scores) {
    Lanes a = {};
    Lanes b = {};
    Lanes c = {};
    Lanes d = {};
    for (std::int64_t i = 0; i < width; ++i, keys += kPositions) {
        a += query[i] * lanes_at(keys);
        b += query[i] * lanes_at(keys + kLanes);
        c += query[i] * lanes_at(keys + 2 * kLanes);
        d += query[i] * lanes_at(keys + 3 * kLanes);
    }
    lanes_at(scores) = a;
    lanes_at(scores + kLanes) = b;
    lanes_at(scores + 2 * kLanes) = c;
    lanes_at(scores + 3 * kLanes) = d;
}

// out += sum_j weights[j] values[j, .] for the first `count` positions of a block.
RETORT_CPU_KINDS void weigh_values(const float* weights, const float* values, std::int64_t count, std::int64_t width,
                                   float* out) {
    std::int64_t begin = 0;
    for (; begin + kLanes <= width; begin += kLanes) {
        Lanes lanes[4] = {};
        const float* from = values + begin;
        std::int64_t j = 0;
        for (; j + 4 <= count; j += 4, from += 4 * width) {
            lanes[0] += weights[j] * lanes_at(from);
            lanes[1] += weights[j + 1] * lanes_at(from + width);
            lanes[2] += weights[j + 2] * lanes_at(from + 2 * width);
            lanes[3] += weights[j + 3] * lanes_at(from + 3 * width);
        }
        for (; j < count; ++j, from += width) lanes[0] += weights[j] * lanes_at(from);
        lanes_at(out + begin) += (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    }
    for (; begin < width; ++begin)
        for (std::int64_t j = 0; j < count; ++j) out[begin] += weights[j] * values[j * width + begin];
}

}  // namespace

BlockPool::BlockPool(const Model& model)
    : floats_(2 * model.heads.kv_heads * model.heads.width * kPositions *
              static_cast<std::int64_t>(model.layers.size())) {}

float* BlockPool::take() {
    if (free_.empty()) {
        all_.push_back(std::make_unique<float[]>(static_cast<std::size_t>(floats_)));
        return all_.back().get();
    }
    float* out = free_.back();
    free_.pop_back();
    return out;
}

void BlockPool::give_back(std::vector<float*>& blocks) {
    free_.insert(free_.end(), blocks.begin(), blocks.end());
    blocks.clear();
}

void KvCache::put(std::int64_t layer, std::int64_t position, const float* qkv_row) {
    float* keys = blocks_[static_cast<std::size_t>(position / kPositions)] + layer * layer_floats();
    float* values = keys + layer_floats() / 2;
    const std::int64_t place = position % kPositions;
    const std::int64_t width = layout_.width;
    const float* from = qkv_row + layout_.heads * width;
    for (std::int64_t i = 0; i < layout_.kv_heads * width; ++i) keys[i * kPositions + place] = from[i];
    from += layout_.kv_heads * width;
    for (std::int64_t head = 0; head < layout_.kv_heads; ++head)
        std::copy_n(from + head * width, width, values + (head * kPositions + place) * width);
}

void KvCache::attend(std::int64_t layer, std::int64_t count, const float* qkv_row, float* out, float* scores) const {
    const std::int64_t width = layout_.width;
    std::fill_n(out, layout_.attended(), 0.0F);
    for (std::int64_t head = 0; head < layout_.heads; ++head) {
        const std::int64_t of = head / (layout_.heads / layout_.kv_heads) * width * kPositions;
        const auto block = [&](std::int64_t begin) {
            return blocks_[static_cast<std::size_t>(begin / kPositions)] + layer * layer_floats() + of;
        };
        for (std::int64_t begin = 0; begin < count; begin += kPositions)
            meet_keys(qkv_row + head * width, block(begin), width, scores + begin);
        softmax(scores, count, count);
        for (std::int64_t begin = 0; begin < count; begin += kPositions)
            weigh_values(scores + begin, block(begin) + layer_floats() / 2, std::min(kPositions, count - begin), width,
                         out + head * width);
    }
}

}  // namespace retort::train::cpu

// Keys and values of one sequence in blocks of positions, so that it grows without being copied, and attention of one
// query over them. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "train/net/cpu/model.h"

namespace retort::train::cpu {

// Blocks that were given back serve again. One thread.
class BlockPool {
  public:
    static constexpr std::int64_t kPositions = 64;

    explicit BlockPool(const Model& model);
    std::int64_t floats() const { return floats_; }  // of a block
    float* take();
    void give_back(std::vector<float*>& blocks);

  private:
    const std::int64_t floats_;
    std::vector<std::unique_ptr<float[]>> all_;
    std::vector<float*> free_;
};

// In a block, for each layer: keys {kv_heads, head_width, positions}, since a query meets many keys at once, then
// values {kv_heads, positions, head_width}.
class KvCache {
  public:
    explicit KvCache(const HeadLayout& layout) : layout_(layout) {}

    // Of one layer, at `position`, from a row of qkv; the blocks reach so far.
    void put(std::int64_t layer, std::int64_t position, const float* qkv_row);

    // The row's query heads over positions 0 .. count - 1. out: {attended()}. scores: room for `count` rounded up to
    // whole blocks.
    void attend(std::int64_t layer, std::int64_t count, const float* qkv_row, float* out, float* scores) const;

    void reach(std::int64_t positions, BlockPool& pool) {
        while (static_cast<std::int64_t>(blocks_.size()) * BlockPool::kPositions < positions)
            blocks_.push_back(pool.take());
    }
    void give_back(BlockPool& pool) { pool.give_back(blocks_); }

  private:
    std::int64_t layer_floats() const { return 2 * layout_.kv_heads * layout_.width * BlockPool::kPositions; }

    HeadLayout layout_;
    std::vector<float*> blocks_;
};

}  // namespace retort::train::cpu

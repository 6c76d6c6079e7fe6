// What TorchNet and its decoder allocate: see torch_net.cpp, operations.cpp and torch_decoder.cpp. Autograd keeps more
// of a pack than our own kernels do, and the whole pack goes through the net at once.
#include <algorithm>

#include "train/net/net_backend.h"
#include "train/net/torch/operations.h"

namespace retort::train {
namespace {

// Floats of a row of what a layer computes.
struct RowFloats {
    explicit RowFloats(const NetShape& shape)
        : width(shape.width),
          keys(std::int64_t{shape.kv_heads} * shape.head_width),
          queries(std::int64_t{shape.heads} * shape.head_width),
          inner(shape.feed_forward) {}
    std::int64_t qkv() const { return queries + 2 * keys; }
    std::int64_t width;
    std::int64_t keys;
    std::int64_t queries;
    std::int64_t inner;
};

constexpr double kPadding = 1.15;  // rows of sequences that attention takes together

std::int64_t learning(const NetShape& shape, const NetOptions& options, const NetDemand& demand) {
    if (demand.pack == 0) return 0;
    const RowFloats row(shape);
    const std::int64_t tokens = std::max(demand.longest, std::min(options.pack_tokens, demand.pack));
    const auto attention =
        static_cast<std::int64_t>(kPadding * static_cast<double>(row.qkv() + shape.heads * demand.longest));
    const std::int64_t kept = 4 * row.width + row.queries + 3 * row.inner + attention;
    const std::int64_t backward = 3 * row.width + row.qkv() + 4 * row.inner;
    const std::int64_t logits = 3 * std::min(chunk_rows(shape.vocabulary), tokens) * shape.vocabulary;
    return tokens * (shape.layers * kept + backward) + logits;
}

// The caches of all sequences; the prompts before them, all at once; a step's scores.
std::int64_t writing(const NetShape& shape, const NetDemand& demand) {
    const RowFloats row(shape);
    const std::int64_t cache = 2 * row.keys * (shape.layers + 1) * (demand.all_whole + demand.all_whole / 8);
    const std::int64_t prompts =
        demand.all_prompts * ((shape.layers + 1) * row.qkv() + 2 * row.width + row.queries + 3 * row.inner);
    const std::int64_t step = demand.written * (4 * row.width + 3 * row.inner + shape.vocabulary);
    return std::max(cache + 2 * shape.heads * demand.all_whole, prompts + cache / 2) + step;
}

}  // namespace

std::int64_t torch_bytes(const NetShape& shape, const NetOptions& options, const NetDemand& demand) {
    // Weights, gradient, two moments, and what a step makes on its way.
    const std::int64_t floats = 6 * parameters_of(shape) + learning(shape, options, demand) + writing(shape, demand);
    return static_cast<std::int64_t>(sizeof(float)) * floats;
}

}  // namespace retort::train

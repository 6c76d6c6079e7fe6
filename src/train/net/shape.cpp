#include "train/net/shape.h"

namespace retort::train {

std::vector<NamedTensor> tensors_of(const NetShape& shape) {
    const std::int64_t width = shape.width;
    const std::int64_t queries = std::int64_t{shape.heads} * shape.head_width;
    const std::int64_t keys = std::int64_t{shape.kv_heads} * shape.head_width;
    const std::int64_t inner = shape.feed_forward;
    std::vector<NamedTensor> out;
    out.push_back({"token_embd.weight", {shape.vocabulary, width}, {}});
    for (int layer = 0; layer < shape.layers; ++layer) {
        const std::string block = "blk." + std::to_string(layer) + ".";
        out.push_back({block + "attn_norm.weight", {width}, {}});
        out.push_back({block + "attn_q.weight", {queries, width}, {}});
        out.push_back({block + "attn_k.weight", {keys, width}, {}});
        out.push_back({block + "attn_v.weight", {keys, width}, {}});
        out.push_back({block + "attn_output.weight", {width, queries}, {}});
        out.push_back({block + "ffn_norm.weight", {width}, {}});
        out.push_back({block + "ffn_gate.weight", {inner, width}, {}});
        out.push_back({block + "ffn_up.weight", {inner, width}, {}});
        out.push_back({block + "ffn_down.weight", {width, inner}, {}});
    }
    out.push_back({"output_norm.weight", {width}, {}});
    if (!shape.tied) out.push_back({"output.weight", {shape.vocabulary, width}, {}});
    return out;
}

std::int64_t parameters_of(const NetShape& shape) {
    std::int64_t out = 0;
    for (const NamedTensor& tensor : tensors_of(shape)) {
        std::int64_t size = 1;
        for (const std::int64_t n : tensor.shape) size *= n;
        out += size;
    }
    return out;
}

}  // namespace retort::train

// The shape of a Llama model, and tensors as plain values. C++17 and free of our other headers: the files that include
// LibTorch read it too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace retort::train {

// Llama: RMSNorm, rotary positions on neighbouring pairs (as GGUF files of the architecture "llama" hold their
// weights), SwiGLU, grouped queries. Widths are numbers of floats.
struct NetShape {
    int vocabulary = 0;
    int width = 0;  // of the residual stream
    int layers = 0;
    int heads = 0;     // of queries
    int kv_heads = 0;  // of keys and values; divides `heads`
    int head_width = 0;
    int feed_forward = 0;
    int context = 0;  // most tokens of a sequence
    float rope_base = 10000.0F;
    float norm_epsilon = 1e-5F;
    bool tied = false;  // the output matrix is the embedding

    friend bool operator==(const NetShape& a, const NetShape& b) {
        return a.vocabulary == b.vocabulary && a.width == b.width && a.layers == b.layers && a.heads == b.heads &&
               a.kv_heads == b.kv_heads && a.head_width == b.head_width && a.feed_forward == b.feed_forward &&
               a.context == b.context && a.rope_base == b.rope_base && a.norm_epsilon == b.norm_epsilon &&
               a.tied == b.tied;
    }
};

// Row-major, the last dimension runs fastest: a matrix that maps `in` floats to `out` has shape {out, in}.
struct NamedTensor {
    std::string name;  // as in GGUF: "blk.0.attn_q.weight"
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

// Names and shapes of all tensors of such a model, in the order in which files hold them; values are empty.
std::vector<NamedTensor> tensors_of(const NetShape& shape);

// Floats of all of them.
std::int64_t parameters_of(const NetShape& shape);

}  // namespace retort::train

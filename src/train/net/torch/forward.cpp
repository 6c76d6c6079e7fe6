#include "train/net/torch/forward.h"

namespace retort::train {

AttentionShape attention_shape(const NetShape& shape) {
    return {shape.heads, shape.kv_heads, shape.head_width};
}

at::Tensor after_attention(const LayerWeights& layer, const at::Tensor& x, const at::Tensor& attended, double epsilon) {
    const at::Tensor y = at::addmm(x, attended, layer.attn_output.t());
    const at::Tensor gate_up = at::mm(rms_norm(y, layer.ffn_norm, epsilon), layer.gate_up.t());
    return at::addmm(y, swiglu(gate_up), layer.ffn_down.t());
}

at::Tensor hidden_states(const NetShape& shape, const Weights& weights, const at::Tensor& turns, const PackPlan& plan,
                         std::vector<KeysValues>* kept) {
    const AttentionShape attention = attention_shape(shape);
    at::Tensor x = at::embedding(weights.embedding, plan.tokens);
    for (const LayerWeights& layer : weights.layers) {
        const at::Tensor qkv = at::mm(rms_norm(x, layer.attn_norm, shape.norm_epsilon), layer.qkv.t());
        KeysValues* keep = nullptr;
        if (kept != nullptr) keep = &kept->emplace_back();
        x = after_attention(layer, x, attend(qkv, attention, turns, plan, keep), shape.norm_epsilon);
    }
    return rms_norm(x, weights.output_norm, shape.norm_epsilon);
}

}  // namespace retort::train

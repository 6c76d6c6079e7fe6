#include "model/llama/engine_setup.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace retort::llama {
namespace {

// A number under "ARCHITECTURE." in the metadata, or `otherwise`.
std::int64_t metadata(const llama_model* model, const std::string& key, std::int64_t otherwise) {
    std::array<char, 64> text{};
    if (llama_model_meta_val_str(model, "general.architecture", text.data(), text.size()) < 0) return otherwise;
    const std::string full = std::string(text.data()) + "." + key;
    if (llama_model_meta_val_str(model, full.c_str(), text.data(), text.size()) < 0) return otherwise;
    const std::int64_t value = std::strtoll(text.data(), nullptr, 10);
    return value > 0 ? value : otherwise;
}

llama_flash_attn_type flash_type(FlashAttention choice) {
    // Measured on CPUs: without it decoding is faster for all shapes of ours.
    return choice == FlashAttention::on ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
}

}  // namespace

std::int64_t kv_bytes(const llama_model* model, KvType type) {
    const std::int64_t usual = llama_model_n_embd(model) / std::max(llama_model_n_head(model), 1);
    const std::int64_t sizes =
        metadata(model, "attention.key_length", usual) + metadata(model, "attention.value_length", usual);
    const std::int64_t element = type == KvType::f16 ? 2 : 4;
    return element * llama_model_n_layer(model) * llama_model_n_head_kv(model) * sizes;
}

KvCache::Settings cache_settings(const llama_model* model, const LlamaOptions& options, int threads) {
    KvCache::Settings settings{llama_context_default_params()};
    llama_context_params& context = settings.context;
    context.n_ubatch = static_cast<std::uint32_t>(options.prefill);
    context.n_threads = context.n_threads_batch = threads;
    context.flash_attn_type = flash_type(options.flash_attention);
    context.type_k = context.type_v = options.kv_type == KvType::f16 ? GGML_TYPE_F16 : GGML_TYPE_F32;
    context.swa_full = true;  // a sliding window that forgets has no prefix to share
    context.no_perf = true;
    settings.share_prefixes = !llama_model_is_recurrent(model) && !llama_model_is_hybrid(model);
    // Multiplications: 2 N to compute a token, 4 layers width to scan its cell for one query.
    settings.prefill_per_query = static_cast<double>(llama_model_n_params(model)) /
                                 (2.0 * llama_model_n_layer(model) * llama_model_n_embd(model));
    return settings;
}

}  // namespace retort::llama

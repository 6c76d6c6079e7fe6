// What an engine's cache is set to, from options and the model. Not public.
#pragma once

#include <llama.h>

#include <cstdint>

#include "model/llama/kv_cache.h"
#include "model/llama/llama_model.h"

namespace retort::llama {

// Bytes of the KV cache for one token; models that keep less in some layers have more room than this says.
std::int64_t kv_bytes(const llama_model* model, KvType type);

// `threads`: of the engine.
KvCache::Settings cache_settings(const llama_model* model, const LlamaOptions& options, int threads);

}  // namespace retort::llama

#include "model/llama/live_model.h"

#include <fmt/format.h>
#include <llama.h>

#include <algorithm>

#include "async/task.h"
#include "model/llama/backend.h"
#include "model/llama/engine.h"
#include "model/llama/engine_setup.h"
#include "model/llama/kv_plan.h"
#include "model/llama/machine.h"

namespace retort::llama {
namespace {

struct FreeModel {
    void operator()(llama_model* model) const { llama_model_free(model); }
};

// Without a file llama.cpp makes every tensor that its architecture may have: those that the model lacks must change
// nothing. None: there is no such value.
std::optional<float> neutral(std::string_view name) {
    if (name.ends_with(".bias")) return 0.0F;
    if (name.ends_with("scale") || name == "rope_freqs.weight") return 1.0F;
    return std::nullopt;
}

LlamaOptions options_of(const LiveOptions& live) {
    LlamaOptions out;
    out.threads = live.threads;
    out.ctx = live.context;
    out.max_sequences = live.max_sequences;
    out.kv_type = KvType::f32;
    return out;
}

// `position`: bytes of one in the cache.
KvLimits limits_of(const LiveOptions& options, std::int64_t position) {
    const std::int64_t memory = available_memory();
    const std::int64_t most = options.context * options.max_sequences;
    const std::int64_t held = memory / 2 / std::max<std::int64_t>(position, 1);
    const std::int64_t cells = memory == 0 ? most : std::max(options.context, std::min(most, held));
    return {KvLayout::automatic, cells, options.max_sequences};
}

Task<std::vector<Completion>> landed(std::vector<Deferred<Completion>> waiting) {
    std::vector<Completion> out;
    out.reserve(waiting.size());
    for (Deferred<Completion>& one : waiting) out.push_back(co_await one.wait());
    co_return out;
}

}  // namespace

std::int64_t live_cache_bytes(const LiveOptions& options, const LiveDemand& demand, std::int64_t position) {
    std::vector<std::vector<TokenId>> prompts;
    std::vector<KvDemand> queue;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(demand.calls, options.max_sequences); ++i)
        prompts.emplace_back(static_cast<std::size_t>(demand.prompt), static_cast<TokenId>(i));
    for (const std::vector<TokenId>& prompt : prompts) queue.push_back({prompt, demand.whole - demand.prompt});
    return queue.empty() ? 0 : plan_kv(queue, limits_of(options, position)).total() * position;
}

struct LiveModel::Loaded {
    Loaded(const Tokenizer& t, LiveOptions o) : tokenizer(t), options(o) {}

    void set(ggml_tensor* tensor, const Weights& weights);
    void start_engine();

    const Tokenizer& tokenizer;
    const LiveOptions options;
    asio::io_context loop;
    std::vector<ggml_tensor*> tensors;  // the model's, which lie still as long as it lives
    std::optional<Error> failure;       // of the last setting of weights
    std::unique_ptr<llama_model, FreeModel> model;
    std::unique_ptr<Engine> engine;
};

void LiveModel::Loaded::set(ggml_tensor* tensor, const Weights& weights) {
    const std::string name = ggml_get_name(tensor);
    std::span<const float> values = weights(name);
    if (values.empty() && name == "output.weight") values = weights("token_embd.weight");
    const auto count = static_cast<std::size_t>(ggml_nelements(tensor));
    std::vector<float> filled;
    if (const auto value = neutral(name); values.empty() && value) {
        filled.assign(count, *value);
        values = filled;
    }
    if (values.size() == count && tensor->type == GGML_TYPE_F32)
        return ggml_backend_tensor_set(tensor, values.data(), 0, values.size_bytes());
    failure =
        Error{ErrorKind::model, fmt::format("llama.cpp expects {} floats as {}, found {}", count, name, values.size())};
}

void LiveModel::Loaded::start_engine() {
    const LlamaOptions engine_options = options_of(options);
    const int threads = engine_options.threads > 0 ? engine_options.threads : usable_cores();
    const KvLimits limits = limits_of(options, kv_bytes(model.get(), KvType::f32));
    engine = std::make_unique<Engine>(
        model.get(), tokenizer.vocabulary(),
        EngineSettings{cache_settings(model.get(), engine_options, threads), limits, engine_options.prefill,
                       engine_options.mixed_prefill, tokenizer.reasoning()});
}

LiveModel::LiveModel(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
LiveModel::~LiveModel() = default;

Outcome<std::unique_ptr<LiveModel>> LiveModel::make(gguf_context& metadata, const Weights& weights,
                                                    const Tokenizer& tokenizer, LiveOptions options) {
    if (const Outcome<void> backends = load_backends(); !backends) return backends.error();
    auto loaded = std::make_unique<Loaded>(tokenizer, options);
    struct Filling {
        Loaded& loaded;
        const Weights& weights;
    } filling{*loaded, weights};
    const auto fill = [](ggml_tensor* tensor, void* self) {
        auto& into = *static_cast<Filling*>(self);
        into.loaded.tensors.push_back(tensor);
        into.loaded.set(tensor, into.weights);
    };
    const LogCapture log;
    loaded->model.reset(llama_model_init_from_user(&metadata, fill, &filling, llama_model_default_params()));
    if (!loaded->model) return Error{ErrorKind::model, fmt::format("llama.cpp cannot take the model{}", log.reason())};
    if (loaded->failure) return *loaded->failure;
    return std::unique_ptr<LiveModel>(new LiveModel(std::move(loaded)));
}

Outcome<void> LiveModel::set_weights(const Weights& weights) {
    loaded_->engine.reset();
    loaded_->failure.reset();
    for (ggml_tensor* tensor : loaded_->tensors) loaded_->set(tensor, weights);
    if (loaded_->failure) return *loaded_->failure;
    return {};
}

std::vector<Completion> LiveModel::write(const std::vector<LiveCall>& calls) {
    if (!loaded_->engine) loaded_->start_engine();
    const asio::any_io_executor executor = loaded_->loop.get_executor();
    std::vector<Deferred<Completion>> waiting;
    std::vector<CallPtr> round;
    for (const LiveCall& one : calls) {
        waiting.emplace_back(executor);
        const auto call = std::make_shared<Call>(waiting.back().promise(), executor, OnDelta());
        call->prompt = one.prompt;
        call->inside_reasoning = one.inside_reasoning;
        call->limits = one.limits;
        call->sampling = one.sampling;
        call->trace = true;
        round.push_back(call);
    }
    loaded_->engine->inbox()->submit(round);
    return run_to_end(loaded_->loop, landed(std::move(waiting)));
}

}  // namespace retort::llama

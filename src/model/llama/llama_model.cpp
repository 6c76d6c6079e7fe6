#include "model/llama/llama_model.h"

#include <fmt/format.h>
#include <llama.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>

#include "model/llama/backend.h"
#include "model/llama/chat_prompt.h"
#include "model/llama/engine.h"
#include "model/llama/engine_setup.h"
#include "model/llama/gguf_file.h"
#include "model/llama/jinja_apart.h"
#include "model/llama/machine.h"
#include "model/llama/tokenizer.h"
#include "model/llama/vocabulary.h"

namespace retort {
namespace {

using namespace llama;

struct FreeModel {
    void operator()(llama_model* model) const { llama_model_free(model); }
};
using ModelHandle = std::unique_ptr<llama_model, FreeModel>;

constexpr int kMostSequences = 240;

Error usage_error(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

Outcome<void> check(const LlamaOptions& options) {
    if (options.max_sequences < 1 || options.max_sequences > kMostSequences)
        return usage_error(
            fmt::format("sequences side by side: expected 1 to {}, found {}", kMostSequences, options.max_sequences));
    if (options.threads < 0 || options.threads > 512)
        return usage_error(fmt::format("--threads: expected 0 to 512, found {}", options.threads));
    if (options.engines < 0) return usage_error(fmt::format("engines: expected 0 or more, found {}", options.engines));
    if (options.ctx < 0) return usage_error(fmt::format("--ctx: expected 0 or more tokens, found {}", options.ctx));
    if (options.prefill < 1 || options.mixed_prefill < 1)
        return usage_error("prompt tokens a step: expected 1 or more");
    return {};
}

Outcome<ModelHandle> load_model(const std::string& path) {
    const Outcome<void> backends = load_backends();
    if (!backends) return backends.error();
    const LogCapture log;
    ModelHandle model(llama_model_load_from_file(path.c_str(), llama_model_default_params()));
    if (!model)
        return Error{ErrorKind::file,
                     fmt::format("llama.cpp cannot load {}: the file is damaged, or its architecture is newer "
                                 "than this build{}",
                                 path, log.reason())};
    if (llama_model_has_encoder(model.get()) || !llama_model_has_decoder(model.get()))
        return Error{ErrorKind::file,
                     fmt::format("{} is no model that writes text (it has an encoder, or no decoder)", path)};
    return model;
}

struct Division {
    int engines = 1;
    int threads = 1;  // of each
};

// A step of a small model is so short that threads of one engine would mostly wait for each other and, where other
// programs run, for the scheduler. Engines of one thread each never do.
Division division_of(const llama_model* model, const LlamaOptions& options) {
    constexpr std::uint64_t kSmallBytes = 16 << 20;
    const int threads = options.threads > 0 ? options.threads : usable_cores();
    const int wanted = options.engines > 0 ? options.engines : llama_model_size(model) < kSmallBytes ? threads : 1;
    const int engines = std::clamp(wanted, 1, std::min(threads, options.max_sequences));
    return {engines, threads / engines};
}

CallError refused(std::string message) {
    return {CallErrorKind::refused, std::move(message), false, 0, 0};
}

CallError too_long(const Call& call, std::int64_t most) {
    return {CallErrorKind::context,
            fmt::format(
                "the prompt has {} tokens and may be answered with {}: {} in all, but one sequence has room for {}: "
                "lower --think or --max-answer, shorten the prompt, or raise --ctx",
                call.prompt->size(), call.limits.think + call.limits.max_answer, call.most_tokens(), most),
            false, 0, 0};
}

std::string gigabytes(std::int64_t bytes) {
    return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

// Mapped weights that do not fit the memory would be read from disk again for every token.
Outcome<void> check_memory(const std::string& path) {
    std::error_code ignored;
    const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path, ignored));
    const std::int64_t available = available_memory();
    if (available == 0 || bytes < available) return {};
    return Error{ErrorKind::file,
                 fmt::format("{} needs {} of memory, available are {}: close other programs, or take a smaller "
                             "model or quantisation",
                             path, gigabytes(bytes), gigabytes(available))};
}

}  // namespace

struct LlamaModel::Loaded {
    LlamaOptions options;
    ModelHandle model;
    Vocabulary vocabulary;
    ChatPrompt chat;
    std::int64_t most_tokens = 0;  // of one sequence
    std::vector<std::string> notes;
    struct Lane {
        std::unique_ptr<Engine> engine;
        // Under way. A call that the model's end cancelled still counts itself out.
        std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
    };
    std::vector<Lane> lanes;

    // The drafts of a round read one prompt, so that the last one is kept.
    struct Rendered {
        Messages messages;
        bool think = false;
        TokenSequence tokens;
        bool inside_reasoning = false;
    };
    std::mutex last_mutex;
    Rendered last;  // guarded by last_mutex

    Loaded(LlamaOptions o, ModelHandle m)
        : options(std::move(o)),
          model(std::move(m)),
          vocabulary(model.get()),
          chat(vocabulary, chat_template_of(model.get())) {
        if (!chat.note().empty()) notes.push_back(chat.note());
    }

    Outcome<void> start_engines();
    const Lane& freest() const;
    Outcome<Rendered> render(const Prompt& prompt, bool think);
    std::optional<CallError> fill(Call& call, const CompletionRequest& request);
};

// Sizes the caches: a sequence may have what the model was trained for, all together what half the free memory holds.
Outcome<void> LlamaModel::Loaded::start_engines() {
    const Division division = division_of(model.get(), options);
    const std::int64_t trained = llama_model_n_ctx_train(model.get());
    const std::int64_t cell = kv_bytes(model.get(), options.kv_type);
    const std::int64_t memory = available_memory();
    const std::int64_t free_cells = memory == 0 ? 65536 : memory / 2 / std::max<std::int64_t>(cell, 1);
    const std::int64_t cells = (options.kv_tokens > 0 ? options.kv_tokens : free_cells) / division.engines;
    if (options.ctx > cells)
        return Error{ErrorKind::file,
                     fmt::format("a context of {} tokens needs {} of memory, half of what is available holds {} "
                                 "tokens: lower --ctx",
                                 options.ctx, gigabytes(options.ctx * cell), cells)};
    if (options.ctx > trained)
        notes.push_back(
            fmt::format("--ctx {} is more than the {} tokens that the model was trained for: what it writes beyond "
                        "them may be no good",
                        options.ctx, trained));
    most_tokens = options.ctx > 0 ? options.ctx : std::min(trained, cells);
    if (options.ctx == 0 && cells < trained)
        notes.push_back(
            fmt::format("the memory holds {} tokens of the {} that the model was trained for", cells, trained));
    const KvLimits limits{options.kv_layout, std::max(cells, most_tokens), options.max_sequences / division.engines};
    const EngineSettings settings{cache_settings(model.get(), options, division.threads), limits, options.prefill,
                                  options.mixed_prefill, reasoning_rules(vocabulary, chat.marks())};
    for (int i = 0; i < division.engines; ++i) {
        lanes.push_back({std::make_unique<Engine>(model.get(), vocabulary, settings)});
    }
    return {};
}

const LlamaModel::Loaded::Lane& LlamaModel::Loaded::freest() const {
    return *std::min_element(lanes.begin(), lanes.end(),
                             [](const Lane& a, const Lane& b) { return a.calls->load() < b.calls->load(); });
}

Outcome<LlamaModel::Loaded::Rendered> LlamaModel::Loaded::render(const Prompt& prompt, bool think) {
    if (const auto* tokens = std::get_if<TokenSequence>(&prompt)) return Rendered{nullptr, think, *tokens, false};
    const auto& messages = std::get<Messages>(prompt);
    const std::lock_guard lock(last_mutex);
    if (last.messages == messages && last.think == think) return last;
    Outcome<RenderedPrompt> rendered = chat.render(*messages, think);
    if (!rendered) return rendered.error();
    last = {messages, think, std::make_shared<const std::vector<TokenId>>(std::move(rendered->tokens)),
            rendered->inside_reasoning};
    return last;
}

// What is wrong with the request, if anything.
std::optional<CallError> LlamaModel::Loaded::fill(Call& call, const CompletionRequest& request) {
    if (request.max_answer < 1 || request.think < 0)
        return refused(fmt::format("expected max-answer >= 1 and think >= 0 tokens, found {} and {}",
                                   request.max_answer, request.think));
    const Outcome<Rendered> rendered = render(request.prompt, request.think > 0);
    if (!rendered) return refused(rendered.error().message);
    call.prompt = rendered->tokens;
    call.inside_reasoning = rendered->inside_reasoning;
    call.limits = {request.think, request.max_answer, options.ignore_end};
    call.sampling = {request.temperature, request.top_p, request.seed};
    call.trace = request.logprobs;
    if (call.prompt == nullptr || call.prompt->empty())
        return refused("the prompt has no tokens: give a text or tokens");
    for (const TokenId token : *call.prompt)
        if (!vocabulary.valid(token))
            return refused(fmt::format("token {} is not in the model's vocabulary of {}", token, vocabulary.size()));
    if (call.most_tokens() > most_tokens) return too_long(call, most_tokens);
    return std::nullopt;
}

LlamaModel::LlamaModel(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
LlamaModel::~LlamaModel() = default;

Outcome<std::unique_ptr<LlamaModel>> LlamaModel::open(LlamaOptions options) {
    if (const Outcome<void> valid = check(options); !valid) return valid.error();
    if (const Outcome<GgufHandle> file = open_gguf(options.path); !file) return file.error();
    if (const Outcome<void> memory = check_memory(options.path); !memory) return memory.error();
    prepare_to_render();
    Outcome<ModelHandle> model = load_model(options.path);
    if (!model) return model.error();
    auto loaded = std::make_unique<Loaded>(std::move(options), std::move(*model));
    if (const Outcome<void> started = loaded->start_engines(); !started) return started.error();
    return std::unique_ptr<LlamaModel>(new LlamaModel(std::move(loaded)));
}

Task<Completion> LlamaModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) {
    const auto loop = co_await asio::this_coro::executor;
    Deferred<Completion> landing(loop);
    const auto call = std::make_shared<Call>(landing.promise(), loop, std::move(on_delta));
    if (std::optional<CallError> wrong = loaded_->fill(*call, request)) co_return failed_completion(std::move(*wrong));
    const std::vector<std::string> notes = loaded_->notes;
    Completion completion;
    {
        const Loaded::Lane& lane = loaded_->freest();
        const std::shared_ptr<std::atomic<int>> calls = lane.calls;
        const std::shared_ptr<Inbox> inbox = lane.engine->inbox();
        ++*calls;
        inbox->submit(call);
        const std::stop_callback on_stop(stop, [call, inbox] { inbox->cancel(*call); });
        completion = co_await landing.wait();
        --*calls;
    }
    completion.notes.insert(completion.notes.end(), notes.begin(), notes.end());
    co_return completion;
}

Task<TokenCount> LlamaModel::count_tokens(std::string text) {
    co_return TokenCount{static_cast<std::int64_t>(loaded_->vocabulary.plain(text).size()), true};
}

Task<TokenCount> LlamaModel::count_prompt(Prompt prompt) {
    const auto rendered = loaded_->render(prompt, true);
    co_return rendered ? TokenCount{static_cast<std::int64_t>(rendered->tokens->size()), true} : TokenCount{};
}

ModelInfo LlamaModel::info() const {
    return {std::filesystem::path(loaded_->options.path).filename().string(), loaded_->most_tokens,
            loaded_->chat.marks() != nullptr, loaded_->options.path + " (in process)"};
}

}  // namespace retort

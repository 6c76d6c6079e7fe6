#include "train/rollout/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <stdexcept>

#include "model/llama/sampler.h"

namespace retort::train {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

llama::SamplingParameters sampling_of(const CompletionRequest& request) {
    return {request.temperature, request.top_p, request.seed, true};
}

llama::GenerationLimits limits_of(const CompletionRequest& request) {
    return {request.think, request.max_answer, false};
}

}  // namespace

// A call that waits. It lives in the coroutine's frame.
struct Sampler::Pending {
    Pending(asio::any_io_executor executor, CompletionRequest r) : request(std::move(r)), landed(std::move(executor)) {}
    CompletionRequest request;
    llama::RenderedPrompt prompt;
    Completion completion;
    Gate landed;
};

struct Sampler::Row {
    Pending* call;
    llama::Generation generation;
    std::deque<TokenId> forced;  // still to be fed
};

Sampler::Sampler(asio::io_context& loop, const Net& net, const llama::Tokenizer& tokenizer, SamplerOptions options,
                 std::unique_ptr<llama::LiveModel> live)
    : loop_(loop),
      net_(net),
      tokenizer_(tokenizer),
      options_(std::move(options)),
      decoder_(net),
      live_(std::move(live)) {}

Sampler::~Sampler() = default;

ModelInfo Sampler::info() const {
    return {options_.name, net_.shape().context, tokenizer_.chat().marks() != nullptr, "the net in training"};
}

Outcome<llama::RenderedPrompt> Sampler::render(const Prompt& prompt, bool think) const {
    if (const auto* tokens = std::get_if<TokenSequence>(&prompt)) return llama::RenderedPrompt{**tokens, false};
    return tokenizer_.chat().render(*std::get<Messages>(prompt), think);
}

std::optional<CallError> Sampler::fault(const CompletionRequest& request, const std::vector<TokenId>& prompt) const {
    const auto refused = [](std::string message) {
        return CallError{CallErrorKind::refused, std::move(message), false, 0, 0};
    };
    if (prompt.empty()) return refused("the prompt has no tokens");
    if (request.think < 0 || request.max_answer < 1) return refused("expected think >= 0 and max-answer >= 1 tokens");
    const std::int64_t most = static_cast<std::int64_t>(prompt.size()) + request.max_tokens();
    if (most <= net_.shape().context) return std::nullopt;
    return CallError{CallErrorKind::context,
                     fmt::format("the prompt has {} tokens and may be answered with {}: {} in all, but the model's "
                                 "context is {}: lower think or max_answer, or raise model.context",
                                 prompt.size(), request.max_tokens(), most, net_.shape().context),
                     false, 0, 0};
}

Task<Completion> Sampler::complete(CompletionRequest request, OnDelta, std::stop_token) {
    Outcome<llama::RenderedPrompt> prompt = render(request.prompt, request.think > 0);
    if (!prompt) co_return failed_completion({CallErrorKind::refused, prompt.error().message, false, 0, 0});
    if (auto wrong = fault(request, prompt->tokens)) co_return failed_completion(std::move(*wrong));
    Pending call(loop_.get_executor(), std::move(request));
    call.prompt = std::move(*prompt);
    pending_.push_back(&call);
    co_await call.landed.wait();
    co_return std::move(call.completion);
}

Task<TokenCount> Sampler::count_tokens(std::string text) {
    co_return TokenCount{static_cast<std::int64_t>(tokenizer_.vocabulary().plain(text).size()), true};
}

Task<TokenCount> Sampler::count_prompt(Prompt prompt) {
    const Outcome<llama::RenderedPrompt> rendered = render(prompt, true);
    co_return TokenCount{rendered ? static_cast<std::int64_t>(rendered->tokens.size()) : 0, rendered.has_value()};
}

void Sampler::write() {
    std::vector<Pending*> calls = std::exchange(pending_, {});
    std::sort(calls.begin(), calls.end(),
              [](const Pending* a, const Pending* b) { return a->request.place < b->request.place; });
    if (live_ != nullptr) return write_live(calls);
    const auto rows = static_cast<std::size_t>(options_.rows);
    for (std::size_t begin = 0; begin < calls.size(); begin += rows) {
        const auto first = calls.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = calls.begin() + static_cast<std::ptrdiff_t>(std::min(begin + rows, calls.size()));
        write_batch({first, last});
    }
}

void Sampler::write_batch(const std::vector<Pending*>& batch) {
    const auto started = Steady::now();
    std::vector<Row> rows;
    std::vector<std::vector<TokenId>> prompts;
    for (Pending* call : batch) {
        rows.push_back(
            {call,
             llama::Generation(tokenizer_.reasoning(), limits_of(call->request), call->prompt.inside_reasoning, true),
             {}});
        prompts.push_back(call->prompt.tokens);
    }
    decoder_.write(prompts, [&](std::size_t i, const float* logits) -> std::optional<TokenId> {
        Row& row = rows[i];
        const TokenId token = next_token(row, logits);
        if (!row.generation.done()) return token;
        row.generation.finish(row.generation.natural_finish(), row.call->completion);
        row.call->completion.wall_s = seconds_since(started);
        return std::nullopt;
    });
    for (Row& row : rows) land(*row.call);
}

// The token that the row is to be fed: forced, or sampled now. On any of the decoder's threads.
TokenId Sampler::next_token(Row& row, const float* logits) const {
    if (!row.forced.empty()) {
        const TokenId token = row.forced.front();
        row.forced.pop_front();
        return token;
    }
    thread_local llama::Sampler draw;
    const auto vocabulary = static_cast<std::size_t>(net_.shape().vocabulary);
    const auto position = static_cast<std::uint64_t>(row.generation.written());
    const llama::SampledToken token = draw.sample({logits, vocabulary}, sampling_of(row.call->request), position, true);
    const llama::Vocabulary& words = tokenizer_.vocabulary();
    const bool is_mark = tokenizer_.reasoning().is_mark(token.id);
    row.generation.take(token, words.piece(token.id, is_mark), words.ends_generation(token.id));
    const std::span<const TokenId> forced = row.generation.forced();
    row.forced.assign(forced.begin(), forced.end());
    return token.id;
}

void Sampler::write_live(const std::vector<Pending*>& calls) {
    if (std::exchange(stale_, false)) {
        const std::vector<NamedTensor> tensors = net_.weights();
        const auto given = live_->set_weights([&](const std::string& name) {
            const auto found = std::find_if(tensors.begin(), tensors.end(),
                                            [&](const NamedTensor& tensor) { return tensor.name == name; });
            return found == tensors.end() ? std::span<const float>() : std::span(found->values);
        });
        if (!given) throw std::logic_error(given.error().message);
    }
    std::vector<llama::LiveCall> asked;
    for (Pending* call : calls)
        asked.push_back({std::make_shared<const std::vector<TokenId>>(call->prompt.tokens),
                         call->prompt.inside_reasoning, limits_of(call->request), sampling_of(call->request)});
    std::vector<Completion> written = live_->write(asked);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        calls[i]->completion = std::move(written[i]);
        land(*calls[i]);
    }
}

void Sampler::land(Pending& call) {
    Completion& completion = call.completion;
    completion.usage.in = static_cast<std::int64_t>(call.prompt.tokens.size());
    SampledCall sampled;
    sampled.text = completion.text;
    sampled.reasoning = completion.reasoning;
    sampled.prompt = call.prompt.tokens;
    sampled.ids = completion.trace.ids;
    sampled.logprobs = completion.trace.logprobs;
    sampled.forced = completion.trace.forced;
    sampled.finish = completion.finish;
    sampled.thinking_cut = completion.thinking_cut;
    tokens_written_ += std::count(sampled.forced.begin(), sampled.forced.end(), 0);
    if (!call.request.logprobs) completion.trace = {};
    if (completion.ok()) calls_[call.request.place] = std::move(sampled);
    call.landed.open();
}

}  // namespace retort::train

#include "train/rollout/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace retort::train {
namespace {

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

Sampler::Sampler(asio::io_context& loop, const llama::Tokenizer& tokenizer, SamplerOptions options,
                 std::unique_ptr<Writer> writer)
    : loop_(loop), tokenizer_(tokenizer), options_(std::move(options)), writer_(std::move(writer)) {}

Sampler::~Sampler() = default;

ModelInfo Sampler::info() const {
    return {options_.name, options_.context, tokenizer_.chat().marks() != nullptr, "the net in training"};
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
    if (most <= options_.context) return std::nullopt;
    return CallError{CallErrorKind::context,
                     fmt::format("the prompt has {} tokens and may be answered with {}: {} in all, but the model's "
                                 "context is {}: lower think or max_answer, or raise model.context",
                                 prompt.size(), request.max_tokens(), most, options_.context),
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

void Sampler::begin() {
    std::vector<Pending*> calls = std::exchange(pending_, {});
    std::sort(calls.begin(), calls.end(),
              [](const Pending* a, const Pending* b) { return a->request.place < b->request.place; });
    std::vector<WriterCall> begun;
    for (Pending* call : calls) {
        const std::size_t ticket = tickets_++;
        under_way_.emplace(ticket, call);
        begun.push_back({ticket,
                         {std::make_shared<const std::vector<TokenId>>(call->prompt.tokens),
                          call->prompt.inside_reasoning, limits_of(call->request), sampling_of(call->request)}});
    }
    writer_->begin(std::move(begun));
}

void Sampler::write() {
    if (!pending_.empty()) begin();
    for (auto& [ticket, completion] : writer_->take()) {
        Pending& call = *under_way_.extract(ticket).mapped();
        call.completion = std::move(completion);
        land(call);
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

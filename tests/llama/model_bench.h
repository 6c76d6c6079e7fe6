// A model with its loop, for tests: asks many calls side by side.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "async/nursery.h"
#include "model/llama/llama_model.h"

namespace retort::testing {

inline Prompt token_prompt(std::vector<TokenId> tokens) {
    return std::make_shared<const std::vector<TokenId>>(std::move(tokens));
}

// `size` tokens that depend on `seed`; of the tiny model's letters.
inline std::vector<TokenId> some_tokens(std::size_t size, std::uint32_t seed) {
    std::vector<TokenId> out(size);
    for (TokenId& token : out) {
        seed = seed * 1664525U + 1013904223U;
        token = static_cast<TokenId>(270 + (seed >> 16) % 40);
    }
    return out;
}

inline CompletionRequest token_request(std::vector<TokenId> prompt, std::int64_t max_answer, std::uint32_t seed) {
    CompletionRequest out;
    out.prompt = token_prompt(std::move(prompt));
    out.max_answer = max_answer;
    out.seed = seed;
    out.logprobs = true;
    return out;
}

class ModelBench {
  public:
    explicit ModelBench(LlamaOptions options) {
        auto opened = LlamaModel::open(std::move(options));
        if (!opened) throw std::runtime_error(opened.error().message);
        model = std::move(*opened);
    }

    Completion ask(CompletionRequest request, OnDelta on_delta = {}, std::stop_token stop = {}) {
        return run_to_end(loop, model->complete(std::move(request), std::move(on_delta), std::move(stop)));
    }

    // In the order of the requests.
    std::vector<Completion> ask_all(std::vector<CompletionRequest> requests) {
        return run_to_end(loop, all(*model, std::move(requests)));
    }

    static Task<std::vector<Completion>> all(LlamaModel& model, std::vector<CompletionRequest> requests) {
        const auto executor = co_await asio::this_coro::executor;
        Nursery<Completion> nursery(executor);
        for (CompletionRequest& request : requests) nursery.spawn(model.complete(std::move(request), {}, {}));
        std::vector<Completion> out(requests.size());
        while (nursery.outstanding() > 0) {
            auto landed = co_await nursery.next();
            out[landed.index] = std::move(landed.value);
        }
        co_return out;
    }

    asio::io_context loop;
    std::unique_ptr<LlamaModel> model;
};

}  // namespace retort::testing

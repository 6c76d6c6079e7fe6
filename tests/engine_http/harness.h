// The engine over real HTTP, against a server that counts for itself.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "model/http/http_model.h"
#include "model/limiting_model.h"
#include "model/retrying_model.h"
#include "operator/engine.h"
#include "support/mock_server.h"

namespace retort::test {

// Retries at once, so that a thousand faults take no time.
inline RetryPolicy quick_retries() {
    RetryPolicy policy;
    policy.base_delay = std::chrono::microseconds(200);
    policy.max_delay = std::chrono::milliseconds(2);
    return policy;
}

// One engine whose client, connections and models last over many runs, as in a server.
class RemoteEngine {
  public:
    explicit RemoteEngine(const MockServer& server) : client_(std::make_shared<HttpClient>(loop_)) {
        HttpModelOptions options;
        options.base_url = server.url();
        options.model = "mock";
        auto http = std::make_shared<HttpModel>(client_, options);
        auto limited = std::make_shared<LimitingModel>(http);
        model_ = std::make_shared<RetryingModel>(limited, quick_retries());
        defaults.think = 64;
        defaults.max_answer = 64;
        defaults.workspace = 256;
        problem.reference = "3";
    }

    RunResult run(const std::string& method, std::uint64_t seed = 0) {
        EngineDependencies deps;
        deps.models.by_name = {{"mock", model_.get()}};
        deps.models.main = "mock";
        deps.prompts = &compiled_prompt_sets().front();
        settings.seed = seed;
        const auto policy = std::make_shared<FixedSchedule>(parse_operator(method, defaults).value());
        return run_to_end(loop_, run_operator(problem, policy, settings, deps, {}));
    }

    StepDefaults defaults;
    RunSettings settings;
    Problem problem{"p", "What is one and two?", std::nullopt};

  private:
    asio::io_context loop_;
    std::shared_ptr<HttpClient> client_;
    std::shared_ptr<LanguageModel> model_;
};

}  // namespace retort::test

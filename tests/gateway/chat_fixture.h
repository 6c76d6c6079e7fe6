// A gateway before a model server: drafts say "draft", the last call says "final answer".
#pragma once

#include <mutex>

#include "gateway/running_gateway.h"
#include "model/http/http_model.h"
#include "support/mock_server.h"

namespace retort::test {

using namespace std::chrono_literals;
using nlohmann::json;

inline constexpr const char* kChat = "/v1/chat/completions";

class ChatTest : public testing::Test {
  protected:
    void SetUp() override { start({}); }

    void start(gateway::GatewayOptions options) {
        MockOptions upstream;
        upstream.script = [this](const MockRequest& request) { return script(request); };
        gateway_.reset();
        upstream_ = std::make_unique<MockServer>(upstream);
        gateway::UpstreamOptions upstream_options;
        upstream_options.origin.url = upstream_->url();
        upstream_options.model.base_url = upstream_->url();
        upstream_options.model.dialect = *dialect_named("generic");
        options.retry.base_delay = 1ms;
        options.rules.upstreams.push_back(std::move(upstream_options));
        options.rules.model = "house";
        options.prompts = chat_prompts();
        gateway_ = std::make_unique<RunningGateway>(std::move(options));
        port_ = gateway_->port();
    }

    std::optional<MockReply> script(const MockRequest& request) {
        if (request.method != "POST") return std::nullopt;
        const std::lock_guard lock(mutex_);
        asked_.push_back(request);
        return is_last(request.json) ? last_ : draft_;
    }

    static bool is_last(const json& body) {
        const std::string all = body["messages"].dump();
        return all.find("Notes for you alone") != std::string::npos;
    }

    std::vector<json> asked() {
        const std::lock_guard lock(mutex_);
        std::vector<json> out;
        for (const MockRequest& one : asked_) out.push_back(one.json);
        return out;
    }

    // Of each call so far; empty where it had none.
    std::vector<std::string> headers(const std::string& name) {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> out;
        for (const MockRequest& one : asked_) {
            const auto found = one.headers.find(name);
            out.push_back(found == one.headers.end() ? "" : found->second);
        }
        return out;
    }

    std::string ask(const json& body, const std::string& headers = "") { return gateway_->ask(kChat, body, headers); }

    std::unique_ptr<MockServer> upstream_;
    std::unique_ptr<RunningGateway> gateway_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::vector<MockRequest> asked_;
    MockReply draft_ = stream_of({"a ", "draft"}, MockUsage{10, 2});
    MockReply last_ = stream_of({"the ", "final ", "answer"}, MockUsage{30, 3});
};

}  // namespace retort::test

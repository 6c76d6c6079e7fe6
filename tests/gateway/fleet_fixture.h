// A fleet by itself, and a gateway before two servers.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "gateway/running_gateway.h"
#include "gateway/upstream/fleet.h"
#include "support/mock_server.h"

namespace retort::test {

inline constexpr const char* kChat = "/v1/chat/completions";

inline gateway::UpstreamOptions named(const std::string& name, const std::string& url, double weight = 1) {
    gateway::UpstreamOptions out;
    out.name = name;
    out.origin.url = url;
    out.model.base_url = url;
    out.model.dialect = *dialect_named("generic");
    out.weight = weight;
    return out;
}

class FleetTest : public testing::Test {
  protected:
    void start(std::vector<gateway::UpstreamOptions> upstreams) {
        there_.run([&] {
            auto fleet = gateway::Fleet::make(there_.loop(), std::move(upstreams), RetryPolicy());
            ASSERT_TRUE(fleet) << fleet.error().message;
            fleet_ = std::move(*fleet);
        });
    }

    void TearDown() override {
        there_.run([this] { fleet_.reset(); });
    }

    MockServer server_{MockOptions{}};
    LoopThread there_;
    std::unique_ptr<gateway::Fleet> fleet_;
};

// A gateway before two servers.
class TwoServersTest : public testing::Test {
  protected:
    void start(const std::string& first, const std::string& second) {
        gateway::GatewayOptions options;
        options.retry.base_delay = std::chrono::milliseconds(1);
        options.rules = rules(first, second);
        options.prompts = chat_prompts();
        gateway_ = std::make_unique<RunningGateway>(std::move(options));
    }

    static gateway::GatewayRules rules(const std::string& first, const std::string& second) {
        gateway::GatewayRules out;
        out.upstreams = {named("first", first), named("second", second)};
        out.model = "m";
        return out;
    }

    std::string ask(const std::string& path, const nlohmann::json& body, const std::string& headers = "") {
        return gateway_->ask(path, body, headers);
    }

    void replace(gateway::GatewayRules rules) {
        gateway_->loop().run([&] { EXPECT_TRUE(gateway_->gateway().replace(std::move(rules))); });
    }

    static nlohmann::json chat(const std::string& model, const std::string& text) {
        const nlohmann::json message = {{"role", "user"}, {"content", text}};
        return {{"model", model}, {"messages", {message}}};
    }

    MockServer a_{MockOptions{}};
    MockServer b_{MockOptions{}};
    std::unique_ptr<RunningGateway> gateway_;
};

}  // namespace retort::test

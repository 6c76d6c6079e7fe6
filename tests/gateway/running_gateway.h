// Answers as a client finds them, and gateways for tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gateway/gateway.h"
#include "gateway/loop_thread.h"
#include "gateway/raw_client.h"

namespace retort::test {

inline nlohmann::json reply_of(const std::string& answer) {
    return nlohmann::json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
}

// The events of a stream, without the chunks of HTTP.
inline std::vector<nlohmann::json> events_of(const std::string& answer) {
    std::vector<nlohmann::json> out;
    for (std::size_t at = answer.find("data: {"); at != std::string::npos; at = answer.find("data: {", at + 1))
        out.push_back(nlohmann::json::parse(answer.substr(at + 6, answer.find("\n\n", at) - at - 6)));
    return out;
}

// What the deltas of a chat's stream make together.
inline std::string joined(const std::vector<nlohmann::json>& events, const char* field) {
    std::string out;
    for (const nlohmann::json& event : events)
        for (const nlohmann::json& choice : event.value("choices", nlohmann::json::array()))
            if (choice["delta"].contains(field) && choice["delta"][field].is_string()) out += choice["delta"][field];
    return out;
}

inline nlohmann::json chat(const std::string& model) {
    return {{"model", model}, {"messages", {{{"role", "user"}, {"content", "What is it?"}}}}};
}

inline PromptSet chat_prompts() {
    for (const PromptSet& set : compiled_prompt_sets())
        if (set.name == "chat") return set;
    return {};
}

// A gateway on a loop of its own, at a free port.
class RunningGateway {
  public:
    explicit RunningGateway(gateway::GatewayOptions options) {
        options.server.port = 0;
        there_.run([&] {
            auto gateway = gateway::Gateway::start(there_.loop(), std::move(options));
            ASSERT_TRUE(gateway) << gateway.error().message;
            gateway_ = std::move(*gateway);
            port_ = gateway_->port();
        });
    }
    ~RunningGateway() {
        there_.await([this]() { return gateway_->drain(std::chrono::milliseconds(0)); });
        there_.run([this] { gateway_.reset(); });
    }
    RunningGateway(const RunningGateway&) = delete;
    RunningGateway& operator=(const RunningGateway&) = delete;

    std::uint16_t port() const { return port_; }
    gateway::Gateway& gateway() { return *gateway_; }
    LoopThread& loop() { return there_; }

    std::string said(const std::string& request) const {
        RawClient client(port_);
        client.send(request);
        return client.read_all();
    }

    std::string ask(const std::string& path, const nlohmann::json& body, const std::string& headers = "") const {
        return said(post(path, body.dump(), headers + "Connection: close\r\n"));
    }

    std::string get(const std::string& path) const {
        return said("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

  private:
    LoopThread there_;
    std::unique_ptr<gateway::Gateway> gateway_;
    std::uint16_t port_ = 0;
};

}  // namespace retort::test

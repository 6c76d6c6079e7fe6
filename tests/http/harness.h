// A mock server, a loop and a model on it.
#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include "async/sleep.h"
#include "model/http/http_model.h"
#include "support/mock_server.h"

namespace retort::test {

struct HttpBench {
    explicit HttpBench(MockOptions mock = {}) : server(std::move(mock)) {}

    HttpModelOptions options() const {
        HttpModelOptions out;
        out.base_url = server.url();
        out.model = "mock";
        out.probe_time = std::chrono::seconds(5);  // a busy machine is no fault
        return out;
    }
    std::unique_ptr<HttpModel> model(std::optional<Dialect> dialect = {}) {
        HttpModelOptions chosen = options();
        chosen.dialect = dialect;
        return std::make_unique<HttpModel>(client, chosen);
    }
    template <class T>
    T run(Task<T> task) {
        T result = run_to_end(loop, std::move(task));
        (void)server.counts();  // takes the server's lock: what its script wrote can be read now
        return result;
    }
    // Until the server has counted so far, or five seconds.
    template <class Check>
    bool server_counts(Check check) const {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (std::chrono::steady_clock::now() < end) {
            if (check(server.counts())) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return false;
    }

    MockServer server;
    asio::io_context loop;
    std::shared_ptr<HttpClient> client = std::make_shared<HttpClient>(loop);
};

inline CompletionRequest ask(const std::string& text, std::int64_t think = 0, std::int64_t max_answer = 1000) {
    CompletionRequest out;
    out.prompt = std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", text}});
    out.think = think;
    out.max_answer = max_answer;
    out.seed = 3;
    return out;
}

}  // namespace retort::test

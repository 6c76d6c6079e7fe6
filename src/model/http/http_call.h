// One call of HttpModel on its way: shared by its two source files, private to them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "model/http/http_model.h"

namespace retort {

// One call of complete(), in its frame: the references are to the parameters.
struct HttpModel::Call {
    Call(const CompletionRequest& asked, const OnDelta& listener, const std::stop_token& token)
        : request(asked), on_delta(listener), stop(token) {}
    const CompletionRequest& request;
    const OnDelta& on_delta;
    const std::stop_token& stop;
    RequestPlan sent;     // of the last request
    int revision = 0;     // of what was known of the server when it was sent
    std::string refusal;  // what the server said when it refused it
    bool began = false;   // a delta has been handed out
    int adapted = 0;
    std::vector<std::string> notes;
};

// One request and its reply.
struct HttpModel::Exchange {
    Exchange(ReplyShape shape, OnDelta on_delta) : reply(shape, std::move(on_delta)) {}
    HttpResult http;
    ChatReply reply;
    std::string error_body;  // where the status is not 2xx
    std::optional<CallError> error;
    Usage usage;
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    double first_token_s = 0;

    bool cancelled() const { return http.failure == HttpFailure::cancelled; }
    bool ok() const { return !error && !cancelled(); }
};

inline double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline Completion cancelled_completion() {
    Completion out;
    out.finish = Finish::cancelled;
    out.requests = 0;
    return out;
}

}  // namespace retort

// A server that requests are handed on to as they came: connections kept open, and back-pressure from the client to it.
// Calls of operators go by model/http; this is for pass-through alone, where head and body must stay what they were.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "async/task.h"
#include "base/error.h"
#include "gateway/http/message.h"

namespace retort::gateway {

struct OriginOptions {
    std::string url;               // "http://host:port/v1"; https too
    std::size_t most_kept = 1024;  // connections without a request
    std::chrono::milliseconds connect_time{5'000};
    std::chrono::milliseconds silence{600'000};  // for a head, or a piece of the body
    std::chrono::milliseconds keep_time{60'000};
};

struct OriginRequest {
    std::string method;
    std::string target;  // the path and query on that server
    Headers headers;     // without Host and those of the framing
    std::string_view body;
};

// Where an answer goes. Each returns false to hang up.
struct OriginSink {
    // Headers without those of the framing. `length` in bytes, where the server says it.
    std::function<void(ReplyHead head, std::optional<std::uint64_t> length)> head;
    std::function<Task<bool>(std::string_view)> piece;  // of the body; empty: nothing more has come by now
};

enum class OriginFailure {
    none,
    unreachable,  // nobody there, or no connection in time: nothing was sent
    broken,       // the connection broke, or what came is no HTTP
    silent,       // nothing came for too long
    cancelled,    // by the stop token, or by the sink
};

struct OriginResult {
    OriginFailure failure = OriginFailure::none;
    bool began = false;  // the head has reached the sink
    std::string detail;  // for people
};

// Loop thread only; must outlive its calls.
class Origin {
  public:
    // The error says what is wrong with the address.
    static Outcome<std::unique_ptr<Origin>> make(asio::io_context& loop, OriginOptions options);
    ~Origin();

    // Sends the request and hands on what comes. Where a kept connection turns out dead before any answer came, a new
    // one is tried.
    Task<OriginResult> fetch(OriginRequest request, OriginSink sink, std::stop_token stop);

    const std::string& path() const;  // of the url, "/v1"

    class Impl;

  private:
    explicit Origin(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace retort::gateway

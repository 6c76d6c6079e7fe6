// An OpenAI-compatible server for tests, on a thread of its own: it answers as told, breaks as told, and counts for
// itself. A token is a white-space separated word, in prompts (all messages) and replies. Binds to loopback only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace retort::test {

struct MockRequest {
    std::string method;
    std::string path;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    nlohmann::json json;     // of the body, or discarded
    std::int64_t index = 0;  // of the completions asked for so far, from 0
};

// A reply, byte by byte if need be.
struct MockReply {
    std::chrono::milliseconds latency{0};  // before the first byte
    std::chrono::milliseconds between{0};  // the pieces of the body
    int status = 200;
    std::vector<std::string> headers;
    std::string content_type = "application/json";
    std::vector<std::string> pieces;       // of the body, each sent by itself
    bool chunked = false;                  // else with a Content-Length
    std::optional<std::size_t> announced;  // Content-Length, where it is to be wrong
    bool close_before = false;             // hang up without a byte
    bool close_inside = false;             // hang up after the pieces, without an end
    bool close_after = false;              // after the whole reply, without having said so
    bool hang = false;                     // after the pieces, stay silent with the connection open
};

struct MockOptions {
    std::uint16_t port = 0;  // 0: any that is free
    std::chrono::milliseconds latency{0};
    std::chrono::milliseconds between{0};  // the chunks of a stream
    int fault_every = 0;  // every n-th completion fails, in turn by 429, 500, cut before, cut inside, half a JSON body
    int tokens = 24;      // of a reply, unless the request's limit is lower
    int stream_chunks = 4;                  // of a reply's text
    std::string marker = "FINAL SOLUTION";  // stands on a line of its own before the solution; empty: no such line
    bool bad_selection = false;             // a selection is unreadable until it is asked for again
    std::string owned_by = "mock";
    std::string model = "mock";
    std::function<std::optional<MockReply>(const MockRequest&)>
        script;  // on the server's thread; none: the usual reply
};

// Totals so far. Faults count as failed; what was sent of them is in tokens_lost.
struct MockCounts {
    std::int64_t requests = 0;   // POSTs for a completion
    std::int64_t completed = 0;  // answered to the last byte
    std::int64_t failed = 0;     // by a fault
    std::int64_t hung_up = 0;    // the caller went before the end
    std::int64_t gets = 0;
    std::int64_t tokens_in = 0;  // of completed ones
    std::int64_t tokens_out = 0;
    std::int64_t tokens_lost = 0;  // in and out, of those that failed after the answer had begun
    std::int64_t open = 0;         // connections now
    std::int64_t most_in_flight = 0;
    nlohmann::json to_json() const;
};

class MockServer {
  public:
    explicit MockServer(MockOptions options = {});
    ~MockServer();
    MockServer(const MockServer&) = delete;
    MockServer& operator=(const MockServer&) = delete;

    std::uint16_t port() const;
    std::string url() const;  // "http://127.0.0.1:PORT/v1"
    MockCounts counts() const;
    // Once every request taken is counted as ended, or after five seconds: a request ends when its last byte is out,
    // which may be after the client has read it.
    MockCounts settled_counts() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// The usual reply to a request: a function of its messages, seed and limit alone.
MockReply usual_reply(const MockRequest& request, const MockOptions& options);

// A stream of chat completion chunks. Without a usage none is reported.
struct MockUsage {
    std::int64_t in = 0;
    std::int64_t out = 0;
};
std::string sse(const nlohmann::json& event);
std::string chat_chunk(const nlohmann::json& delta, const nlohmann::json& finish_reason = nullptr);
MockReply stream_of(std::vector<std::string> texts, std::optional<MockUsage> usage, const std::string& finish = "stop");
MockReply json_reply(int status, const nlohmann::json& body);
MockReply error_reply(int status, const std::string& message, const nlohmann::json& more = nlohmann::json::object());

std::int64_t words(const std::string& text);

}  // namespace retort::test

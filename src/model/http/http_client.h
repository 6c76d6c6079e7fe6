// HTTP calls out, by libcurl's multi interface on the loop: no thread, no lock, thousands of transfers at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.h"

namespace retort {

struct HttpTimeouts {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds idle{600'000};  // without a byte from the server; 0: no bound
    std::chrono::milliseconds total{0};       // 0: no bound
};

struct HttpRequest {
    bool post = false;                 // else GET
    std::string url;                   // http or https
    std::vector<std::string> headers;  // "Name: value"; may hold a key, and are never shown
    std::string body;                  // freed as soon as it is sent
    HttpTimeouts timeouts;
    std::size_t max_bytes = std::size_t{64} << 20;  // of the reply's body
    std::size_t read_bytes = 1024;  // of the reply at a time, 1 KiB at least: as much memory while the call lasts
    // A connection of its own, closed afterwards. Some servers close a connection after a stream without saying so, and
    // the next request on it is lost.
    bool own_connection = false;
};

struct HttpHead {
    int status = 0;  // 0: no reply
    std::string content_type;
    std::string retry_after;
    std::string location;  // of a redirect, which is not followed
};

enum class HttpFailure {
    none,
    bad_url,     // not an address that this client calls
    resolve,     // no such host
    refused,     // nobody listens there, or no way to it
    timeout,     // connecting, or the whole call, took too long
    idle,        // the server fell silent
    broken,      // the connection broke before the reply was whole
    not_resent,  // a kept connection broke while the request was on its way: it is not silently sent twice
    handshake,   // TLS did not come about: nothing was sent
    tls,         // the certificate, the server's or one of our own
    too_large,   // the reply is larger than max_bytes
    cancelled,   // by the stop token
};

struct HttpResult {
    HttpHead head;
    HttpFailure failure = HttpFailure::none;
    std::string detail;          // libcurl's words on the failure; no secrets
    std::size_t body_bytes = 0;  // received
};

// Where a redirect of `base` leads that says `location`, which may be relative; "" where it is none.
std::string url_of_redirect(const std::string& base, const std::string& location);

// What the reader of a body wants next.
enum class BodyVerdict {
    more,
    enough,  // all that matters has come: the call ends well, also when the server keeps the connection open
    stop,    // the reply is of no use: hang up
};
using OnBody = std::function<BodyVerdict(const HttpHead&, std::string_view)>;

// All members on the loop's thread. Calls in flight keep what they need alive: the client may go before they end.
class HttpClient {
  public:
    explicit HttpClient(asio::io_context& loop);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    // Failures are in the result. A request is sent at most once: a POST on a kept connection that turns out dead is
    // reported as `not_resent`. Redirects are not followed. Proxies and TLS roots are those of curl's environment
    // variables. `stop` may be requested on the loop's thread, also from inside `on_body`; the connection is closed at
    // the loop's next turn. What `on_body` throws is thrown here.
    Task<HttpResult> send(HttpRequest request, OnBody on_body, std::stop_token stop);

    std::size_t in_flight() const;

    class Impl;

  private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace retort

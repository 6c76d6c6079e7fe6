#include "support/mock_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <mutex>
#include <thread>

namespace retort::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using nlohmann::json;
template <class T>
using Co = asio::awaitable<T>;

enum class Fault { none, too_many, broken, cut_before, cut_inside, half_json };

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

MockRequest parse_head(const std::string& head) {
    MockRequest request;
    const std::size_t first = head.find(' ');
    const std::size_t second = head.find(' ', first + 1);
    request.method = head.substr(0, first);
    request.path = head.substr(first + 1, second - first - 1);
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
        const std::size_t end = head.find("\r\n", at);
        const std::string line = head.substr(at, end - at);
        at = end == std::string::npos ? head.size() : end + 2;
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::size_t value = line.find_first_not_of(' ', colon + 1);
        request.headers[lower(line.substr(0, colon))] = value == std::string::npos ? "" : line.substr(value);
    }
    return request;
}

bool asks_completion(const MockRequest& request) {
    return request.method == "POST" && request.path.ends_with("/completions");
}

std::string head_of(const MockReply& reply) {
    std::size_t size = 0;
    for (const std::string& piece : reply.pieces) size += piece.size();
    std::string head = fmt::format("HTTP/1.1 {} Mock\r\nContent-Type: {}\r\n", reply.status, reply.content_type);
    for (const std::string& line : reply.headers) head += line + "\r\n";
    if (reply.chunked) return head + "Transfer-Encoding: chunked\r\n\r\n";
    return head + fmt::format("Content-Length: {}\r\n\r\n", reply.announced.value_or(size));
}

// What a fault makes of the reply.
MockReply spoil(MockReply reply, Fault fault, const MockRequest& request, const MockOptions& options) {
    switch (fault) {
        case Fault::none:
            break;
        case Fault::too_many:
            reply = error_reply(429, "too many requests");
            break;
        case Fault::broken:
            reply = error_reply(500, "broken");
            break;
        case Fault::cut_before:
            reply.close_before = true;
            break;
        case Fault::cut_inside:
            reply.pieces.resize(std::max<std::size_t>(1, reply.pieces.size() / 2));
            reply.close_inside = true;
            break;
        case Fault::half_json: {
            MockRequest plain = request;
            plain.json["stream"] = false;
            const std::string body = usual_reply(plain, options).pieces.at(0);
            reply = MockReply();
            reply.pieces = {body.substr(0, body.size() / 2)};
            break;
        }
    }
    return reply;
}

}  // namespace

json MockCounts::to_json() const {
    return {{"requests", requests},
            {"completed", completed},
            {"failed", failed},
            {"hung_up", hung_up},
            {"gets", gets},
            {"tokens_in", tokens_in},
            {"tokens_out", tokens_out},
            {"tokens_lost", tokens_lost},
            {"open", open},
            {"most_in_flight", most_in_flight}};
}

class MockServer::Impl {
  public:
    explicit Impl(MockOptions options)
        : options_(std::move(options)),
          acceptor_(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), options_.port)) {
        acceptor_.listen(8192);
        port_ = acceptor_.local_endpoint().port();
        asio::co_spawn(loop_, accept(), asio::detached);
        thread_ = std::thread([this] { loop_.run(); });
    }

    ~Impl() {
        loop_.stop();
        thread_.join();
    }

    std::uint16_t port() const { return port_; }
    MockCounts counts() const {
        const std::lock_guard lock(mutex_);
        return counts_;
    }

  private:
    Co<void> accept() {
        while (true) {
            error_code error;
            tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
            if (error) continue;
            socket.set_option(tcp::no_delay(true), error);
            asio::co_spawn(loop_, serve(std::move(socket)), asio::detached);
        }
    }

    template <class Change>
    void count(Change change) {
        const std::lock_guard lock(mutex_);
        change(counts_);
    }

    Co<void> serve(tcp::socket socket) {
        count([](MockCounts& c) { ++c.open; });
        std::string buffer;
        bool go_on = true;
        while (go_on) {
            error_code error;
            const std::size_t size =
                co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer, 1 << 26), "\r\n\r\n",
                                                asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
            MockRequest request = parse_head(buffer.substr(0, size));
            buffer.erase(0, size);
            const auto length = request.headers.find("content-length");
            const std::size_t body = length == request.headers.end() ? 0 : std::stoul(length->second);
            if (buffer.size() < body)
                co_await asio::async_read(socket, asio::dynamic_buffer(buffer),
                                          asio::transfer_exactly(body - buffer.size()),
                                          asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
            request.body = buffer.substr(0, body);
            std::string(buffer.substr(body)).swap(buffer);
            go_on = co_await answer(socket, std::move(request));
        }
        count([](MockCounts& c) { --c.open; });
    }

    Co<bool> answer(tcp::socket& socket, MockRequest request) {
        request.json = json::parse(request.body, nullptr, false);
        if (!asks_completion(request)) {
            count([&](MockCounts& c) { c.gets += request.method == "GET"; });
            const MockReply reply = other_reply(request);
            const bool sent = co_await send(socket, reply);
            co_return sent && !reply.close_after;
        }
        Fault fault = Fault::none;
        count([&](MockCounts& c) {
            request.index = c.requests++;
            c.most_in_flight = std::max(c.most_in_flight, c.requests - c.completed - c.failed - c.hung_up);
        });
        if (options_.fault_every > 0 && (request.index + 1) % options_.fault_every == 0)
            fault = static_cast<Fault>(1 + (request.index / options_.fault_every) % 5);
        std::optional<MockReply> told = options_.script ? options_.script(request) : std::nullopt;
        count([](MockCounts&) {});  // what the script wrote is seen by who asks for the counts
        const bool scripted = told.has_value();
        const MockReply usual = scripted ? std::move(*told) : usual_reply(request, options_);
        const MockReply reply = spoil(usual, fault, request, options_);
        const bool sent = co_await send(socket, reply);
        const bool broken = fault != Fault::none || reply.close_before || reply.close_inside || reply.status >= 400;
        const MockRequest& asked = request;
        note(asked, reply, sent, broken, scripted);
        co_return sent && !broken_off(reply);
    }

    static bool broken_off(const MockReply& reply) {
        return reply.close_before || reply.close_inside || reply.close_after;
    }

    void note(const MockRequest& request, const MockReply& reply, bool sent, bool broken, bool scripted) {
        std::int64_t in = 0;
        std::int64_t out = 0;
        if (!scripted) measure(request, in, out);
        count([&](MockCounts& c) {
            if (broken) {
                ++c.failed;
                if (reply.status < 400 && !reply.close_before) c.tokens_lost += in + out;
            } else if (!sent) {
                ++c.hung_up;
            } else {
                ++c.completed;
                c.tokens_in += in;
                c.tokens_out += out;
            }
        });
    }

    // By its own reckoning: the same reply without streaming has the usage in it.
    void measure(const MockRequest& request, std::int64_t& in, std::int64_t& out) const {
        if (!request.json.is_object()) return;
        MockRequest plain = request;
        plain.json["stream"] = false;
        const json body = json::parse(usual_reply(plain, options_).pieces.at(0));
        in = body["usage"]["prompt_tokens"];
        out = body["usage"]["completion_tokens"];
    }

    MockReply other_reply(const MockRequest& request) const {
        if (options_.script)
            if (std::optional<MockReply> told = options_.script(request)) return std::move(*told);
        if (request.path == "/counts") return json_reply(200, counts().to_json());
        if (request.path.ends_with("/models"))
            return json_reply(
                200, {{"object", "list"},
                      {"data", {{{"id", options_.model}, {"object", "model"}, {"owned_by", options_.owned_by}}}}});
        return error_reply(404, "no such path");
    }

    // False when the caller has hung up.
    Co<bool> wait(tcp::socket& socket, std::chrono::milliseconds time) {
        if (time.count() <= 0) co_return true;
        asio::steady_timer timer(loop_, time);
        const auto gone = std::make_shared<bool>(false);
        socket.async_wait(tcp::socket::wait_read, [gone, &timer, &socket](const error_code& error) {
            if (error == asio::error::operation_aborted) return;
            std::array<char, 1> byte;
            error_code peek;
            const std::size_t got = socket.receive(asio::buffer(byte), tcp::socket::message_peek, peek);
            *gone = error || peek || got == 0;
            if (*gone) timer.cancel();
        });
        error_code ignored;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        socket.cancel(ignored);
        // The wait's handler refers to the timer: let it run before the frame goes.
        co_await asio::post(loop_, asio::use_awaitable);
        co_return !*gone;
    }

    Co<bool> write(tcp::socket& socket, std::string bytes) {
        error_code error;
        co_await asio::async_write(socket, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
        co_return !error;
    }

    Co<bool> send(tcp::socket& socket, const MockReply& reply) {
        bool there = co_await wait(socket, reply.latency);
        if (!there || reply.close_before) co_return false;
        there = co_await write(socket, head_of(reply));
        for (std::size_t i = 0; i < reply.pieces.size() && there; ++i) {
            const std::string& piece = reply.pieces[i];
            if (i > 0) there = co_await wait(socket, reply.between);
            if (!there || piece.empty()) continue;
            there = co_await write(socket, reply.chunked ? fmt::format("{:x}\r\n{}\r\n", piece.size(), piece) : piece);
        }
        if (there && reply.hang) there = co_await wait(socket, std::chrono::hours(1));
        const bool whole = there && !reply.close_inside;
        if (whole && reply.chunked) there = co_await write(socket, "0\r\n\r\n");
        co_return there;
    }

    MockOptions options_;
    asio::io_context loop_{1};
    tcp::acceptor acceptor_;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    MockCounts counts_;
    std::thread thread_;
};

MockServer::MockServer(MockOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
MockServer::~MockServer() = default;
std::uint16_t MockServer::port() const {
    return impl_->port();
}
std::string MockServer::url() const {
    return fmt::format("http://127.0.0.1:{}/v1", port());
}
MockCounts MockServer::counts() const {
    return impl_->counts();
}
MockCounts MockServer::settled_counts() const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    MockCounts now = counts();
    while (now.requests > now.completed + now.failed + now.hung_up && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        now = counts();
    }
    return now;
}

}  // namespace retort::test

#include "gateway/http/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <utility>

#include "gateway/http/hang_up_watch.h"

namespace retort::gateway {
namespace {

constexpr std::size_t kFirstRead = 2048;
constexpr std::chrono::milliseconds kGoodbye{1000};
constexpr std::size_t kMostDiscarded = 256 * 1024;

int status_of(const boost::system::error_code& error, bool late) {
    if (late) return 408;
    if (error == http::error::header_limit) return 431;
    if (error == http::error::body_limit) return 413;
    return 400;
}

std::string_view words_of(int status) {
    switch (status) {
        case 408:
            return "the request did not come to its end in time";
        case 413:
            return "the request's body is larger than this server takes";
        case 431:
            return "the request's head is larger than this server takes";
        default:
            return "this is no HTTP/1.1 request";
    }
}

// Nobody may write another header by what stands in the value of one.
void append_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    for (const char c : value)
        if (static_cast<unsigned char>(c) >= ' ' || c == '\t') out += c;
    out += "\r\n";
}

bool has_other_coding(const Headers& headers) {
    return std::any_of(headers.begin(), headers.end(), [](const Header& header) {
        return same_name(header.name, "Transfer-Encoding") && !same_name(header.value, "chunked");
    });
}

bool has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

}  // namespace

Connection::Connection(Wire<Tcp::socket> wire, const ServerOptions& options, const ServerHooks& hooks,
                       ServerCounts& counts)
    : options_(options), hooks_(hooks), counts_(counts), wire_(std::move(wire)) {}

void Connection::finish_up() {
    last_ = true;
    ErrorCode ignored;
    if (!busy_) socket().cancel(ignored);
    if (busy_ && !answering_) deadline_ = std::min(deadline_, Clock::now() + kGoodbye);  // its request is half there
}

void Connection::within(std::chrono::milliseconds time) {
    deadline_ = Clock::now() + time;
    late_ = false;
}

void Connection::look_at_the_clock(Clock::time_point now) {
    if (now < deadline_) return;
    deadline_ = Clock::time_point::max();
    late_ = true;
    ErrorCode ignored;
    socket().cancel(ignored);
}

Task<void> Connection::serve() {
    ErrorCode ignored;
    socket().set_option(Tcp::no_delay(true), ignored);
    within(options_.head_time);
    const ErrorCode refused = co_await wire_.shake_hands(ssl::stream_base::server);
    if (refused) co_return;
    do {
        const bool read = co_await read_request();
        if (!read) break;
        co_await answer();
    } while (keeps());
    co_await say_goodbye();
}

// False: there is no request to answer, and the connection ends.
Task<bool> Connection::read_request() {
    busy_ = buffer_.size() > 0;
    if (!busy_) {
        buffer_.shrink_to_fit();  // who only waits holds no memory
        within(options_.idle_time);
        ErrorCode error;
        const std::size_t bytes = co_await wire_.async_read_some(buffer_.prepare(kFirstRead),
                                                                 asio::redirect_error(asio::use_awaitable, error));
        if (error || last_) co_return false;
        buffer_.commit(bytes);
        busy_ = true;
    }
    Parser parser;
    parser.header_limit(options_.most_head_bytes);
    parser.body_limit(options_.most_body_bytes);
    within(options_.head_time);
    ErrorCode error;
    co_await http::async_read_header(wire_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::end_of_stream || (last_ && !late_)) co_return false;
    if (error) {
        const int status = status_of(error, late_);
        co_return co_await refuse(status, std::string(words_of(status)));
    }
    take_head(parser);
    // Its body would be read as the next request.
    if (has_other_coding(head_.headers))
        co_return co_await refuse(400, "Transfer-Encoding: expected chunked, and nothing else");
    const bool whole = co_await read_body(parser);
    deadline_ = Clock::time_point::max();
    co_return whole;
}

void Connection::take_head(const Parser& parser) {
    const auto& message = parser.get();
    keep_alive_ = message.keep_alive();
    knows_chunks_ = message.version() >= 11;
    head_.method.assign(message.method_string().data(), message.method_string().size());
    head_.target.assign(message.target().data(), message.target().size());
    only_head_ = head_.method == "HEAD";
    beside_.clear();
    head_.headers.clear();
    for (const auto& field : message)
        head_.headers.push_back({std::string(field.name_string()), std::string(field.value())});
}

Task<bool> Connection::read_body(Parser& parser) {
    body_.clear();
    if (parser.is_done()) co_return true;
    within(options_.body_time);
    ErrorCode error;
    if (head_.header("Expect") == "100-continue") {
        static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
        co_await asio::async_write(wire_, asio::buffer(kGoOn), asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return false;
    }
    co_await http::async_read(wire_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::partial_message) co_return false;  // the client left in the middle
    if (error) {
        const int status = status_of(error, late_);
        co_return co_await refuse(status, std::string(words_of(status)));
    }
    body_ = std::move(parser.get().body());
    co_return true;
}

Task<void> Connection::answer() {
    stop_ = std::stop_source();
    ended_ = false;
    status_ = 0;
    ++counts_.exchanges;
    answering_ = true;
    try {
        const HangUpWatch watch(socket(), stop_);
        co_await hooks_.handle(*this);
    } catch (const std::exception& error) {
        if (hooks_.failed) hooks_.failed(error.what());
        broken_ = true;
    }
    --counts_.exchanges;
    answering_ = false;
    busy_ = false;
    body_ = std::string();
    if (!ended_) broken_ = true;  // a client that waits for the rest must see that there is none
    if (stop_.stop_requested() && !given_up_) broken_ = true;
}

Task<bool> Connection::refuse(int status, std::string message) {
    ++counts_.malformed;
    keep_alive_ = false;
    ended_ = false;
    head_ = {};
    only_head_ = false;
    std::string body = hooks_.refusal_body ? hooks_.refusal_body({status, message}) : message;
    ReplyHead head{status, {{"Content-Type", "application/json"}}};
    co_await send(std::move(head), std::move(body));
    co_return false;
}

// Closing with bytes unread would reset the connection, and the client might never see what it was told.
Task<void> Connection::say_goodbye() {
    ErrorCode error;
    if (!broken_) {
        within(kGoodbye);
        co_await wire_.end_tls();
        socket().shutdown(Tcp::socket::shutdown_send, error);
        within(kGoodbye);
        std::array<char, 4096> discarded;
        std::size_t all = 0;
        while (!error && all < kMostDiscarded && !last_)
            all += co_await wire_.async_read_some(asio::buffer(discarded),
                                                  asio::redirect_error(asio::use_awaitable, error));
    }
    socket().close(error);
}

template <class Buffers>
Task<bool> Connection::write(const Buffers& buffers) {
    if (broken_) co_return false;
    within(options_.write_time);
    ErrorCode error;
    co_await asio::async_write(wire_, buffers, asio::redirect_error(asio::use_awaitable, error));
    deadline_ = Clock::time_point::max();
    if (error) {
        broken_ = true;
        stop_.request_stop();
    }
    co_return !error;
}

std::string Connection::rendered(const ReplyHead& head, std::optional<std::uint64_t> length) const {
    std::string out = fmt::format("HTTP/1.1 {} {}\r\n", head.status,
                                  std::string_view(http::obsolete_reason(http::int_to_status(head.status))));
    for (const Header& header : head.headers)
        if (find_header(beside_, header.name).empty()) append_header(out, header.name, header.value);
    for (const Header& header : beside_) append_header(out, header.name, header.value);
    if (length && has_body(head.status)) out += fmt::format("Content-Length: {}\r\n", *length);
    if (in_chunks_) out += "Transfer-Encoding: chunked\r\n";
    if (!keeps()) out += "Connection: close\r\n";
    return out + "\r\n";
}

Task<bool> Connection::send(ReplyHead head, std::string body) {
    begin(head, body.size());
    co_await piece(body);
    const bool written = co_await end();
    co_return written;
}

void Connection::begin(const ReplyHead& head, std::optional<std::uint64_t> length) {
    in_chunks_ = !length && knows_chunks_ && has_body(head.status);
    if (!length && !knows_chunks_) keep_alive_ = false;  // the end of the connection is the end of the answer
    bare_ = only_head_ || !has_body(head.status);
    promised_ = bare_ ? 0 : length.value_or(0);
    status_ = head.status;
    pending_ = rendered(head, length);
}

Task<bool> Connection::piece(std::string_view bytes) {
    if (bare_) bytes = {};
    promised_ -= std::min<std::uint64_t>(promised_, bytes.size());
    const std::string first = std::exchange(pending_, {});
    if (first.empty() && bytes.empty()) co_return !broken_;
    const bool chunk = in_chunks_ && !bytes.empty();
    const std::string size = chunk ? fmt::format("{:x}\r\n", bytes.size()) : "";
    const std::array<asio::const_buffer, 4> buffers{asio::buffer(first), asio::buffer(size), asio::buffer(bytes),
                                                    asio::buffer("\r\n", chunk ? 2U : 0U)};
    const bool written = co_await write(buffers);
    co_return written;
}

Task<bool> Connection::end() {
    static constexpr std::string_view kLast = "0\r\n\r\n";
    const std::string first = std::exchange(pending_, {});
    ended_ = promised_ == 0;  // else the client waits for what does not come: its connection is closed
    if (first.empty() && (!in_chunks_ || bare_)) co_return !broken_;
    const std::array<asio::const_buffer, 2> buffers{
        asio::buffer(first), asio::buffer(kLast.substr(0, in_chunks_ && !bare_ ? kLast.size() : 0))};
    const bool written = co_await write(buffers);
    co_return written;
}

}  // namespace retort::gateway

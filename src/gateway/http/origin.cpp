#include "gateway/http/origin.h"

#include <fmt/format.h>

#include <curl/curl.h>
#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <cstdlib>
#include <deque>
#include <vector>

#include "gateway/http/hang_up_watch.h"
#include "gateway/http/wire.h"

namespace retort::gateway {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Clock = std::chrono::steady_clock;

// At one time as much is read as came of late: thousands of streams may be open that say a few words now and then.
constexpr std::size_t kFirstPiece = 512;
constexpr std::size_t kMostPiece = 32 * 1024;
constexpr std::uint32_t kMostHeadBytes = 64 * 1024;

using Stream = Wire<beast::tcp_stream>;

struct Kept {
    std::unique_ptr<Stream> stream;
    Clock::time_point since;
};

bool is_framing(http::field field) {
    return field == http::field::content_length || field == http::field::transfer_encoding ||
           field == http::field::connection || field == http::field::keep_alive || field == http::field::upgrade ||
           field == http::field::trailer || field == http::field::proxy_connection;
}

struct Address {
    std::string host, port, path;
    bool tls = false;

    bool parse(const std::string& url) {
        const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
        if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return false;
        const auto part = [&](CURLUPart which, unsigned flags = 0) {
            char* text = nullptr;
            if (curl_url_get(parsed.get(), which, &text, flags) != CURLUE_OK) return std::string();
            std::string out(text);
            curl_free(text);
            return out;
        };
        host = part(CURLUPART_HOST);
        port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
        path = part(CURLUPART_PATH);
        while (path.ends_with('/')) path.pop_back();
        tls = part(CURLUPART_SCHEME) == "https";
        return (tls || part(CURLUPART_SCHEME) == "http") && !host.empty();
    }

    std::string bare_host() const { return host.starts_with('[') ? host.substr(1, host.size() - 2) : host; }
    std::uint16_t port_number() const { return static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10)); }
};

std::string rendered(const OriginRequest& request, const std::string& host) {
    std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target, host);
    for (const Header& header : request.headers) {
        out += header.name;
        out += ": ";
        out += header.value;
        out += "\r\n";
    }
    if (!request.body.empty() || request.method == "POST")
        out += fmt::format("Content-Length: {}\r\n", request.body.size());
    return out + "\r\n";
}

}  // namespace

class Origin::Impl {
  public:
    Impl(asio::io_context& loop, OriginOptions options, Address at)
        : loop_(loop), options_(std::move(options)), at_(std::move(at)) {
        if (!at_.tls) return;
        tls_.emplace(ssl::context::tls_client);
        boost::system::error_code ignored;  // without roots every handshake fails, and says why
        tls_->set_default_verify_paths(ignored);
        tls_->set_verify_mode(ssl::verify_peer);
        SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION);
    }

    Task<OriginResult> fetch(OriginRequest request, OriginSink sink, std::stop_token stop);
    const std::string& path() const { return at_.path; }

  private:
    struct Attempt {
        OriginResult result;
        bool stale = false;  // a kept connection that the server had closed
    };

    Task<Attempt> attempt(const OriginRequest* request, const OriginSink* sink, std::stop_token stop, bool fresh);
    Task<std::vector<Tcp::endpoint>> endpoints(ErrorCode* error);
    Task<ErrorCode> connect(Stream* stream);
    Task<OriginResult> relay(Stream* stream, beast::flat_buffer* buffer, const OriginSink* sink, bool* whole);
    std::unique_ptr<Stream> take_kept();
    void keep(std::unique_ptr<Stream> stream);
    std::unique_ptr<Stream> fresh_stream();
    std::string host_header() const {
        return at_.port == (at_.tls ? "443" : "80") ? at_.host : at_.host + ":" + at_.port;
    }

    asio::io_context& loop_;
    OriginOptions options_;
    Address at_;
    std::optional<ssl::context> tls_;
    std::deque<Kept> kept_;  // the one used last is taken first
};

std::unique_ptr<Stream> Origin::Impl::take_kept() {
    while (!kept_.empty()) {
        Kept last = std::move(kept_.back());
        kept_.pop_back();
        if (Clock::now() - last.since < options_.keep_time && !has_hung_up(last.stream->next().socket()))
            return std::move(last.stream);
    }
    return nullptr;
}

void Origin::Impl::keep(std::unique_ptr<Stream> stream) {
    if (kept_.size() >= options_.most_kept) kept_.pop_front();
    kept_.push_back({std::move(stream), Clock::now()});
}

std::unique_ptr<Stream> Origin::Impl::fresh_stream() {
    beast::tcp_stream next(loop_);
    if (!tls_) return std::make_unique<Stream>(std::move(next));
    auto out = std::make_unique<Stream>(std::move(next), *tls_);
    SSL_set_tlsext_host_name(out->native(), at_.host.c_str());
    SSL_set1_host(out->native(), at_.host.c_str());
    return out;
}

// A name is looked up for each connection; an address is what it is.
Task<std::vector<Tcp::endpoint>> Origin::Impl::endpoints(ErrorCode* error) {
    ErrorCode is_name;
    const auto address = asio::ip::make_address(at_.bare_host(), is_name);
    if (!is_name) co_return std::vector{Tcp::endpoint(address, at_.port_number())};
    Tcp::resolver resolver(loop_);
    const auto found =
        co_await resolver.async_resolve(at_.host, at_.port, asio::redirect_error(asio::use_awaitable, *error));
    co_return std::vector<Tcp::endpoint>(found.begin(), found.end());
}

Task<ErrorCode> Origin::Impl::connect(Stream* stream) {
    ErrorCode error;
    const std::vector<Tcp::endpoint> found = co_await endpoints(&error);
    if (error) co_return error;
    stream->next().expires_after(options_.connect_time);
    co_await stream->next().async_connect(found, asio::redirect_error(asio::use_awaitable, error));
    if (!error) stream->next().socket().set_option(Tcp::no_delay(true), error);
    if (!error) error = co_await stream->shake_hands(ssl::stream_base::client);
    co_return error;
}

// Head and body of the answer, to the sink. `whole`: the connection can be used again.
Task<OriginResult> Origin::Impl::relay(Stream* stream, beast::flat_buffer* buffer, const OriginSink* sink,
                                       bool* whole) {
    http::response_parser<http::buffer_body> parser;
    parser.header_limit(kMostHeadBytes);
    parser.body_limit(boost::none);
    stream->next().expires_after(options_.silence);
    ErrorCode error;
    co_await http::async_read_header(*stream, *buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    const auto failed = [&](bool began) {
        const OriginFailure failure = error == beast::error::timeout ? OriginFailure::silent : OriginFailure::broken;
        return OriginResult{failure, began, error.message()};
    };
    if (error) co_return failed(false);
    ReplyHead head{static_cast<int>(parser.get().result_int()), {}};
    for (const auto& field : parser.get())
        if (!is_framing(field.name()))
            head.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    std::optional<std::uint64_t> length;
    if (const auto said = parser.content_length()) length = *said;
    sink->head(std::move(head), length);
    std::vector<char> piece(kFirstPiece);
    while (!parser.is_done()) {
        parser.get().body().data = piece.data();
        parser.get().body().size = piece.size();
        if (buffer->size() == 0) {  // nothing waits: what was handed on so far is to be seen
            const bool wanted = co_await sink->piece({});
            if (!wanted) co_return OriginResult{OriginFailure::cancelled, true, "the client is gone"};
        }
        stream->next().expires_after(options_.silence);
        co_await http::async_read_some(*stream, *buffer, parser, asio::redirect_error(asio::use_awaitable, error));
        if (error == http::error::need_buffer) error = {};
        if (error) co_return failed(true);
        const std::size_t bytes = piece.size() - parser.get().body().size;
        if (bytes == 0) continue;
        const bool wanted = co_await sink->piece({piece.data(), bytes});
        if (!wanted) co_return OriginResult{OriginFailure::cancelled, true, "the client is gone"};
        if (2 * bytes >= piece.size() && piece.size() < kMostPiece) {
            piece.resize(4 * piece.size());
            buffer->reserve(piece.size());
        }
    }
    *whole = parser.keep_alive() && buffer->size() == 0;
    co_return OriginResult{OriginFailure::none, true, ""};
}

Task<Origin::Impl::Attempt> Origin::Impl::attempt(const OriginRequest* request, const OriginSink* sink,
                                                  std::stop_token stop, bool fresh) {
    std::unique_ptr<Stream> stream = fresh ? nullptr : take_kept();
    const bool kept = stream != nullptr;
    if (!kept) stream = fresh_stream();
    const std::stop_callback on_stop(stop, [&stream] {
        if (stream) stream->next().close();
    });
    ErrorCode error;
    if (!kept) error = co_await connect(stream.get());
    if (stop.stop_requested()) co_return Attempt{{OriginFailure::cancelled, false, "stopped"}};
    if (error) co_return Attempt{{OriginFailure::unreachable, false, error.message()}};
    const std::string head = rendered(*request, host_header());
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(request->body)};
    stream->next().expires_after(options_.silence);
    co_await asio::async_write(*stream, buffers, asio::redirect_error(asio::use_awaitable, error));
    Attempt out;
    if (error) {
        out.result = {OriginFailure::broken, false, error.message()};
    } else {
        beast::flat_buffer buffer;
        bool whole = false;
        out.result = co_await relay(stream.get(), &buffer, sink, &whole);
        if (whole && !stop.stop_requested()) keep(std::move(stream));
    }
    if (stop.stop_requested()) out.result.failure = OriginFailure::cancelled;
    out.stale = kept && out.result.failure == OriginFailure::broken && !out.result.began;
    co_return out;
}

Task<OriginResult> Origin::Impl::fetch(OriginRequest request, OriginSink sink, std::stop_token stop) {
    Attempt first = co_await attempt(&request, &sink, stop, false);
    if (!first.stale) co_return first.result;
    Attempt second = co_await attempt(&request, &sink, stop, true);
    co_return second.result;
}

Outcome<std::unique_ptr<Origin>> Origin::make(asio::io_context& loop, OriginOptions options) {
    Address at;
    if (!at.parse(options.url))
        return Error{ErrorKind::usage, fmt::format("\"{}\" is no address such as http://host:8000/v1", options.url)};
    auto impl = std::make_unique<Impl>(loop, std::move(options), std::move(at));
    return std::unique_ptr<Origin>(new Origin(std::move(impl)));
}

Origin::Origin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Origin::~Origin() = default;

Task<OriginResult> Origin::fetch(OriginRequest request, OriginSink sink, std::stop_token stop) {
    return impl_->fetch(std::move(request), std::move(sink), std::move(stop));
}

const std::string& Origin::path() const {
    return impl_->path();
}

}  // namespace retort::gateway

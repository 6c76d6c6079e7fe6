// One client's connection: reads requests one after another, has each answered, and watches for the client to hang up
// meanwhile. Private to the server.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/intrusive/list.hpp>
#include <optional>

#include "gateway/http/server.h"
#include "gateway/http/wire.h"

namespace retort::gateway {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

// Lives in the frame of serve().
class Connection : public Exchange,
                   public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  public:
    Connection(Wire<Tcp::socket> wire, const ServerOptions& options, const ServerHooks& hooks, ServerCounts& counts);

    // Until the client or the server ends it.
    Task<void> serve();

    // No request after the one under way; where none is, the connection is closed now.
    void finish_up();

    // Ends what has waited for too long; called every now and then.
    void look_at_the_clock(Clock::time_point now);

    // The one under way is to stop.
    void give_up() {
        given_up_ = true;
        stop_.request_stop();
    }

    const RequestHead& head() const override { return head_; }
    std::string& body() override { return body_; }
    std::stop_token stop() const override { return stop_.get_token(); }
    bool is_given_up() const override { return given_up_; }
    void accompany(const Headers& headers) override { beside_.insert(beside_.end(), headers.begin(), headers.end()); }
    Task<bool> send(ReplyHead head, std::string body) override;
    void begin(const ReplyHead& head, std::optional<std::uint64_t> length) override;
    Task<bool> piece(std::string_view bytes) override;
    Task<bool> end() override;
    int status() const override { return status_; }
    void abandon() override { broken_ = true; }

  private:
    using Parser = http::request_parser<http::string_body>;
    using ErrorCode = boost::system::error_code;

    Tcp::socket& socket() { return wire_.next(); }
    Task<bool> read_request();
    Task<bool> read_body(Parser& parser);
    Task<void> answer();
    Task<bool> refuse(int status, std::string message);
    Task<void> say_goodbye();
    void take_head(const Parser& parser);
    void within(std::chrono::milliseconds time);
    template <class Buffers>
    Task<bool> write(const Buffers& buffers);
    std::string rendered(const ReplyHead& head, std::optional<std::uint64_t> length) const;
    bool keeps() const { return keep_alive_ && !last_ && !broken_; }

    const ServerOptions& options_;
    const ServerHooks& hooks_;
    ServerCounts& counts_;
    Wire<Tcp::socket> wire_;
    Clock::time_point deadline_ = Clock::time_point::max();  // of the read or write that is pending
    bool late_ = false;                                      // it has passed
    beast::flat_buffer buffer_;
    RequestHead head_;
    std::string body_;
    std::stop_source stop_{std::nostopstate};
    Headers beside_;              // of any answer to this request
    int status_ = 0;              // of the answer under way
    std::string pending_;         // a head that waits for its first piece
    std::uint64_t promised_ = 0;  // bytes of the body that are still to come, where its length was given
    bool keep_alive_ = false;     // as the request has it
    bool knows_chunks_ = true;    // HTTP/1.0 clients do not
    bool in_chunks_ = false;      // as this answer is written
    bool only_head_ = false;      // HEAD
    bool bare_ = false;           // this answer has no body
    bool last_ = false;           // the server finishes
    bool given_up_ = false;       // and no longer waits for the one under way
    bool busy_ = false;           // a request is being read or answered
    bool answering_ = false;
    bool ended_ = false;
    bool broken_ = false;  // nothing more can be said on this connection
};

}  // namespace retort::gateway

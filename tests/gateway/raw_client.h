// A client that says byte by byte what it is told to, and reads what comes: blocking, for a thread of its own.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace retort::test {

class RawClient {
  public:
    explicit RawClient(std::uint16_t port) : socket_(loop_) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
        const timeval patience{20, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }

    void send(std::string_view bytes) {
        boost::system::error_code ignored;  // the server may have hung up already
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }

    // All until the server closes the connection.
    std::string read_all() {
        while (read_some()) {
        }
        return std::exchange(read_, {});
    }

    // Up to the end of what is looked for, which must come.
    std::string read_until(std::string_view wanted) {
        std::size_t at = std::string::npos;
        while ((at = read_.find(wanted)) == std::string::npos)
            if (!read_some()) {
                ADD_FAILURE() << "the connection ended before \"" << wanted << "\": " << read_;
                return std::exchange(read_, {});
            }
        std::string out = read_.substr(0, at + wanted.size());
        read_.erase(0, out.size());
        return out;
    }

    void close_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
    void hang_up() { socket_.close(); }

    void reset() {
        socket_.set_option(boost::asio::socket_base::linger(true, 0));
        socket_.close();
    }

  private:
    bool read_some() {
        std::array<char, 65536> piece;
        boost::system::error_code error;
        const std::size_t bytes = socket_.read_some(boost::asio::buffer(piece), error);
        read_.append(piece.data(), bytes);
        return !error;
    }

    boost::asio::io_context loop_;
    boost::asio::ip::tcp::socket socket_;
    std::string read_;
};

inline std::string post(std::string_view target, std::string_view body, std::string_view headers = "") {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n" +
           std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: here\r\n\r\n";
}

}  // namespace retort::test

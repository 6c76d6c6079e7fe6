// What a server shows of itself where it speaks TLS. It may be renewed while the server listens.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/error.h"

namespace boost::asio::ssl {
class context;
}

namespace retort::gateway {

// Files in PEM form; the key has no passphrase.
struct TlsFiles {
    std::string certificate;  // with those that lead to its root
    std::string key;

    friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

// Loop thread only.
class Certificate {
  public:
    // The error names the file that cannot be used: nothing there, no certificate, a key of another one.
    static Outcome<std::shared_ptr<Certificate>> read(const TlsFiles& files);

    // New connections are shown the other one from now on; those that are there keep what they were shown.
    void renew(const Certificate& other) { context_ = other.context_; }

    // Who opens a connection with it holds it while the connection lasts.
    std::shared_ptr<boost::asio::ssl::context> context() const { return context_; }

  private:
    explicit Certificate(std::shared_ptr<boost::asio::ssl::context> context) : context_(std::move(context)) {}

    std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace retort::gateway

#include "gateway/http/certificate.h"

#include <fmt/format.h>

#include <boost/asio/ssl.hpp>

namespace retort::gateway {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;

using ErrorCode = boost::system::error_code;

Error refused(const std::string& file, const ErrorCode& error) {
    return {ErrorKind::usage, fmt::format("{}: cannot be used for TLS: {}", file, error.message())};
}

ErrorCode last_error_of_openssl() {
    return {static_cast<int>(::ERR_get_error()), asio::error::get_ssl_category()};
}

}  // namespace

Outcome<std::shared_ptr<Certificate>> Certificate::read(const TlsFiles& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    ErrorCode error;
    context->use_certificate_chain_file(files.certificate, error);
    if (error) return refused(files.certificate, error);
    // Without this OpenSSL asks the terminal, and all requests wait.
    context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); }, error);
    if (!error) context->use_private_key_file(files.key, ssl::context::pem, error);
    if (error) return refused(files.key, error);
    // Of another algorithm than the certificate's it has been taken.
    if (SSL_CTX_check_private_key(context->native_handle()) != 1) return refused(files.key, last_error_of_openssl());
    return std::shared_ptr<Certificate>(new Certificate(std::move(context)));
}

}  // namespace retort::gateway

// TLS on both sides: the server's, and the way to a model server.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "gateway/http/origin.h"
#include "gateway/http/server.h"
#include "gateway/loop_thread.h"
#include "gateway/raw_client.h"

namespace retort::test {
namespace {

using namespace std::chrono_literals;
using gateway::Certificate;
using gateway::Exchange;
using gateway::Origin;
using gateway::OriginFailure;
using gateway::OriginResult;
using gateway::Server;
using gateway::ServerOptions;
using gateway::TlsFiles;
using testing::HasSubstr;

// A certificate for localhost that nobody trusts, until a test says so.
class TlsTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::path(testing::TempDir()) / ("tls-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        files_ = {folder_ / "certificate.pem", folder_ / "key.pem"};
        ASSERT_NO_FATAL_FAILURE(make_certificate(files_));
        auto certificate = Certificate::read(files_);
        ASSERT_TRUE(certificate) << certificate.error().message;
        certificate_ = *certificate;
        ServerOptions options;
        options.port = 0;
        options.tls = certificate_;
        gateway::ServerHooks hooks;
        hooks.handle = [](Exchange& exchange) -> Task<void> { co_await exchange.send({}, exchange.body() + "!"); };
        there_.run([&] {
            server_ = std::make_unique<Server>(there_.loop(), options, hooks);
            const auto listening = server_->listen();
            ASSERT_TRUE(listening) << listening.error().message;
            port_ = server_->port();
        });
    }

    void TearDown() override {
        ::unsetenv("SSL_CERT_FILE");
        there_.await([this]() { return server_->drain(0ms); });
        there_.run([this] { server_.reset(); });
        std::filesystem::remove_all(folder_);
    }

    static void make_certificate(const TlsFiles& files, const std::string& key = "rsa:2048 -nodes") {
        run("openssl req -x509 -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost -newkey " + key +
            " -keyout " + files.key + " -out " + files.certificate);
    }

    static void run(const std::string& command) { ASSERT_EQ(std::system((command + " 2>/dev/null").c_str()), 0); }

    // Of files that cannot be used.
    static std::string fault(const TlsFiles& files) {
        const auto read = Certificate::read(files);
        return read ? "none" : read.error().message;
    }

    void trust(const std::string& certificate) { ::setenv("SSL_CERT_FILE", certificate.c_str(), 1); }

    std::unique_ptr<Origin> origin(const std::string& host) {
        gateway::OriginOptions options;
        options.url = "https://" + host + ":" + std::to_string(port_) + "/v1";
        auto made = Origin::make(there_.loop(), options);
        return made ? std::move(*made) : nullptr;
    }

    OriginResult ask(Origin& origin, std::string& got) {
        OriginResult out;
        there_.await([&]() -> Task<void> {
            gateway::OriginSink sink;
            sink.head = [](const gateway::ReplyHead&, std::optional<std::uint64_t>) {};
            sink.piece = [&got](std::string_view bytes) -> Task<bool> {
                got += bytes;
                co_return true;
            };
            out = co_await origin.fetch({"POST", "/v1/x", {}, "hello"}, std::move(sink), {});
        });
        return out;
    }

    std::filesystem::path folder_;
    TlsFiles files_;
    std::shared_ptr<Certificate> certificate_;
    LoopThread there_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
};

TEST_F(TlsTest, AServerThatIsTrustedIsSpokenWithAgainAndAgain) {
    trust(files_.certificate);
    const auto trusted = origin("localhost");
    ASSERT_TRUE(trusted);
    for (int i = 0; i < 3; ++i) {
        std::string got;
        const OriginResult result = ask(*trusted, got);
        EXPECT_EQ(result.failure, OriginFailure::none) << result.detail;
        EXPECT_EQ(got, "hello!");
    }
    there_.run([&] { EXPECT_EQ(server_->counts().connections, 1U); });
}

TEST_F(TlsTest, AServerThatNobodyVouchesForGetsNoByte) {
    std::string got;
    const auto unknown = origin("localhost");
    OriginResult result = ask(*unknown, got);
    EXPECT_EQ(result.failure, OriginFailure::unreachable);
    EXPECT_THAT(result.detail, HasSubstr("certificate verify failed"));
    trust(files_.certificate);
    const auto other_name = origin("127.0.0.1");
    result = ask(*other_name, got);
    EXPECT_EQ(result.failure, OriginFailure::unreachable);
    EXPECT_EQ(got, "");
}

TEST_F(TlsTest, AClientWithoutTlsIsClosed) {
    RawClient client(port_);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_all(), testing::Not(HasSubstr("HTTP/1.1")));
}

TEST_F(TlsTest, ARenewedCertificateIsShownToNewConnectionsAlone) {
    const std::string before = folder_ / "before.pem";
    std::filesystem::copy_file(files_.certificate, before);
    trust(before);
    const auto there_already = origin("localhost");
    std::string got;
    EXPECT_EQ(ask(*there_already, got).failure, OriginFailure::none);
    ASSERT_NO_FATAL_FAILURE(make_certificate(files_));
    there_.run([&] { certificate_->renew(*Certificate::read(files_).value()); });
    EXPECT_EQ(ask(*there_already, got).failure, OriginFailure::none);
    EXPECT_EQ(got, "hello!hello!");
    there_.run([&] { EXPECT_EQ(server_->counts().connections, 1U); });
    const auto trusts_the_old = origin("localhost");
    EXPECT_THAT(ask(*trusts_the_old, got).detail, HasSubstr("certificate verify failed"));
    trust(files_.certificate);
    const auto trusts_the_new = origin("localhost");
    const OriginResult result = ask(*trusts_the_new, got);
    EXPECT_EQ(result.failure, OriginFailure::none) << result.detail;
}

TEST_F(TlsTest, FilesThatAreNoCertificateAreSaid) {
    EXPECT_THAT(fault({files_.key, files_.key}), HasSubstr("key.pem: cannot be used for TLS"));
    EXPECT_THAT(fault({files_.certificate, folder_ / "none.pem"}), HasSubstr("none.pem: cannot be used for TLS"));
}

TEST_F(TlsTest, AKeyThatIsNotTheCertificatesIsSaid) {
    const TlsFiles other{folder_ / "other.pem", folder_ / "other-key.pem"};
    for (const char* key : {"rsa:2048 -nodes", "ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"}) {
        ASSERT_NO_FATAL_FAILURE(make_certificate(other, key));
        EXPECT_EQ(fault(other), "none") << key;
        EXPECT_THAT(fault({files_.certificate, other.key}), HasSubstr("other-key.pem: cannot be used for TLS")) << key;
    }
}

TEST_F(TlsTest, AKeyWithAPassphraseIsRefusedAndNobodyIsAsked) {
    const TlsFiles other{folder_ / "other.pem", folder_ / "other-key.pem"};
    ASSERT_NO_FATAL_FAILURE(make_certificate(other, "rsa:2048 -passout pass:secret"));
    EXPECT_THAT(fault(other), HasSubstr("other-key.pem: cannot be used for TLS"));
}

}  // namespace
}  // namespace retort::test

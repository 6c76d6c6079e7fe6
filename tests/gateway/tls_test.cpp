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
        const std::string command =
            "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext "
            "subjectAltName=DNS:localhost -keyout " +
            files_.key + " -out " + files_.certificate + " 2>/dev/null";
        ASSERT_EQ(std::system(command.c_str()), 0);
        ServerOptions options;
        options.port = 0;
        options.tls = files_;
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
    LoopThread there_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
};

TEST_F(TlsTest, AServerThatIsTrustedIsSpokenWithAgainAndAgain) {
    ::setenv("SSL_CERT_FILE", files_.certificate.c_str(), 1);
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
    ::setenv("SSL_CERT_FILE", files_.certificate.c_str(), 1);
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

TEST_F(TlsTest, FilesThatAreNoCertificateAreSaid) {
    there_.run([&] {
        ServerOptions options;
        options.port = 0;
        options.tls = TlsFiles{files_.key, files_.key};
        Server broken(there_.loop(), options, {});
        const auto listening = broken.listen();
        ASSERT_FALSE(listening);
        EXPECT_THAT(listening.error().message, HasSubstr("key.pem: cannot be used for TLS"));
    });
}

}  // namespace
}  // namespace retort::test

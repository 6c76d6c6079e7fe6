#include "cli/service_manager.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <filesystem>

namespace retort::cli {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

// The manager's end.
class Listener {
  public:
    explicit Listener(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, sizeof(address.sun_path) - 1);
        if (name.starts_with('@')) address.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0) << name;
    }
    ~Listener() { ::close(socket_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::string heard() const {
        std::array<char, 256> out{};
        const ssize_t bytes = ::recv(socket_, out.data(), out.size(), MSG_DONTWAIT);
        return bytes < 0 ? "nothing" : std::string(out.data(), static_cast<std::size_t>(bytes));
    }

  private:
    int socket_;
};

std::string own_name() {
    return "retort-notify-" + std::to_string(::getpid());
}

TEST(ServiceManager, HearsHowFarTheProgramIs) {
    const std::string path = std::filesystem::path(testing::TempDir()) / own_name();
    for (const std::string& socket : {path, "@" + own_name()}) {
        const Listener listener(socket);
        const ServiceManager manager(socket);
        EXPECT_TRUE(manager.ready());
        EXPECT_EQ(listener.heard(), "READY=1");
        EXPECT_TRUE(manager.reloading());
        EXPECT_THAT(listener.heard(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
        EXPECT_TRUE(manager.stopping());
        EXPECT_EQ(listener.heard(), "STOPPING=1");
        EXPECT_EQ(listener.heard(), "nothing");
    }
    std::filesystem::remove(path);
}

TEST(ServiceManager, WhereThereIsNoneNothingIsTold) {
    EXPECT_TRUE(ServiceManager("").ready());
}

TEST(ServiceManager, OneThatCannotBeToldIsNamed) {
    for (const std::string& socket : {std::string("/nowhere/notify"), "/" + std::string(500, 'x'), std::string("x")}) {
        const auto told = ServiceManager(socket).ready();
        ASSERT_FALSE(told);
        EXPECT_THAT(told.error().message, HasSubstr("the service manager at " + socket));
    }
}

}  // namespace
}  // namespace retort::cli

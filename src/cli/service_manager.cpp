#include "cli/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>

namespace retort::cli {
namespace {

constexpr timeval kMostWait{1, 0};

Error untold(const std::string& socket, const char* why) {
    return {ErrorKind::file, fmt::format("the service manager at {} (NOTIFY_SOCKET) cannot be told: {}", socket, why)};
}

}  // namespace

Outcome<void> ServiceManager::ready() const {
    return tell("READY=1");
}

Outcome<void> ServiceManager::reloading() const {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();  // CLOCK_MONOTONIC, as it wants it
    const auto now_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    return tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now_us));
}

Outcome<void> ServiceManager::stopping() const {
    return tell("STOPPING=1");
}

Outcome<void> ServiceManager::tell(const std::string& state) const {
    if (socket_.empty()) return {};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const bool is_place = socket_.starts_with('/') || socket_.starts_with('@');
    if (!is_place || socket_.size() >= sizeof(address.sun_path))
        return untold(socket_, "expected a path of a socket, or @NAME");
    std::copy(socket_.begin(), socket_.end(), address.sun_path);
    if (socket_.starts_with('@')) address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return untold(socket_, std::strerror(errno));
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &kMostWait, sizeof kMostWait);
    const ssize_t sent = ::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL,
                                  reinterpret_cast<const sockaddr*>(&address), size);
    const int failed = errno;
    ::close(descriptor);
    if (sent != static_cast<ssize_t>(state.size())) return untold(socket_, std::strerror(failed));
    return {};
}

}  // namespace retort::cli

// Tells the service manager that started the program how far it is: systemd's protocol (sd_notify(3)), a datagram to
// the socket that $NOTIFY_SOCKET names.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace retort::cli {

class ServiceManager {
  public:
    // A path, or "@NAME" of an abstract socket. Empty: there is no manager, and nothing is told.
    explicit ServiceManager(std::string socket) : socket_(std::move(socket)) {}

    // Each waits a second at most. The error says that the manager could not be told; the program goes on.
    Outcome<void> ready() const;
    Outcome<void> reloading() const;  // until it is ready() again
    Outcome<void> stopping() const;

  private:
    Outcome<void> tell(const std::string& state) const;

    std::string socket_;
};

}  // namespace retort::cli

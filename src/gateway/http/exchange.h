// One request of a client, and the answer to it.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "async/task.h"
#include "gateway/http/message.h"

namespace retort::gateway {

// A handler answers once: by send(), or by begin(), any number of pieces, and end(). Each returns false when the client
// is gone; nothing more need be done then. Waiting for one is the back-pressure of a client that reads slowly. Loop
// thread only.
class Exchange {
  public:
    virtual ~Exchange() = default;

    virtual const RequestHead& head() const = 0;
    virtual std::string& body() = 0;  // whole; may be moved from

    // Requested when the client hangs up, whether or not anything is being written, and when the server gives up.
    virtual std::stop_token stop() const = 0;

    // The server ends, and waits no longer: the client is still there to be told so.
    virtual bool is_given_up() const = 0;

    // These go with the answer, whatever it is, in the place of its own of the same names. Before it begins.
    virtual void accompany(const Headers& headers) = 0;

    virtual Task<bool> send(ReplyHead head, std::string body) = 0;

    // The head goes out with the first piece; a piece of nothing sends it by itself. `length`: of all pieces, in bytes;
    // none: not known.
    virtual void begin(const ReplyHead& head, std::optional<std::uint64_t> length) = 0;
    virtual Task<bool> piece(std::string_view bytes) = 0;
    virtual Task<bool> end() = 0;

    virtual int status() const = 0;  // of the answer; 0: none has begun

    // The answer broke off: the client must not take it for whole, so its connection is closed without an end.
    virtual void abandon() = 0;
};

}  // namespace retort::gateway

// How a call to a training server fails, and what the run does about it.
#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "train/net/net.h"

namespace retort::train::tinker {

enum class FailureKind {
    refused,       // the server does not take it, and would not another time: the run ends
    no_model,      // it does not train such a base model
    unauthorised,  // the key is missing, wrong, or its account may not
    unreachable,   // nobody answered for as long as the run waits: it ends, and can be resumed
    lost,          // what the server held is gone, or it is not known what it did: the run goes back to its checkpoint
    missing,       // what was to be loaded is not there
    malformed,     // an answer that cannot be used
    stopped,       // the user does not want to wait any longer
};

struct Failure {
    FailureKind kind = FailureKind::refused;
    std::string message;  // what was asked, what came, what to do; one line, no secrets
};

// What ends a step: thrown by what stands behind interfaces that know no remote failure.
class FailureException : public NetUnreachable {
  public:
    explicit FailureException(Failure failure) : NetUnreachable(failure.message), failure_(std::move(failure)) {}
    const Failure& failure() const { return failure_; }

  private:
    Failure failure_;
};

template <class T>
using Result = boost::system::result<T, Failure>;

// What Result<T>::value() throws when there is no value.
[[noreturn]] inline void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
    throw FailureException(failure);
}

}  // namespace retort::train::tinker

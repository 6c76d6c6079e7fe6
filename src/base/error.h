// Errors as values. A function that can fail in an expected way returns Outcome<T>; exceptions end a run.
//
// The message says what was expected, what was found and what to do, and stands alone on a line.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace retort {

enum class ErrorKind {
    usage,        // the user asked for something that cannot be: exit code 2
    file,         // a file, the disk, or an internal fault: exit code 1
    model,        // the model or its server failed: exit code 3
    budget,       // a budget is too small to answer: exit code 4
    interrupted,  // Ctrl-C or a cancelled parent: exit code 130
};

struct Error {
    ErrorKind kind = ErrorKind::file;
    std::string message;
};

// The contract's exit code for an error of this kind.
int exit_code(ErrorKind kind);

template <class T>
using Outcome = boost::system::result<T, Error>;

// What Outcome<T>::value() throws when there is no value.
class ErrorException : public std::runtime_error {
  public:
    explicit ErrorException(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
    const Error& error() const { return error_; }

  private:
    Error error_;
};

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace retort

#include "base/error.h"

namespace retort {

int exit_code(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::usage:
            return 2;
        case ErrorKind::file:
            return 1;
        case ErrorKind::model:
            return 3;
        case ErrorKind::budget:
            return 4;
        case ErrorKind::interrupted:
            return 130;
    }
    return 1;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw ErrorException(error);
}

}  // namespace retort

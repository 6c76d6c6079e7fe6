// Errors in the shape of OpenAI's API, which clients know how to read.
#pragma once

#include <boost/system/result.hpp>
#include <boost/throw_exception.hpp>
#include <stdexcept>
#include <string>

namespace retort::gateway {

struct ApiError {
    int status = 400;
    std::string message;  // expected, found, what to do
    std::string type = "invalid_request_error";
    std::string code;          // "model_not_found"; empty: null
    std::string param;         // the field at fault; empty: null
    double retry_after_s = 0;  // 0: no Retry-After
    bool is_final = false;     // asking again by itself would take as long: OpenAI's clients are told not to
};

template <class T>
using ApiOutcome = boost::system::result<T, ApiError>;

// What ApiOutcome<T>::value() throws when there is no value.
[[noreturn]] inline void throw_exception_from_error(const ApiError& error, const boost::source_location& where) {
    boost::throw_exception(std::runtime_error(error.message), where);
}

// {"error":{"message","type","param","code"}}
std::string error_body(const ApiError& error);

// A message of the engine's, where it names options of the command line: the fields that requests have in their place.
std::string in_fields(std::string message);

ApiError bad_request(std::string message, std::string param = "");
ApiError not_found(std::string message);

}  // namespace retort::gateway

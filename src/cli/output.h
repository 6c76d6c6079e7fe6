// Writing results and errors, straight to the descriptors: nothing is buffered, so the order on a terminal is the order
// of writing.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace retort::cli {

inline constexpr int kStdout = 1;
inline constexpr int kStderr = 2;

// All bytes, or why not. Of a reader that has gone (`retort show ... | head`) the message is empty: report() says
// nothing.
Outcome<void> write_stdout(std::string_view bytes);

// A line on stderr; where stderr is gone there is nobody to tell.
void say(std::string_view line);

// "retort: MESSAGE", one line without control characters; nothing where there is no message. Returns the exit code of
// the contract.
int report(const Error& error);

// For a shell: as it is, or in single quotes.
std::string shell_quoted(const std::string& word);

}  // namespace retort::cli

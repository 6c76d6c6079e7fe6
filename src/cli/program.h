// The program from its arguments to its exit code.
#pragma once

namespace retort::cli {

int run_program(int argc, const char* const* argv);

}  // namespace retort::cli

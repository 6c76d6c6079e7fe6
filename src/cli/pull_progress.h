// What a person sees of a file that is fetched.
#pragma once

#include <cstdint>
#include <string>

#include "cli/file_pull.h"

namespace retort::cli {

// "98.4 MB"; 0: "size not known".
std::string megabytes(std::int64_t bytes);

// "pulled: 98,362,432 bytes, verified".
std::string pulled_text(const Pulled& pulled);

// One line on stderr, rewritten: bytes so far. Nothing where that is no terminal.
class PullProgressLine {
  public:
    PullProgressLine();
    ~PullProgressLine();
    PullProgressLine(const PullProgressLine&) = delete;
    PullProgressLine& operator=(const PullProgressLine&) = delete;
    void operator()(std::int64_t done, std::int64_t all);

  private:
    bool live_;
    std::int64_t shown_ = -1;
};

}  // namespace retort::cli

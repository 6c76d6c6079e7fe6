// A verifier from a line that must be well formed.
#pragma once

#include <gtest/gtest.h>
#include <time.h>

#include <memory>
#include <string>

#include "verify/kind.h"

namespace retort::test {

inline std::shared_ptr<const Verifier> verifier_of(const std::string& line) {
    KindResult made = make_verifier(line);
    EXPECT_EQ(made.error, "") << line;
    return made.verifier;
}

// Seconds of computing of this thread: the clock on the wall counts other programs, too.
inline double computing_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline Verdict verdict_on(const Verifier& verifier, const std::string& solution) {
    const auto answer = verifier.extract(solution);
    return answer ? verifier.judge(*answer).verdict : Verdict::unknown;
}

}  // namespace retort::test

// A verifier from a line that must be well formed.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "verify/kind.h"

namespace retort::test {

inline std::shared_ptr<const Verifier> verifier_of(const std::string& line) {
    KindResult made = make_verifier(line);
    EXPECT_EQ(made.error, "") << line;
    return made.verifier;
}

inline Verdict verdict_on(const Verifier& verifier, const std::string& solution) {
    const auto answer = verifier.extract(solution);
    return answer ? verifier.judge(*answer).verdict : Verdict::unknown;
}

}  // namespace retort::test

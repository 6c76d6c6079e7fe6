// Pairs of a reference and an answer, and what is expected of all of them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "verify/verdict.h"

namespace retort::test {

struct Pair {
    std::string reference, answer;
};

inline void expect_all(const std::vector<Pair>& pairs, Verdict verdict) {
    for (const auto& [reference, answer] : pairs)
        EXPECT_EQ(name(judge(reference, answer).verdict), name(verdict)) << reference << " | " << answer;
}

// As they are and with the sides swapped.
inline void expect_both_ways(const std::vector<Pair>& pairs, Verdict verdict) {
    expect_all(pairs, verdict);
    for (const auto& [reference, answer] : pairs)
        EXPECT_EQ(name(judge(answer, reference).verdict), name(verdict)) << "swapped: " << reference << " | " << answer;
}

inline void expect_equal(const std::vector<Pair>& pairs) {
    expect_both_ways(pairs, Verdict::equal);
}
inline void expect_different(const std::vector<Pair>& pairs) {
    expect_both_ways(pairs, Verdict::different);
}

// Not equal, whether it is known to be different or not.
inline void expect_not_equal(const std::vector<Pair>& pairs) {
    for (const auto& [reference, answer] : pairs) {
        EXPECT_NE(name(judge(reference, answer).verdict), "equal") << reference << " | " << answer;
        EXPECT_NE(name(judge(answer, reference).verdict), "equal") << "swapped: " << reference << " | " << answer;
    }
}

}  // namespace retort::test

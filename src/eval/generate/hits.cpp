#include "eval/generate/hits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace retort::generate {
namespace {

// What the two can give, 0 where the result is none: sum, difference, product, quotient.
std::array<std::int64_t, 4> results(std::int64_t a, std::int64_t b) {
    const std::int64_t larger = std::max(a, b), smaller = std::min(a, b);
    return {a + b, larger - smaller, a * b, larger % smaller == 0 ? larger / smaller : 0};
}

class Counting {
  public:
    explicit Counting(int largest_target) { hits_.of.resize(static_cast<std::size_t>(largest_target) + 1); }

    void count(const std::vector<std::int64_t>& numbers) {
        if (numbers.size() == 2) return last_move(numbers[0], numbers[1]);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            for (std::size_t j = i + 1; j < numbers.size(); ++j) {
                std::vector<std::int64_t> rest = numbers;
                rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(j));
                for (const std::int64_t result : results(numbers[i], numbers[j])) {
                    if (result == 0) continue;
                    rest[i] = result;
                    count(rest);
                }
            }
    }

    Hits take() { return std::move(hits_); }

  private:
    void last_move(std::int64_t a, std::int64_t b) {
        ++hits_.ways;
        std::array<std::int64_t, 4> reached = results(a, b);
        std::sort(reached.begin(), reached.end());
        const auto end = std::unique(reached.begin(), reached.end());
        for (auto result = reached.begin(); result != end; ++result)
            if (*result > 0 && static_cast<std::size_t>(*result) < hits_.of.size())
                ++hits_.of[static_cast<std::size_t>(*result)];
    }

    Hits hits_;
};

}  // namespace

bool Hits::within(int target, int least_percent, int most_percent) const {
    const std::int64_t hundredfold = 100 * of[static_cast<std::size_t>(target)];
    return hundredfold >= least_percent * ways && hundredfold <= most_percent * ways;
}

Hits count_hits(const std::vector<int>& numbers, int largest_target) {
    Counting counting(largest_target);
    counting.count({numbers.begin(), numbers.end()});
    return counting.take();
}

std::string family_of(std::vector<int> numbers, std::int64_t target) {
    std::sort(numbers.begin(), numbers.end());
    return fmt::format("countdown {} -> {}", fmt::join(numbers, " "), target);
}

}  // namespace retort::generate

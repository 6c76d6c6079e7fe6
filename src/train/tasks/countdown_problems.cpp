#include "train/tasks/countdown_problems.h"

#include <algorithm>

#include "eval/generate/generate.h"
#include "eval/generate/hits.h"

namespace retort::train::countdown {
namespace {

constexpr int kLeastHits = 2, kMostHits = 8;  // percent

std::uint64_t orders_of(std::array<int, kNumbers> ascending) {
    std::uint64_t out = 0;
    do ++out;
    while (std::next_permutation(ascending.begin(), ascending.end()));
    return out;
}

}  // namespace

Problems::Problems() {
    std::array<int, kNumbers> numbers{};
    for (numbers[0] = 1; numbers[0] <= kLargest; ++numbers[0])
        for (numbers[1] = numbers[0]; numbers[1] <= kLargest; ++numbers[1])
            for (numbers[2] = numbers[1]; numbers[2] <= kLargest; ++numbers[2])
                for (numbers[3] = numbers[2]; numbers[3] <= kLargest; ++numbers[3]) add_targets_of(numbers);
}

void Problems::add_targets_of(const std::array<int, kNumbers>& ascending) {
    const std::vector<int> numbers(ascending.begin(), ascending.end());
    const generate::Hits hits = generate::count_hits(numbers, kMostTarget);
    for (int target = kLeastTarget; target <= kMostTarget; ++target) {
        if (!hits.within(target, kLeastHits, kMostHits)) continue;
        if (split_of(generate::family_of(numbers, target)) != Split::train) continue;
        const auto solutions = static_cast<std::uint64_t>(hits.of[static_cast<std::size_t>(target)]);
        problems_.push_back({ascending, target});
        up_to_.push_back((up_to_.empty() ? 0 : up_to_.back()) + solutions * orders_of(ascending));
    }
}

Problem Problems::draw(generate::Draws& draws) const {
    const auto at = std::upper_bound(up_to_.begin(), up_to_.end(), draws.below(up_to_.back()));
    Problem out = problems_[static_cast<std::size_t>(at - up_to_.begin())];
    std::vector<int> numbers(out.numbers.begin(), out.numbers.end());
    draws.shuffle(numbers);
    std::copy(numbers.begin(), numbers.end(), out.numbers.begin());
    return out;
}

}  // namespace retort::train::countdown

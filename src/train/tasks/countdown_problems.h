// The problems that the countdown model is trained on. Not public.
#pragma once

#include <cstdint>
#include <vector>

#include "eval/generate/draws.h"
#include "train/tasks/countdown_search.h"

namespace retort::train::countdown {

// All problems of the train split at the difficulty that `suite make countdown` has by default. Takes about half a
// second to make. Immutable; any thread.
class Problems {
  public:
    Problems();

    // As often as `suite make` comes upon them: in proportion to the orders of their numbers and to their solutions.
    Problem draw(generate::Draws& draws) const;

    const std::vector<Problem>& all() const { return problems_; }

  private:
    void add_targets_of(const std::array<int, kNumbers>& ascending);

    std::vector<Problem> problems_;     // numbers ascending
    std::vector<std::uint64_t> up_to_;  // weights of a problem and all before it
};

}  // namespace retort::train::countdown

// Solutions and mistakes, as drafts hand them on. Not public.
#pragma once

#include <vector>

#include "train/tasks/countdown_search.h"

namespace retort::train::countdown {

// A way that hits, with the expression that it ends in.
struct Solution {
    Way way;
    Expression expression;
};

class Candidates {
  public:
    // `draws` must outlive this.
    Candidates(const Problem& problem, generate::Draws& draws);

    // All that search can find; there may be none, where a solution needs larger results than search makes.
    const std::vector<Solution>& solutions() const { return solutions_; }
    const Solution& solution() { return draws_.one_of(solutions_); }

    // An expression of another value than the target, or of none: one near it, or a solution with a slip.
    Expression mistake();

    // A way that does not hit.
    const Way& miss();

  private:
    Ending ending();
    Expression near();
    Expression slip();
    bool hits(const Way& way) const;

    const Problem& problem_;
    generate::Draws& draws_;
    std::vector<Way> ways_;
    std::vector<Solution> solutions_;
};

}  // namespace retort::train::countdown

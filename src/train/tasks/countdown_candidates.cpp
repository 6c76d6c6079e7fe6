#include "train/tasks/countdown_candidates.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "eval/generate/moves.h"

namespace retort::train::countdown {
namespace {

// As a verifier sees it: steps below 1, above kMostResult or between whole numbers count.
bool equals(const Expression& expression, int target) {
    std::vector<generate::Ratio> values;
    values.reserve(kNumbers + expression.steps.size());
    for (const int number : expression.numbers) values.push_back({number, 1});
    for (const Step& step : expression.steps) {
        const generate::Ratio left = values[static_cast<std::size_t>(step.left)];
        const generate::Ratio right = values[static_cast<std::size_t>(step.right)];
        const auto result = generate::apply(step.operation, left, right, generate::Values::exact);
        if (!result) return false;
        values.push_back(*result);
    }
    return values.back() == generate::Ratio{target, 1};
}

}  // namespace

Candidates::Candidates(const Problem& problem, generate::Draws& draws)
    : problem_(problem), draws_(draws), ways_(ways_of(problem)) {
    for (const Way& way : ways_)
        for (const Ending& ending : endings_of(problem, way, kMostTarget)) {
            if (ending.value != problem.target) continue;
            solutions_.push_back({way, ending.expression});
            break;
        }
}

Expression Candidates::mistake() {
    constexpr int kTries = 4;
    const bool slipped = !solutions_.empty() && draws_.below(3) == 0;
    for (int tries = 0; slipped && tries < kTries; ++tries) {
        const Expression out = slip();
        if (!equals(out, problem_.target)) return out;
    }
    return near();
}

const Way& Candidates::miss() {
    while (true) {
        const Way& way = draws_.one_of(ways_);
        if (!hits(way)) return way;
    }
}

// Any that does not hit. Nearly all do not.
Ending Candidates::ending() {
    while (true) {
        const auto endings = endings_of(problem_, draws_.one_of(ways_), kMostResult);
        if (endings.empty()) continue;
        const Ending& out = draws_.one_of(endings);
        if (out.value != problem_.target) return out;
    }
}

// Of a few, the one whose value is nearest to the target: what a slip of the last comparison takes for a solution.
Expression Candidates::near() {
    const std::uint64_t others = draws_.below(6);
    Ending nearest = ending();
    for (std::uint64_t i = 0; i < others; ++i) {
        const Ending other = ending();
        if (std::abs(other.value - problem_.target) < std::abs(nearest.value - problem_.target)) nearest = other;
    }
    return nearest.expression;
}

Expression Candidates::slip() {
    Expression out = solution().expression;
    switch (draws_.below(3)) {
        case 0:
            out.steps[draws_.below(out.steps.size())].operation = "+-*/"[draws_.below(4)];
            break;
        case 1:
            std::swap(out.numbers[draws_.below(kNumbers)], out.numbers[draws_.below(kNumbers)]);
            break;
        default:
            out.numbers[draws_.below(kNumbers)] = draws_.between(1, kLargest);
    }
    return out;
}

bool Candidates::hits(const Way& way) const {
    for (const Ending& ending : endings_of(problem_, way, kMostTarget))
        if (ending.value == problem_.target) return true;
    return false;
}

}  // namespace retort::train::countdown

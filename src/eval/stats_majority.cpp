// maj@k: how often the most frequent answer among k of n samples is right, by counting all draws of k, or by drawing.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "eval/bootstrap_random.h"
#include "eval/stats.h"

namespace retort {
namespace {

constexpr double kMostWork = 4e5;         // steps of the exact count for one problem: a millisecond
constexpr std::size_t kMostExact = 1000;  // samples; beyond, binomial coefficients leave a double's range
constexpr int kDraws = 1024;

struct Groups {
    std::vector<std::size_t> sizes;
    std::vector<double> values;  // share of the group's samples that are right
    std::size_t unanswered = 0;
};

Groups groups_of(const ProblemTable& problem) {
    Groups out;
    for (std::size_t i = 0; i < problem.samples(); ++i) {
        if (problem.group[i] < 0) {
            ++out.unanswered;
            continue;
        }
        const auto group = static_cast<std::size_t>(problem.group[i]);
        if (group >= out.sizes.size()) {
            out.sizes.resize(group + 1, 0);
            out.values.resize(group + 1, 0);
        }
        ++out.sizes[group];
        out.values[group] += problem.right[i] ? 1 : 0;
    }
    for (std::size_t g = 0; g < out.sizes.size(); ++g)
        if (out.sizes[g] > 0) out.values[g] /= static_cast<double>(out.sizes[g]);
    return out;
}

// C(n, 0) ... C(n, most).
std::vector<double> binomials(std::size_t n, std::size_t most) {
    std::vector<double> out(most + 1, 0.0);
    out[0] = 1;
    for (std::size_t k = 1; k <= std::min(n, most); ++k)
        out[k] = out[k - 1] * static_cast<double>(n - k + 1) / static_cast<double>(k);
    return out;
}

// Ways to draw from all groups but one so that none has more than `votes`: [ties * (k + 1) + drawn], where ties counts
// the groups that have as many.
class OtherGroups {
  public:
    OtherGroups(const Groups& groups, std::size_t winner, std::size_t votes, std::size_t k)
        : k_(k), votes_(votes), most_ties_(k / votes), ways_((most_ties_ + 1) * (k + 1), 0.0), next_(ways_.size()) {
        ways_[0] = 1;
        for (std::size_t g = 0; g < groups.sizes.size(); ++g)
            if (g != winner && groups.sizes[g] > 0) join(groups.sizes[g]);
    }

    std::size_t most_ties() const { return most_ties_; }
    double ways(std::size_t ties, std::size_t drawn) const { return ways_[ties * (k_ + 1) + drawn]; }

  private:
    void join(std::size_t size) {
        const std::size_t most = std::min(size, votes_);
        const std::vector<double> choose = binomials(size, most);
        std::fill(next_.begin(), next_.end(), 0.0);
        for (std::size_t ties = 0; ties <= most_ties_; ++ties)
            for (std::size_t drawn = 0; drawn <= k_; ++drawn)
                if (const double now = ways(ties, drawn); now > 0)
                    for (std::size_t take = 0; take <= std::min(most, k_ - drawn); ++take) {
                        const std::size_t after = ties + (take == votes_ ? 1 : 0);
                        if (after <= most_ties_) next_[after * (k_ + 1) + drawn + take] += now * choose[take];
                    }
        ways_.swap(next_);
    }

    std::size_t k_;
    std::size_t votes_;
    std::size_t most_ties_;
    std::vector<double> ways_;
    std::vector<double> next_;
};

double exact(const Groups& groups, std::size_t n, std::size_t k) {
    const std::vector<double> silent = binomials(groups.unanswered, k);
    const double all = binomials(n, k)[k];
    double out = 0;
    for (std::size_t g = 0; g < groups.sizes.size(); ++g) {
        if (groups.values[g] == 0) continue;
        const std::vector<double> own = binomials(groups.sizes[g], k);
        for (std::size_t votes = 1; votes <= std::min(groups.sizes[g], k); ++votes) {
            const OtherGroups others(groups, g, votes, k);
            for (std::size_t ties = 0; ties <= others.most_ties(); ++ties)
                for (std::size_t drawn = 0; drawn + votes <= k; ++drawn)
                    out += groups.values[g] / static_cast<double>(ties + 1) * own[votes] / all *
                           others.ways(ties, drawn) * silent[k - votes - drawn];
        }
    }
    return out;
}

double share_of_winners(const Groups& groups, const std::vector<std::size_t>& votes) {
    const std::size_t most = votes.empty() ? 0 : *std::max_element(votes.begin(), votes.end());
    if (most == 0) return 0;
    double value = 0;
    int winners = 0;
    for (std::size_t g = 0; g < votes.size(); ++g)
        if (votes[g] == most) value += groups.values[g], ++winners;
    return value / winners;
}

double by_drawing(const ProblemTable& problem, const Groups& groups, std::size_t k) {
    std::vector<int> order = problem.group;
    std::sort(order.begin(), order.end());
    SplitMix random(order.size());
    double sum = 0;
    for (int draw = 0; draw < kDraws; ++draw) {
        std::vector<std::size_t> votes(groups.sizes.size(), 0);
        for (std::size_t i = 0; i < k; ++i) {
            std::swap(order[i], order[i + random.below(order.size() - i)]);
            if (order[i] >= 0) ++votes[static_cast<std::size_t>(order[i])];
        }
        sum += share_of_winners(groups, votes);
    }
    return sum / kDraws;
}

double exact_work(const Groups& groups, std::size_t n, std::size_t k) {
    double out = 0;
    for (std::size_t g = 0; g < groups.sizes.size(); ++g)
        if (groups.values[g] > 0)
            for (std::size_t votes = 1; votes <= std::min(groups.sizes[g], k); ++votes)
                out += static_cast<double>((k / votes + 1) * (k + 1) * n);
    return out;
}

}  // namespace

double maj_at_k(const ProblemTable& problem, std::size_t k) {
    const Groups groups = groups_of(problem);
    const std::size_t n = problem.samples();
    if (k >= n) return share_of_winners(groups, groups.sizes);
    if (n <= kMostExact && exact_work(groups, n, k) <= kMostWork) return std::clamp(exact(groups, n, k), 0.0, 1.0);
    return by_drawing(problem, groups, k);
}

}  // namespace retort

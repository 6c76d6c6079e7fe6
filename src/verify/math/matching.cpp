#include "verify/math/matching.h"

#include <vector>

namespace retort::math {
namespace {

constexpr std::size_t kMostElements = 128;

// Equality with rounding is not transitive: a matching is looked for, not the first fit (Kuhn).
class Matching {
  public:
    explicit Matching(std::size_t size) : edges_(size, std::vector<bool>(size, false)), partner_(size, size) {}

    void connect(std::size_t a, std::size_t b) { edges_[a][b] = true; }
    bool perfect() {
        for (std::size_t a = 0; a < edges_.size(); ++a) {
            std::vector<bool> seen(edges_.size(), false);
            if (!augment(a, seen)) return false;
        }
        return true;
    }

  private:
    bool augment(std::size_t a, std::vector<bool>& seen) {
        for (std::size_t b = 0; b < edges_.size(); ++b) {
            if (!edges_[a][b] || seen[b]) continue;
            seen[b] = true;
            if (partner_[b] == edges_.size() || augment(partner_[b], seen)) {
                partner_[b] = a;
                return true;
            }
        }
        return false;
    }

    std::vector<std::vector<bool>> edges_;
    std::vector<std::size_t> partner_;
};

}  // namespace

Judged match_all(std::size_t size_a, std::size_t size_b,
                 const std::function<Judged(std::size_t, std::size_t)>& compare_pair, VerifyStage stage, Fuel& fuel) {
    if (size_a != size_b) return {Verdict::different, stage};
    if (size_a > kMostElements) return {};
    Matching matching(size_a);
    bool unsure = false, rounded = false;
    for (std::size_t i = 0; i < size_a; ++i) {
        for (std::size_t j = 0; j < size_b; ++j) {
            if (!fuel.spend(2)) return {};
            const Judged here = compare_pair(i, j);
            if (here.equal()) matching.connect(i, j);
            rounded = rounded || here.rounded();
            unsure = unsure || here.verdict == Verdict::unknown;
        }
    }
    if (fuel.empty()) return {};
    const bool perfect = matching.perfect();
    if (!perfect && !unsure) return {Verdict::different, stage};
    return no_part_differs(stage, !perfect, rounded);
}

}  // namespace retort::math

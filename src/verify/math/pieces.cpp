#include "verify/math/pieces.h"

#include <algorithm>
#include <utility>

#include "verify/math/ball.h"
#include "verify/math/rational.h"
#include "verify/math/shape.h"

namespace retort::math {
namespace {

constexpr std::size_t kMostPieces = 64;

// Below 0 when a < b. None when that cannot be told.
std::optional<int> order_of(const Expr& a, const Expr& b, Fuel& fuel) {
    const int far_a = infinite_sign(a), far_b = infinite_sign(b);
    if (far_a != 0 || far_b != 0) return far_a - far_b;
    const auto x = evaluate_rational(a, fuel), y = evaluate_rational(b, fuel);
    if (x && y) return fmpq_cmp(x->get(), y->get());
    for (const long bits : {64L, 512L}) {
        const auto u = evaluate_ball(a, {}, bits, fuel), v = evaluate_ball(b, {}, bits, fuel);
        if (!u || !v || !acb_is_real(u->get()) || !acb_is_real(v->get())) return std::nullopt;
        if (arb_lt(acb_realref(u->get()), acb_realref(v->get()))) return -1;
        if (arb_gt(acb_realref(u->get()), acb_realref(v->get()))) return 1;
    }
    return 0;
}

// Just before a value or just after it: a piece runs from one cut to another, whichever of its ends belong to it.
struct Cut {
    const Expr* value;
    bool after;
};

std::optional<int> order_of(const Cut& a, const Cut& b, Fuel& fuel) {
    const auto out = order_of(*a.value, *b.value, fuel);
    if (!out || *out != 0 || infinite_sign(*a.value) != 0) return out;
    return static_cast<int>(a.after) - static_cast<int>(b.after);
}

// All cuts in order, the equal ones together.
class Line {
  public:
    // False when the order cannot be told.
    bool place(const Pieces& pieces, Fuel& fuel) {
        return std::all_of(pieces.begin(), pieces.end(), [&](const Piece& piece) {
            return place(Cut{&piece.from, !piece.with_from}, fuel) && place(Cut{&piece.to, piece.with_to}, fuel);
        });
    }

    // Which of the stretches between neighbouring cuts lie inside.
    std::vector<bool> inside(const Pieces& pieces, Fuel& fuel) const {
        std::vector<bool> out(cuts_.size(), false);
        for (const Piece& piece : pieces) {
            const std::size_t end = rank(Cut{&piece.to, piece.with_to}, fuel);
            for (std::size_t i = rank(Cut{&piece.from, !piece.with_from}, fuel); i < end; ++i) out[i] = true;
        }
        return out;
    }

    Pieces pieces(const std::vector<bool>& in) const {
        Pieces out;
        for (std::size_t i = 0; i + 1 < cuts_.size(); ++i) {
            if (!in[i]) continue;
            if (i == 0 || !in[i - 1]) out.push_back({*cuts_[i].value, {}, !cuts_[i].after, false});
            out.back().to = *cuts_[i + 1].value;
            out.back().with_to = cuts_[i + 1].after;
        }
        return out;
    }

  private:
    bool place(Cut cut, Fuel& fuel) {
        for (std::size_t i = 0; i < cuts_.size(); ++i) {
            const auto order = order_of(cut, cuts_[i], fuel);
            if (!order) return false;
            if (*order == 0) return true;
            if (*order < 0) {
                cuts_.insert(cuts_.begin() + static_cast<std::ptrdiff_t>(i), cut);
                return true;
            }
        }
        cuts_.push_back(cut);
        return order_of(cut, cut, fuel).has_value();
    }

    std::size_t rank(Cut cut, Fuel& fuel) const {
        std::size_t i = 0;
        while (i < cuts_.size() && order_of(cut, cuts_[i], fuel).value_or(0) > 0) ++i;
        return i;
    }

    std::vector<Cut> cuts_;
};

bool holds(bool in_a, bool in_b, SetOperation operation) {
    switch (operation) {
        case SetOperation::unite:
            return in_a || in_b;
        case SetOperation::intersect:
            return in_a && in_b;
        case SetOperation::subtract:
            return in_a && !in_b;
    }
    return false;
}

}  // namespace

std::optional<Pieces> combined(const Pieces& a, const Pieces& b, SetOperation operation, Fuel& fuel) {
    if (a.size() + b.size() > kMostPieces) return std::nullopt;
    Line line;
    if (!line.place(a, fuel) || !line.place(b, fuel)) return std::nullopt;
    const std::vector<bool> in_a = line.inside(a, fuel), in_b = line.inside(b, fuel);
    std::vector<bool> in(in_a.size());
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = holds(in_a[i], in_b[i], operation);
    if (fuel.empty()) return std::nullopt;
    return line.pieces(in);
}

}  // namespace retort::math

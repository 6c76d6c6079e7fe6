// Intervals for figures over problems: the problem is the unit that is drawn again, since the samples of one problem
// are alike. Every figure here is a function of column sums over problems, which makes a draw cheap. Pure functions,
// any thread. docs/statistics.md has the rules and their sources.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace retort {

struct Interval {
    double lo = 0;
    double hi = 0;
    friend bool operator==(const Interval&, const Interval&) = default;
};

// A figure over problems. No interval: the data give none (one problem, or figures without known bounds that are all
// the same).
struct Estimate {
    double value = 0;
    std::optional<Interval> ci;
    std::size_t problems = 0;  // that it rests on
    friend bool operator==(const Estimate&, const Estimate&) = default;
};

struct BootstrapOptions {
    int draws = 2000;
    std::uint64_t seed = 1;  // the same seed, the same interval, on every machine
    double level = 0.95;
    bool small_sample = true;  // levels widened as Student's t widens the normal's (Hesterberg 2015)
};

// What a figure can be at least and at most: [0, 1] for an accuracy, [-1, 1] for a difference of two.
struct Bounds {
    double lo = 0;
    double hi = 1;
};
inline constexpr Bounds kShareBounds{0, 1};
inline constexpr Bounds kDifferenceBounds{-1, 1};

// One row a problem, the same number of figures in each.
struct Columns {
    std::size_t width = 0;
    std::vector<double> values;  // row by row

    std::size_t rows() const { return width == 0 ? 0 : values.size() / width; }
    std::span<const double> row(std::size_t i) const { return std::span(values).subspan(i * width, width); }
    std::vector<double> sums() const;
};

// From the sums of the columns to figures. NaN: the figure is not defined for these sums.
using Figures = std::function<void(std::span<const double> sums, std::span<double> out)>;

// `count` figures with BCa intervals (Efron 1987) of the cluster bootstrap, all from the same draws. Where a figure is
// the same without any one problem, the draws tell nothing: then, with `bounds`, the exact binomial limit on the share
// of problems that may differ is used; without, there is no interval. None: the figure itself is not defined. A figure
// that more than a tenth of the draws leave undefined has no interval.
std::vector<std::optional<Estimate>> bootstrap(const Columns& columns, std::size_t count, const Figures& figures,
                                               std::optional<Bounds> bounds, const BootstrapOptions& options = {});

// The sums of every draw, in order.
void for_each_draw(const Columns& columns, const BootstrapOptions& options,
                   const std::function<void(std::span<const double> sums)>& visit);

// One problem's part in a ratio of sums; a mean over problems has `of` 1 everywhere.
struct Share {
    double sum = 0;
    double of = 0;
};

// Sum over sum, by the bootstrap. None where the denominators add up to nothing.
std::optional<Estimate> ratio(std::span<const Share> shares, std::optional<Bounds> bounds = kShareBounds,
                              const BootstrapOptions& options = {});

// The same by a closed form: linearised, cluster-robust, Student's t with problems - 1 degrees of freedom. It may leave
// the bounds; the interval is absent where nothing varies.
std::optional<Estimate> ratio_closed_form(std::span<const Share> shares, double level = 0.95);

}  // namespace retort

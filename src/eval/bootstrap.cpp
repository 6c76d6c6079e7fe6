#include "eval/bootstrap.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "eval/bootstrap_random.h"

namespace retort {
namespace {

constexpr double kMostUndefined = 0.1;  // share of draws
constexpr double kTiny = 1e-12;         // below this, relative to the figure, a change is rounding

double normal_level(double z) {
    return boost::math::cdf(boost::math::normal(), z);
}

double normal_quantile(double p) {
    return boost::math::quantile(boost::math::normal(), p);
}

double t_quantile(double p, std::size_t problems) {
    return boost::math::quantile(boost::math::students_t(static_cast<double>(problems - 1)), p);
}

// What the figures are without each problem in turn, [figure][problem].
std::vector<std::vector<double>> jackknife(const Columns& columns, std::size_t count, const Figures& figures,
                                           const std::vector<double>& sums) {
    std::vector<std::vector<double>> out(count, std::vector<double>(columns.rows()));
    std::vector<double> without(columns.width);
    std::vector<double> values(count);
    for (std::size_t i = 0; i < columns.rows(); ++i) {
        for (std::size_t j = 0; j < columns.width; ++j) without[j] = sums[j] - columns.row(i)[j];
        figures(without, values);
        for (std::size_t f = 0; f < count; ++f) out[f][i] = values[f];
    }
    return out;
}

std::vector<std::vector<double>> drawn(const Columns& columns, std::size_t count, const Figures& figures,
                                       const BootstrapOptions& options) {
    std::vector<std::vector<double>> out(count);
    for (auto& values : out) values.reserve(static_cast<std::size_t>(std::max(options.draws, 0)));
    std::vector<double> values(count);
    for_each_draw(columns, options, [&](std::span<const double> sums) {
        figures(sums, values);
        for (std::size_t f = 0; f < count; ++f)
            if (std::isfinite(values[f])) out[f].push_back(values[f]);
    });
    return out;
}

// One problem more or less changes nothing.
bool is_constant(double value, const std::vector<double>& without_one) {
    const double tolerance = kTiny * std::max(1.0, std::abs(value));
    return std::all_of(without_one.begin(), without_one.end(),
                       [&](double other) { return std::abs(other - value) <= tolerance; });
}

// n problems agree, so with this confidence at most a share 1 - (alpha/2)^(1/n) of all problems would differ (Clopper
// and Pearson 1934), and each by no more than the bounds allow.
Interval exact_limits(double value, std::size_t problems, Bounds bounds, double level) {
    const double differ = 1 - std::pow((1 - level) / 2, 1.0 / static_cast<double>(problems));
    return {value - differ * (value - bounds.lo), value + differ * (bounds.hi - value)};
}

// Linear between the order statistics; `sorted` is not empty.
double quantile(const std::vector<double>& sorted, double level) {
    const double at = level * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double acceleration(const std::vector<double>& without_one) {
    double mean = 0;
    std::size_t n = 0;
    for (const double value : without_one)
        if (std::isfinite(value)) mean += value, ++n;
    mean /= static_cast<double>(std::max<std::size_t>(n, 1));
    double squares = 0;
    double cubes = 0;
    for (const double value : without_one) {
        if (!std::isfinite(value)) continue;
        const double d = mean - value;
        squares += d * d;
        cubes += d * d * d;
    }
    return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

// How many of the draws lie below the figure, as a normal deviate; draws equal to it count half.
double bias(const std::vector<double>& sorted, double value) {
    const double tolerance = kTiny * std::max(1.0, std::abs(value));
    const auto first = std::lower_bound(sorted.begin(), sorted.end(), value - tolerance);
    const auto last = std::upper_bound(first, sorted.end(), value + tolerance);
    const double below = static_cast<double>(first - sorted.begin()) + static_cast<double>(last - first) / 2;
    const auto n = static_cast<double>(sorted.size());
    return normal_quantile(std::clamp(below / n, 0.5 / n, 1 - 0.5 / n));
}

double bca_level(double z, double bias, double acceleration) {
    const double shifted = bias + z;
    const double scale = 1 - acceleration * shifted;
    if (scale <= 0) return shifted > 0 ? 1 : 0;
    return normal_level(bias + shifted / scale);
}

Interval bca(std::vector<double> draws, double value, const std::vector<double>& without_one,
             const BootstrapOptions& options) {
    std::sort(draws.begin(), draws.end());
    const std::size_t n = without_one.size();
    double z = normal_quantile((1 + options.level) / 2);
    if (options.small_sample)
        z = std::sqrt(static_cast<double>(n) / static_cast<double>(n - 1)) * t_quantile((1 + options.level) / 2, n);
    const double z0 = bias(draws, value);
    const double a = acceleration(without_one);
    return {quantile(draws, bca_level(-z, z0, a)), quantile(draws, bca_level(z, z0, a))};
}

}  // namespace

std::vector<double> Columns::sums() const {
    std::vector<double> out(width, 0.0);
    for (std::size_t i = 0; i < rows(); ++i)
        for (std::size_t j = 0; j < width; ++j) out[j] += row(i)[j];
    return out;
}

void for_each_draw(const Columns& columns, const BootstrapOptions& options,
                   const std::function<void(std::span<const double> sums)>& visit) {
    const std::size_t n = columns.rows();
    const std::size_t width = columns.width;
    if (n == 0) return;
    std::vector<double> sums(width);
    SplitMix random(options.seed);
    for (int draw = 0; draw < options.draws; ++draw) {
        std::fill(sums.begin(), sums.end(), 0.0);
        for (std::size_t i = 0; i < n; ++i) {
            const double* row = columns.values.data() + random.below(n) * width;
            for (std::size_t j = 0; j < width; ++j) sums[j] += row[j];
        }
        visit(sums);
    }
}

std::vector<std::optional<Estimate>> bootstrap(const Columns& columns, std::size_t count, const Figures& figures,
                                               std::optional<Bounds> bounds, const BootstrapOptions& options) {
    std::vector<std::optional<Estimate>> out(count);
    const std::size_t n = columns.rows();
    if (n == 0) return out;
    const std::vector<double> sums = columns.sums();
    std::vector<double> values(count);
    figures(sums, values);
    for (std::size_t f = 0; f < count; ++f)
        if (std::isfinite(values[f])) out[f] = Estimate{values[f], std::nullopt, n};
    if (n < 2) return out;

    const auto without_one = jackknife(columns, count, figures, sums);
    const auto draws = drawn(columns, count, figures, options);
    const double needed = (1 - kMostUndefined) * options.draws;
    for (std::size_t f = 0; f < count; ++f) {
        if (!out[f]) continue;
        if (is_constant(values[f], without_one[f])) {
            if (bounds) out[f]->ci = exact_limits(values[f], n, *bounds, options.level);
        } else if (!draws[f].empty() && static_cast<double>(draws[f].size()) >= needed) {
            out[f]->ci = bca(draws[f], values[f], without_one[f], options);
        }
    }
    return out;
}

std::optional<Estimate> ratio(std::span<const Share> shares, std::optional<Bounds> bounds,
                              const BootstrapOptions& options) {
    Columns columns{2, {}};
    for (const Share& share : shares)
        if (share.of != 0) columns.values.insert(columns.values.end(), {share.sum, share.of});
    const Figures divide = [](std::span<const double> sums, std::span<double> out) { out[0] = sums[0] / sums[1]; };
    return bootstrap(columns, 1, divide, bounds, options).front();
}

std::optional<Estimate> ratio_closed_form(std::span<const Share> shares, double level) {
    double sum = 0;
    double of = 0;
    std::size_t n = 0;
    for (const Share& share : shares)
        if (share.of != 0) sum += share.sum, of += share.of, ++n;
    if (of == 0) return std::nullopt;
    Estimate out{sum / of, std::nullopt, n};
    if (n < 2) return out;
    double squares = 0;
    for (const Share& share : shares) {
        const double residual = share.sum - out.value * share.of;
        squares += residual * residual;
    }
    const auto problems = static_cast<double>(n);
    const double error = std::sqrt(problems / (problems - 1) * squares) / of;
    if (error <= kTiny * std::max(1.0, std::abs(out.value))) return out;
    const double half = t_quantile((1 + level) / 2, n) * error;
    out.ci = Interval{out.value - half, out.value + half};
    return out;
}

}  // namespace retort

#include "cli/display/eval_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/display/text.h"

namespace retort::cli {
namespace {

constexpr int kBar = 20;

double share(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string bar(const EvalProgress& progress, bool unicode) {
    const int full = static_cast<int>(share(progress.landed, progress.samples) * kBar);
    std::string out;
    for (int i = 0; i < kBar; ++i) out += i < full ? (unicode ? "━" : "#") : (unicode ? "─" : "-");
    return out;
}

// An end of Wilson's interval, as if samples were independent: good enough to watch, not to report. side: -1 or 1.
double bound(std::int64_t right, std::int64_t samples, int side) {
    const double n = static_cast<double>(samples), p = share(right, samples), z = 1.96;
    const double middle = p + z * z / (2 * n);
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (middle + side * half) / (1 + z * z / n);
}

// Samples that are quickly right land first, so that those in flight may all turn out otherwise: the interval says so.
std::string accuracy_words(const EvalProgress& progress) {
    if (progress.judged == 0) return "";
    const std::int64_t begun = progress.judged + progress.in_flight;
    return fmt::format("right {:.1f} % ({:.0f} to {:.0f})", 100 * share(progress.right, progress.judged),
                       100 * bound(progress.right, begun, -1),
                       100 * bound(progress.right + progress.in_flight, begun, 1));
}

double rate(const EvalProgress& progress, double elapsed_s) {
    return elapsed_s > 0 ? static_cast<double>(progress.landed - progress.resumed) / elapsed_s : 0;
}

std::string time_left(const EvalProgress& progress, double elapsed_s) {
    const double speed = rate(progress, elapsed_s);
    if (speed <= 0 || progress.landed >= progress.samples) return "";
    return seconds(static_cast<double>(progress.samples - progress.landed) / speed) + " left";
}

std::string rate_words(const EvalProgress& progress, double elapsed_s) {
    const double speed = rate(progress, elapsed_s);
    if (speed <= 0) return "";
    return speed >= 0.1 ? fmt::format("{:.1f} samples/s", speed) : fmt::format("{:.1f} samples/min", 60 * speed);
}

std::string landed_words(const EvalProgress& progress) {
    return fmt::format("{} of {}", grouped(progress.landed), grouped(progress.samples));
}

Line cost_line(const EvalProgress& progress) {
    Line out{{fmt::format("{} calls", grouped(progress.calls)), Tone::dim}};
    if (progress.landed > 0) {
        out.push_back({fmt::format("   b_seq {} a sample", grouped(progress.b_seq / progress.landed)), Tone::dim});
        out.push_back({fmt::format("   b_total {}", grouped(progress.b_total)), Tone::dim});
    }
    out.push_back({fmt::format("   {} in flight", progress.in_flight), Tone::dim});
    if (progress.resumed > 0) out.push_back({fmt::format("   {} resumed", grouped(progress.resumed)), Tone::dim});
    if (progress.truncated > 0) out.push_back({fmt::format("   {} cut", grouped(progress.truncated)), Tone::bad});
    if (progress.failed > 0) out.push_back({fmt::format("   {} failed", grouped(progress.failed)), Tone::bad});
    return out;
}

}  // namespace

void add(EvalProgress& progress, const SampleFacts& facts) {
    ++progress.landed;
    progress.judged += facts.scored;
    progress.right += facts.right;
    progress.failed += facts.failed;
    progress.truncated += facts.any_cut();
    progress.calls += facts.budget.calls;
    progress.failed_calls += facts.budget.failed_calls;
    progress.b_seq += facts.budget.b_seq;
    progress.b_total += facts.budget.b_total;
}

std::vector<Line> eval_lines(const EvalTitle& title, const EvalProgress& progress, double elapsed_s,
                             const Canvas& canvas) {
    std::vector<Line> out;
    out.push_back(spread({{title.suite, Tone::strong}}, {{title.settings, Tone::dim}}, canvas.width));
    Line middle{{bar(progress, canvas.unicode), Tone::accent}, {"  " + landed_words(progress)}};
    for (const std::string& words : {accuracy_words(progress), rate_words(progress, elapsed_s)})
        if (!words.empty()) middle.push_back({"   " + words});
    out.push_back(spread(std::move(middle), {{time_left(progress, elapsed_s), Tone::dim}}, canvas.width));
    out.push_back(fit(cost_line(progress), canvas.width));
    return out;
}

std::string eval_line(const EvalProgress& progress, double elapsed_s) {
    std::string out = landed_words(progress);
    for (const std::string& words :
         {accuracy_words(progress), rate_words(progress, elapsed_s), time_left(progress, elapsed_s)})
        if (!words.empty()) out += "   " + words;
    return out + "   " + grouped(progress.calls) + " calls   b_total " + grouped(progress.b_total);
}

}  // namespace retort::cli

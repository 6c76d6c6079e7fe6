#include "train/display/train_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/display/text.h"

namespace retort::train {
namespace {

using cli::Canvas;
using cli::grouped;
using cli::Line;
using cli::Tone;

constexpr int kNarrow = 100;  // columns; below, curves are short
constexpr std::array kArms{"trace", "op"};

std::string share(double value) {
    return fmt::format("{:.1f} %", 100 * value);
}

std::string rate(double tokens_per_s) {
    return grouped(std::llround(tokens_per_s)) + " tokens/s";
}

// A figure with its name before it; empty where the last row has none.
std::string named(const TrainProgress& progress, std::string_view name, std::string_view label, const char* format) {
    const auto value = progress.figure(name);
    return value ? fmt::format("{} {}", label, fmt::format(fmt::runtime(format), *value)) : "";
}

std::string named_rate(const TrainProgress& progress, std::string_view name, std::string_view label) {
    const auto value = progress.figure(name);
    return value ? std::string(label) + rate(*value) : "";
}

std::string bar(const TrainProgress& progress, int width, bool unicode) {
    const double part =
        static_cast<double>(progress.step()) / static_cast<double>(std::max<std::int64_t>(1, progress.all_steps()));
    const int full = std::clamp(static_cast<int>(part * width), 0, width);
    std::string out;
    for (int i = 0; i < width; ++i) out += i < full ? (unicode ? "━" : "#") : (unicode ? "─" : "-");
    return out;
}

std::string left_words(const TrainProgress& progress, double now_s) {
    const auto left = progress.seconds_left(now_s);
    if (!left) return "";
    const bool more = progress.phase() == "sft" && progress.plan().rl_steps > 0;
    return cli::seconds(*left) + (more ? " left of sft" : " left");
}

Line progress_line(const TrainProgress& progress, const TrainMoment& moment, const Canvas& canvas) {
    const std::string all = grouped(progress.all_steps());
    Line left{{bar(progress, canvas.width < 60 ? 8 : 20, canvas.unicode), Tone::accent},
              {fmt::format("  {} of {}", cli::pad_left(grouped(progress.step()), cli::columns(all)), all)}};
    if (!progress.phase().empty()) left.push_back({"   " + progress.phase(), Tone::strong});
    if (moment.stops && !progress.done()) left.push_back({"   stops after this step", Tone::bad});
    const Line right{{moment.stops ? "" : left_words(progress, moment.now_s), Tone::dim}};
    // What is done is cut before the time left has no room.
    constexpr int kGaps = 5;
    const int room = canvas.width - columns(left) - columns(right) - kGaps;
    if (!moment.doing.empty() && !progress.done() && room > 0)
        left.push_back({"   " + cli::keep_head(cli::one_line(moment.doing), room), Tone::dim});
    return cli::spread(std::move(left), right, canvas.width);
}

int curve_width(const Canvas& canvas) {
    return canvas.width < kNarrow ? 8 : 16;
}

void add_curve(Line& line, const TrainProgress& progress, const std::string& name, const Canvas& canvas) {
    const std::string curve = sparkline(progress.last_values(name), curve_width(canvas), canvas.unicode);
    if (!curve.empty()) line.push_back({" " + curve, Tone::accent});
}

Line loss_line(const TrainProgress& progress, const Canvas& canvas) {
    Line out{{named(progress, "loss", "loss", "{:.4f}")}};
    add_curve(out, progress, "loss", canvas);
    for (const std::string& words :
         {named(progress, "actor/grad_norm", "gradient", "{:.2f}"), named_rate(progress, "time/tokens_per_s", "")})
        if (!words.empty()) out.push_back({"   " + words, Tone::dim});
    return cli::fit(std::move(out), canvas.width);
}

// Both arms, each with its reward, the curve of it and the share of right rollouts.
Line reward_line(const TrainProgress& progress, const Canvas& canvas) {
    Line out{{"reward", Tone::dim}};
    for (const std::string arm : kArms) {
        const std::string words = named(progress, arm + "/reward/mean", arm, "{:+.3f}");
        if (words.empty()) continue;
        out.push_back({"   " + words});
        add_curve(out, progress, arm + "/reward/mean", canvas);
        if (const auto right = progress.figure(arm + "/accuracy")) out.push_back({" right " + share(*right)});
    }
    return cli::fit(std::move(out), canvas.width);
}

Line rl_figures_line(const TrainProgress& progress, const Canvas& canvas) {
    return cli::joined({{named(progress, "actor/entropy", "entropy", "{:.3f}"), Tone::dim},
                        {named_rate(progress, "time/rollout_tokens_per_s", "sampling "), Tone::dim},
                        {named_rate(progress, "time/learn_tokens_per_s", "learning "), Tone::dim},
                        {named(progress, "actor/grad_norm", "gradient", "{:.2f}"), Tone::dim}},
                       canvas.width);
}

Line evaluation_with(const TrainProgress& progress, const Canvas& canvas, bool curves) {
    Line out{{fmt::format("evaluated at {}", grouped(progress.evaluated_at())), Tone::dim}};
    for (const TrainEvaluation& one : progress.evaluation()) {
        out.push_back({fmt::format("   {} ", cli::one_line(one.method))});
        out.push_back({share(one.accuracy), Tone::strong});
        if (curves) add_curve(out, progress, fmt::format("eval/{}/accuracy", one.method), canvas);
    }
    return out;
}

// Curves only where all of it has room.
Line evaluated_line(const TrainProgress& progress, const Canvas& canvas) {
    Line out = evaluation_with(progress, canvas, true);
    if (columns(out) > canvas.width) out = evaluation_with(progress, canvas, false);
    return cli::fit(std::move(out), canvas.width);
}

std::string plain(const Line& line) {
    return cli::paint(line, false);
}

// Wide enough for all of a plain line.
constexpr Canvas kPlain{400, 24, false};

}  // namespace

std::string sparkline(const std::vector<double>& values, int width, bool unicode) {
    constexpr std::array kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::string_view kSigns = "_.,-=+*#";
    static_assert(kSigns.size() == kBlocks.size());
    const std::size_t shown = std::min(values.size(), static_cast<std::size_t>(std::max(width, 0)));
    if (shown < 2) return "";
    const auto begin = values.end() - static_cast<std::ptrdiff_t>(shown);
    const auto [least, most] = std::minmax_element(begin, values.end());
    std::string out;
    for (auto at = begin; at != values.end(); ++at) {
        const double part = *most > *least ? (*at - *least) / (*most - *least) : 0.5;
        const auto level = static_cast<std::size_t>(part * (static_cast<double>(kBlocks.size()) - 0.01));
        if (unicode)
            out += kBlocks[level];
        else
            out += kSigns[level];
    }
    return out;
}

std::vector<Line> train_lines(const TrainProgress& progress, const TrainMoment& moment, const Canvas& canvas) {
    std::vector<Line> out{progress_line(progress, moment, canvas)};
    if (progress.figure("loss")) out.push_back(loss_line(progress, canvas));
    if (progress.figure("actor/pg_loss")) {
        out.push_back(reward_line(progress, canvas));
        out.push_back(rl_figures_line(progress, canvas));
    }
    if (!progress.evaluation().empty()) out.push_back(evaluated_line(progress, canvas));
    out.resize(std::min(out.size(), static_cast<std::size_t>(std::max(1, canvas.height - 1))));
    return out;
}

std::string train_line(const TrainProgress& progress, double now_s) {
    std::string out = fmt::format("{:>6}/{} {}", progress.step(), progress.all_steps(), progress.phase());
    if (progress.figure("loss")) out += "   " + plain(loss_line(progress, kPlain));
    if (progress.figure("actor/pg_loss"))
        out += "   " + plain(reward_line(progress, kPlain)) + "   " + plain(rl_figures_line(progress, kPlain));
    const std::string left = left_words(progress, now_s);
    return left.empty() ? out : out + "   " + left;
}

std::string evaluation_line(const TrainProgress& progress) {
    return fmt::format("{:>6}   {}", progress.evaluated_at(), plain(evaluation_with(progress, kPlain, false)));
}

}  // namespace retort::train

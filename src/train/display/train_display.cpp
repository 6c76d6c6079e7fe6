#include "train/display/train_display.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/output.h"

namespace retort::train {
namespace {

constexpr std::chrono::seconds kBetweenLines(10);  // where there is no terminal

bool has(const MetricsRow& row, std::string_view name) {
    return std::any_of(row.values().begin(), row.values().end(), [&](const auto& one) { return one.first == name; });
}

std::string evaluation_words(const MetricsRow& row) {
    std::string out;
    constexpr std::string_view kEnd = "/accuracy";
    for (const auto& [name, value] : row.values()) {
        if (!name.starts_with("eval/") || !name.ends_with(kEnd)) continue;
        out += fmt::format("  {} {:.1f} %", name.substr(5, name.size() - 5 - kEnd.size()), 100 * value);
    }
    return out;
}

std::string arm_words(const MetricsRow& row, const std::string& arm) {
    if (!has(row, arm + "/reward/mean")) return "";
    return fmt::format("  {} {:.1f} % (reward {:+.3f})", arm, 100 * row.get(arm + "/accuracy"),
                       row.get(arm + "/reward/mean"));
}

}  // namespace

std::string row_line(const MetricsRow& row, std::int64_t all_steps) {
    std::string out = fmt::format("{:>6}/{} {}", row.step(), all_steps, row.phase());
    if (has(row, "loss"))
        out += fmt::format("  loss {:.4f}  {:.0f} tokens/s", row.get("loss"), row.get("time/tokens_per_s"));
    out += arm_words(row, "trace") + arm_words(row, "op");
    if (has(row, "actor/entropy"))
        out += fmt::format("  entropy {:.3f}  sampled {:.0f}, learnt {:.0f} tokens/s", row.get("actor/entropy"),
                           row.get("time/rollout_tokens_per_s"), row.get("time/learn_tokens_per_s"));
    return out;
}

TrainDisplay::TrainDisplay(bool quiet) : quiet_(quiet), terminal_(::isatty(cli::kStderr) == 1) {}

void TrainDisplay::told(const std::string& line) {
    if (quiet_) return;
    close();
    cli::say(line);
}

void TrainDisplay::stepped(const MetricsRow& row, std::int64_t all_steps) {
    if (quiet_) return;
    if (first_step_ < 0) {
        first_step_ = row.step();
        began_ = Steady::now();
    }
    const std::string line = row_line(row, all_steps) + time_left(row.step(), all_steps);
    const std::string evaluated = evaluation_words(row);
    if (!evaluated.empty()) {
        told(line);
        told(fmt::format("{:>6}  evaluated{}", row.step(), evaluated));
    } else if (terminal_) {
        replace(line);
    } else if (Steady::now() - shown_ >= kBetweenLines || row.step() == all_steps) {
        shown_ = Steady::now();
        cli::say(line);
    }
}

std::string TrainDisplay::time_left(std::int64_t step, std::int64_t all_steps) {
    const std::int64_t made = step - first_step_;
    if (made < 1 || step >= all_steps) return "";
    const double gone = std::chrono::duration<double>(Steady::now() - began_).count();
    const double left = gone / static_cast<double>(made) * static_cast<double>(all_steps - step);
    return left < 90 ? fmt::format("  {:.0f} s left", left) : fmt::format("  {:.0f} min left", left / 60);
}

void TrainDisplay::replace(const std::string& line) {
    const std::string text = "\r\x1b[K" + line;
    [[maybe_unused]] const auto written = ::write(cli::kStderr, text.data(), text.size());
    open_ = true;
}

void TrainDisplay::close() {
    if (!open_) return;
    open_ = false;
    [[maybe_unused]] const auto written = ::write(cli::kStderr, "\n", 1);
}

}  // namespace retort::train

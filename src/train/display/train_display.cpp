#include "train/display/train_display.h"

#include "cli/display/text.h"
#include "cli/output.h"

namespace retort::train {
namespace {

constexpr double kRedraw = 0.08;       // seconds
constexpr double kPlainInterval = 10;  // seconds between plain lines

}  // namespace

TrainDisplay::TrainDisplay(TrainPlan plan, bool quiet, TrainSignals& signals)
    : quiet_(quiet), signals_(signals), progress_(plan) {
    if (!quiet && cli::is_live_terminal(cli::kStderr)) screen_.emplace(cli::kStderr);
}

double TrainDisplay::now_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

std::vector<cli::Line> TrainDisplay::lines() const {
    return train_lines(progress_, {now_s(), doing_, signals_.stop}, cli::terminal_canvas(cli::kStderr));
}

void TrainDisplay::draw() {
    if (signals_.continued.exchange(false)) screen_->forget();
    screen_->draw(lines());
    shown_s_ = now_s();
}

void TrainDisplay::told(const std::string& line) {
    if (quiet_) return;
    if (screen_) screen_->finish({});
    cli::say(cli::one_line(line));
    if (screen_ && !progress_.phase().empty()) draw();
}

void TrainDisplay::doing(const std::string& what) {
    doing_ = what;
    if (screen_) draw();
}

void TrainDisplay::stepped(const MetricsRow& row) {
    progress_.take(row, now_s());
    doing_.clear();
    if (quiet_) return;
    if (screen_) {
        if (now_s() - shown_s_ >= kRedraw || progress_.done()) draw();
        return;
    }
    const bool evaluated = progress_.evaluated_at() == row.step() && !progress_.evaluation().empty();
    if (evaluated || progress_.done() || now_s() - shown_s_ >= kPlainInterval) {
        shown_s_ = now_s();
        cli::say(train_line(progress_, shown_s_));
    }
    if (evaluated) cli::say(evaluation_line(progress_));
}

void TrainDisplay::close() {
    if (!screen_) return;
    doing_.clear();
    screen_->finish(progress_.phase().empty() ? std::vector<cli::Line>() : lines());
    screen_.reset();
}

}  // namespace retort::train

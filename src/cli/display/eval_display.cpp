#include "cli/display/eval_display.h"

#include "cli/display/text.h"
#include "cli/output.h"

namespace retort::cli {
namespace {

constexpr double kRedraw = 0.08;       // seconds
constexpr double kPlainInterval = 10;  // seconds between plain lines
constexpr int kMostToldFailures = 20;  // the rest is in the journal

}  // namespace

EvalDisplay::EvalDisplay(EvalTitle title, std::function<double()> elapsed)
    : title_(std::move(title)), elapsed_(std::move(elapsed)) {
    title_.suite = one_line(title_.suite);
    title_.settings = one_line(title_.settings);
    if (is_live_terminal(kStderr))
        screen_.emplace(kStderr);
    else
        say("retort: " + title_.suite + "   " + title_.settings);
}

void EvalDisplay::show(const EvalProgress& progress) {
    progress_ = progress;
    const double now = elapsed_();
    if (!screen_) {
        if (now - told_at_ < kPlainInterval) return;
        told_at_ = now;
        return say(eval_line(progress_, now));
    }
    if (now - drawn_at_ < kRedraw && progress_.landed < progress_.samples) return;
    drawn_at_ = now;
    draw();
}

void EvalDisplay::draw() {
    screen_->draw(eval_lines(title_, progress_, elapsed_(), terminal_canvas(kStderr)));
}

void EvalDisplay::tell(const std::string& line) {
    if (++told_failures_ > kMostToldFailures) return;
    if (screen_) screen_->finish({});
    say(one_line(line));
    if (told_failures_ == kMostToldFailures) say("more failures are only recorded: retort report shows them all");
    if (screen_) draw();
}

void EvalDisplay::begin_anew() {
    if (screen_) screen_->forget();
}

void EvalDisplay::close() {
    if (screen_) screen_->finish(eval_lines(title_, progress_, elapsed_(), terminal_canvas(kStderr)));
    screen_.reset();
}

}  // namespace retort::cli

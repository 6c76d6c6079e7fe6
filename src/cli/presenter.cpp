#include "cli/presenter.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/display/text.h"
#include "cli/output.h"

namespace retort::cli {
namespace {

Picture picture_of(const RunConfig& config, bool unicode) {
    Picture out;
    out.problem = one_line(config.shown());
    out.settings = settings_words(config, unicode);
    out.schedule = config.schedule;
    out.final.spec = config.schedule.finish;
    return out;
}

std::string painted_line(const Line& line) {
    return paint(line, allows_colour(kStderr));
}

// The solution, then the answer; the answer alone where the solution is nothing else.
std::string solution_and_answer(const RunResult& result, bool terminal) {
    const std::string answer = result.answer ? one_line(*result.answer) : "none found";
    const std::string text(trim(terminal ? printable(result.text) : result.text));
    std::string out;
    if (!text.empty() && text != answer) out += text + "\n\n";
    return out + "answer: " + answer + "\n";
}

}  // namespace

std::string settings_words(const MethodConfig& config, bool unicode) {
    const std::string model = config.model.substr(config.model.rfind('/') + 1);  // some servers name theirs by a path
    std::string out = config.schedule.name;
    const std::string_view dot = unicode ? " · " : " - ";
    for (const std::string& part :
         {distiller_words(config.schedule), model, fmt::format("seed {}", config.settings.seed)})
        if (!part.empty()) out += std::string(dot) + part;
    return one_line(out);
}

Presenter::Presenter(asio::io_context& loop, const RunConfig& config, const SolveArguments& arguments,
                     PictureObserver::Clock clock)
    : config_(config), arguments_(arguments) {
    if (arguments.quiet) return;
    if (is_live_terminal(kStderr)) {
        const bool unicode = terminal_canvas(kStderr).unicode;
        live_ = std::make_unique<LiveDisplay>(loop, kStderr, picture_of(config, unicode), std::move(clock));
        return;
    }
    say("retort: " + settings_words(config, true));
    plain_ = std::make_unique<PlainObserver>([](const std::string& line) { say(line); });
}

RunObserver* Presenter::observer() {
    if (live_) return &live_->observer();
    return plain_.get();
}

void Presenter::begin_anew() {
    if (live_) live_->begin_anew();
}

Outcome<void> Presenter::present(const RunResult& result, double wall_s, const std::string& json) {
    const Closing closing{result.answer, result.verdict, result.error,
                          result.budget, wall_s,         !config_.line.empty() && !config_.problem.reference};
    if (live_) live_->close(closing);
    if (arguments_.json) {
        const auto written = write_stdout(json + "\n");
        if (!written) return written;
    } else if (!result.error) {
        const auto written = present_for_people(result);
        if (!written) return written;
    }
    if (arguments_.quiet) return {};
    const Canvas canvas = live_ ? terminal_canvas(kStderr) : Canvas{200, 24, true};
    const bool answer_elsewhere = arguments_.json || (live_ && isatty(kStdout) != 1);
    // A terminal has the verdict at the right of the answer, plain lines one after the other.
    Closing answer = closing;
    if (!live_) answer.verdict.reset();
    const bool verdict_apart = result.verdict && (result.answer || !closing.checked) && (!live_ || !answer_elsewhere);
    if (!result.error && answer_elsewhere) say(painted_line(answer_line(answer, canvas)));
    if (!result.error && verdict_apart) say(painted_line(verdict_line(closing, canvas)));
    say(painted_line(budget_line(closing, canvas)));
    return {};
}

Outcome<void> Presenter::present_for_people(const RunResult& result) {
    if (arguments_.quiet) return result.answer ? write_stdout(one_line(*result.answer) + "\n") : Outcome<void>();
    const bool terminal = isatty(kStdout) == 1;
    const std::string text = solution_and_answer(result, terminal);
    return write_stdout(terminal && live_ ? "\n" + text + "\n" : text);
}

}  // namespace retort::cli

#include "cli/display/lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/display/lane_line.h"
#include "cli/display/text.h"

namespace retort::cli {
namespace {

constexpr int kLabel = 10;       // columns of "round 1   "
constexpr int kStreamLines = 6;  // of the final text while it is written

Span label(std::string_view text, Tone tone = Tone::normal) {
    return {pad_right(text, kLabel), tone};
}

Line blank_then(Line line) {
    line.insert(line.begin(), {std::string(kLabel, ' ')});
    return line;
}

void add_header(const Picture& picture, const Canvas& canvas, std::vector<Line>& out) {
    const int room = canvas.width - columns(picture.problem) - columns(picture.settings);
    if (room >= 4) {
        out.push_back(spread({{picture.problem, Tone::strong}}, {{picture.settings, Tone::dim}}, canvas.width));
    } else {
        out.push_back(fit({{picture.problem, Tone::strong}}, canvas.width));
        out.push_back(fit({{picture.settings, Tone::dim}}, canvas.width));
    }
    out.emplace_back();
}

// ---- rounds

std::string workspace_words(const RoundPicture& round) {
    if (round.workspaces == 0) return "";
    const std::string about = round.workspace_exact ? "" : "~";
    const std::string size = round.spec.distil.workspace > 0 && round.spec.distil.kind != DistillerKind::full
                                 ? fmt::format("{}{} of {} tok", about, grouped(round.workspace_tokens),
                                               grouped(round.spec.distil.workspace))
                                 : fmt::format("{}{} tok", about, grouped(round.workspace_tokens));
    if (round.workspaces == 1) return "workspace " + size;
    return fmt::format("{} workspaces, up to {}", round.workspaces, size);
}

std::int64_t count_state(const RoundPicture& round, LaneState state) {
    return std::count_if(round.lanes.begin(), round.lanes.end(), [&](const Lane& l) { return l.state == state; });
}

std::string answers_words(const RoundPicture& round) {
    std::vector<Draft> drafts;
    for (const Lane& lane : round.lanes) {
        Draft draft;
        draft.landed = true;
        draft.has_solution = lane.answer.has_value();
        draft.answer = lane.answer;
        drafts.push_back(std::move(draft));
    }
    std::int64_t answers = 0;
    for (const Draft& draft : drafts) answers += draft.answer.has_value();
    const auto different = static_cast<std::int64_t>(count_answers(drafts).size());
    if (answers == 0) return "no answer";
    std::string out = counted(answers, "answer");
    if (answers > 1) out += fmt::format(", {} different", different);
    return out;
}

// How many equal the reference; empty where there is none.
std::string right_words(const RoundPicture& round) {
    std::int64_t right = 0;
    bool judged = false;
    for (const Lane& lane : round.lanes) {
        right += lane.verdict == Verdict::equal;
        judged = judged || lane.verdict.has_value();
    }
    return judged ? fmt::format("{} right", right) : "";
}

std::vector<Span> over_pieces(const RoundPicture& round, bool in_full) {
    std::vector<Span> out{{pad_right(counted(round.spec.width, "draft"), 9)}, {answers_words(round)}};
    if (std::string right = right_words(round); !right.empty()) out.push_back({std::move(right), Tone::good});
    if (const auto cut = count_state(round, LaneState::cut)) out.push_back({fmt::format("{} cut off", cut), Tone::bad});
    if (const auto failed = count_state(round, LaneState::failed))
        out.push_back({fmt::format("{} failed", failed), Tone::bad});
    if (const auto cancelled = count_state(round, LaneState::cancelled))
        out.push_back({fmt::format("{} cancelled", cancelled), Tone::dim});
    const std::string about = round.workspace_exact ? "" : "~";
    const std::string brief =
        round.workspaces > 0 ? fmt::format("ws {}{} tok", about, grouped(round.workspace_tokens)) : "";
    out.push_back({in_full ? workspace_words(round) : brief, Tone::dim});
    return out;
}

int columns_of(const std::vector<Span>& pieces) {
    constexpr int kGap = 3;
    int out = -kGap;
    for (const Span& piece : pieces) out += piece.text.empty() ? 0 : columns(piece.text) + kGap;
    return out;
}

Line over_line(std::size_t number, const RoundPicture& round, const Canvas& canvas) {
    const Line right{{"b_seq " + grouped(round.b_seq), Tone::dim}};
    const int room = std::max(1, canvas.width - kLabel - columns(right) - 2);
    std::vector<Span> pieces = over_pieces(round, true);
    if (columns_of(pieces) > room) pieces = over_pieces(round, false);
    Line out{label(fmt::format("round {}", number))};
    for (Span& span : joined(pieces, room)) out.push_back(std::move(span));
    return spread(std::move(out), right, canvas.width);
}

Line running_line(std::size_t number, const Picture& picture, const RoundPicture& round, const Canvas& canvas) {
    const auto landed = std::count_if(round.lanes.begin(), round.lanes.end(), [](const Lane& lane) {
        return !lane.under_way() && lane.state != LaneState::waiting;
    });
    std::string what = counted(round.spec.width, "draft");
    if (landed > 0) what += fmt::format("   {} landed", landed);
    const Line right{
        {fmt::format("b_seq {}   b_total {}", grouped(picture.b_seq), grouped(picture.b_total)), Tone::dim}};
    return spread({label(fmt::format("round {}", number), Tone::accent), {what}}, right, canvas.width);
}

Line waiting_line(std::string_view name, const std::string& what) {
    return {label(name, Tone::dim), {pad_right(what, what.empty() ? 0 : 12), Tone::dim}, {"waiting", Tone::dim}};
}

std::vector<Line> lane_lines(const RoundPicture& round, const Picture& picture, const Canvas& canvas) {
    std::vector<Line> out;
    for (std::size_t i = 0; i < round.lanes.size(); ++i)
        out.push_back(lane_line(std::to_string(i), round.lanes[i], picture.now_s, canvas));
    return out;
}

// ---- the finish

// The end of a text in lines of this width.
std::vector<std::string> wrapped_tail(const std::string& text, int width, int most) {
    std::vector<std::string> out;
    std::string line;
    const auto flush = [&] {
        if (!line.empty()) out.push_back(line);
        line.clear();
    };
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
        const std::string word = keep_head(text.substr(at, end - at), width);
        if (!line.empty() && columns(line) + 1 + columns(word) > width) flush();
        line += (line.empty() || word.empty() ? "" : " ") + word;
        if (end < text.size() && text[end] == '\n') flush();
        at = end + 1;
    }
    flush();
    if (out.size() > static_cast<std::size_t>(most)) out.erase(out.begin(), out.end() - most);
    return out;
}

// One line for all calls of the judge: how many are there, and in the end what they cost.
Line judge_line(const Picture& picture, const Canvas& canvas) {
    const FinalPicture& final = picture.final;
    const bool over = picture.closing.has_value() || final.landed >= final.to_ask;
    const std::string_view noun = final.spec.kind == FinishKind::best ? "score" : "vote";
    Line out{label("judge", over ? Tone::normal : Tone::accent), {counted(over ? final.landed : final.to_ask, noun)}};
    if (!over && final.landed > 0) out.push_back({fmt::format("   {} landed", grouped(final.landed))});
    if (final.failed > 0) out.push_back({fmt::format("   {} failed", grouped(final.failed)), Tone::bad});
    const std::string total = picture.closing ? "" : fmt::format("   b_total {}", grouped(picture.b_total));
    return spread(std::move(out), {{fmt::format("b_seq {}{}", grouped(picture.b_seq), total), Tone::dim}},
                  canvas.width);
}

std::vector<Line> final_lines(const Picture& picture, const Canvas& canvas, int stream) {
    const FinalPicture& final = picture.final;
    if (is_vote(final.spec.kind)) return {waiting_line("vote", "")};
    if (is_judged(final.spec.kind)) return {final.started ? judge_line(picture, canvas) : waiting_line("judge", "")};
    if (!final.started) return {waiting_line("final", "")};
    const Lane& lane = final.lane;
    std::string what = tokens(lane);
    if (const std::string rate = speed(lane, picture.now_s); !rate.empty()) what += "   " + rate;
    Line head{label("final", lane.under_way() ? Tone::accent : Tone::normal), {what}};
    const Line right{state_of(lane)};
    std::vector<Line> out{spread(std::move(head), right, canvas.width)};
    if (stream <= 0) return out;
    for (std::string& line : wrapped_tail(printable(final.text), canvas.width - kLabel, stream))
        out.push_back(blank_then({{std::move(line), lane.state == LaneState::thinking ? Tone::dim : Tone::normal}}));
    return out;
}

// ---- the whole

// The first of the lines that fit, and how many more there are.
void add_first(std::vector<Line>& out, const std::vector<Line>& lines, int room, std::string_view noun) {
    const int count = static_cast<int>(lines.size());
    const int shown = count <= room ? count : std::max(0, room - 1);
    out.insert(out.end(), lines.begin(), lines.begin() + shown);
    if (shown < count) out.push_back({{fmt::format("      +{} more {}", count - shown, noun), Tone::dim}});
}

// The last of the lines that fit.
void add_last(std::vector<Line>& out, const std::vector<Line>& lines, int room, std::string_view noun) {
    const int count = static_cast<int>(lines.size());
    const int shown = count <= room ? count : std::max(0, room - 1);
    if (shown < count) out.push_back({{fmt::format("+{} {} before", count - shown, noun), Tone::dim}});
    out.insert(out.end(), lines.end() - shown, lines.end());
}

std::vector<Line> waiting_lines(const Picture& picture) {
    std::vector<Line> out;
    for (std::size_t i = picture.rounds.size(); i < picture.schedule.rounds.size(); ++i)
        out.push_back(waiting_line(fmt::format("round {}", i + 1), counted(picture.schedule.rounds[i].width, "draft")));
    return out;
}

// Rows for each part: the lanes of the round that goes on come first, then what is over, then what is to come.
struct Rows {
    int over = 0;
    int lanes = 0;
    int waiting = 0;
};

Rows divide(int room, int over, int lanes, int waiting) {
    Rows rows;
    const int least_over = std::min(over, 2);
    const int least_waiting = std::min(waiting, 1);
    rows.lanes = std::clamp(room - least_over - least_waiting, std::min(lanes, 1), lanes);
    rows.over = std::clamp(room - rows.lanes - least_waiting, 0, over);
    rows.waiting = std::clamp(room - rows.lanes - rows.over, 0, waiting);
    return rows;
}

Line distil_line(const RoundPicture& round, const Picture& picture, const Canvas& canvas) {
    Line out = lane_line("", round.distil, picture.now_s, canvas);
    return fit(std::move(out), canvas.width);
}

// Warnings are never cut: they are wrapped.
void add_warning(const std::string& warning, const Canvas& canvas, std::vector<Line>& out) {
    constexpr int kAny = 1000;
    bool first = true;
    for (std::string& line : wrapped_tail(warning, std::max(20, canvas.width - kLabel), kAny)) {
        out.push_back({first ? label("warning", Tone::bad) : label(""), {std::move(line)}});
        first = false;
    }
}

}  // namespace

std::vector<Line> live_lines(const Picture& picture, const Canvas& canvas) {
    std::vector<Line> out;
    add_header(picture, canvas, out);
    std::vector<Line> over;
    std::vector<Line> current;
    std::vector<Line> lanes;
    for (std::size_t i = 0; i < picture.rounds.size(); ++i) {
        const RoundPicture& round = picture.rounds[i];
        const bool distils = round.over && round.distil.under_way();
        if (round.over) over.push_back(over_line(i + 1, round, canvas));
        if (distils) {
            current.push_back(
                {label(round.distil_role, Tone::accent), {"of round " + std::to_string(i + 1), Tone::dim}});
            lanes.push_back(distil_line(round, picture, canvas));
        }
        if (round.over) continue;
        current.push_back(running_line(i + 1, picture, round, canvas));
        lanes = lane_lines(round, picture, canvas);
    }
    const std::vector<Line> waiting = waiting_lines(picture);
    const int most = std::max(1, canvas.height - 1);
    const int room = most - static_cast<int>(out.size()) - static_cast<int>(current.size()) - 1;
    const Rows rows =
        divide(room, static_cast<int>(over.size()), static_cast<int>(lanes.size()), static_cast<int>(waiting.size()));
    add_last(out, over, rows.over, "rounds");
    out.insert(out.end(), current.begin(), current.end());
    add_first(out, lanes, rows.lanes, "drafts");
    add_first(out, waiting, rows.waiting, "rounds");
    const int stream = std::min(kStreamLines, most - static_cast<int>(out.size()) - 1);
    for (Line& line : final_lines(picture, canvas, stream)) out.push_back(std::move(line));
    if (out.size() > static_cast<std::size_t>(most)) out.erase(out.begin(), out.end() - most);
    for (Line& line : out) line = fit(std::move(line), canvas.width);
    return out;
}

std::vector<Line> closing_lines(const Picture& picture, const Canvas& canvas) {
    std::vector<Line> out;
    add_header(picture, canvas, out);
    for (std::size_t i = 0; i < picture.rounds.size(); ++i) out.push_back(over_line(i + 1, picture.rounds[i], canvas));
    if (picture.final.started && picture.final.spec.kind == FinishKind::call) {
        const Line right{{"b_seq " + grouped(picture.b_seq), Tone::dim}};
        const Lane& lane = picture.final.lane;
        Line head{label("final"), {tokens(lane)}};
        if (lane.state != LaneState::done) head.push_back({"   " + state_of(lane).text, Tone::bad});
        out.push_back(spread(std::move(head), right, canvas.width));
    }
    if (picture.final.started && is_judged(picture.final.spec.kind)) out.push_back(judge_line(picture, canvas));
    for (const std::string& warning : picture.warnings) add_warning(one_line(warning), canvas, out);
    for (Line& line : out) line = fit(std::move(line), canvas.width);
    return out;
}

Line verdict_words(const Closing& closing) {
    if (closing.checked && !closing.answer) return {};
    if (closing.checked && closing.verdict == Verdict::equal) return {{"right: checked", Tone::good}};
    if (closing.checked && closing.verdict == Verdict::different) return {{"wrong: checked", Tone::bad}};
    if (closing.verdict == Verdict::equal) return {{"right: equal to the reference", Tone::good}};
    if (closing.verdict == Verdict::different) return {{"wrong: not the reference", Tone::bad}};
    if (closing.verdict == Verdict::unknown) return {{"not comparable to the reference", Tone::dim}};
    return {};
}

Line answer_line(const Closing& closing, const Canvas& canvas) {
    const std::string answer = closing.answer ? one_line(*closing.answer) : "none found";
    return spread({label("answer"), {answer, Tone::strong}}, verdict_words(closing), canvas.width);
}

Line verdict_line(const Closing& closing, const Canvas& canvas) {
    Line out{label("verdict")};
    for (Span& span : verdict_words(closing)) out.push_back(std::move(span));
    return fit(std::move(out), canvas.width);
}

Line budget_line(const Closing& closing, const Canvas& canvas) {
    const BudgetTotals& budget = closing.budget;
    const std::string about = budget.estimated ? "~" : "";
    const std::vector<Span> pieces{
        {fmt::format("b_seq {}{}", about, grouped(budget.b_seq))},
        {fmt::format("b_total {}{}", about, grouped(budget.b_total))},
        {fmt::format("{}, {} failed", counted(budget.calls, "call"), grouped(budget.failed_calls)),
         budget.failed_calls > 0 ? Tone::bad : Tone::normal},
        {seconds(closing.wall_s), Tone::dim},
        {budget.estimated ? "~ partly estimated" : "", Tone::dim}};
    Line out{label("budget")};
    for (Span& span : joined(pieces, canvas.width - kLabel)) out.push_back(std::move(span));
    return fit(std::move(out), canvas.width);
}

}  // namespace retort::cli

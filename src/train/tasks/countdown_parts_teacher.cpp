#include "train/tasks/countdown_parts_teacher.h"

#include <algorithm>
#include <array>

#include "train/tasks/countdown_parts_trace.h"

namespace retort::train {
namespace {

using namespace countdown_parts;
using countdown::Candidates;
using countdown::happens;
using countdown::Problem;
using generate::Draws;

const PromptSet& prompt_set() {
    static const PromptSet& set = prompt_set_for("countdown-parts");
    return set;
}

// Without a workspace a draft is asked for.
std::vector<Message> asked(const Parts& parts, const std::string& workspace) {
    const PromptSet& set = prompt_set();
    const std::map<std::string, std::string> values{
        {"problem", problem_text(parts)}, {"workspace", workspace}, {"marker", set.marker}};
    return {{"user", render(set.templates.at(workspace.empty() ? "draft" : "refine"), values).value()}};
}

// From `before` at the beginning to `after` at half of the training and from then on.
double share(double progress, double before, double after) {
    return before + (after - before) * std::min(1.0, 2 * progress);
}

// Words of reasoning that an example may have. Short ones first: what a line is, is learnt from a few.
std::size_t most_words(Draws& draws, double progress) {
    constexpr int kMost = 512, kMostAtFirst = 160, kShort = 320, kLeast = 8;
    const int most = kMostAtFirst + static_cast<int>((kMost - kMostAtFirst) * std::min(1.0, 4 * progress));
    const bool whole = happens(draws, 40);
    return static_cast<std::size_t>(whole ? most : draws.between(kLeast, std::min(kShort, most)));
}

Parts draw_parts(const countdown::Problems& problems, Draws& draws) {
    Parts out;
    for (Problem& part : out) part = problems.draw(draws);
    return out;
}

// The budget ran out, and the engine ends the reasoning: the parts that were solved by then are answered.
void end_by_force(Example& example, const Trace& trace, std::size_t most) {
    example.completion.push_back({std::string(countdown::kForcedEnd), false});
    if (std::string answer = answer_of(trace.found(most)); !answer.empty())
        example.completion.push_back({std::move(answer)});
}

std::string own_end(const Trace& trace) {
    return std::string(countdown::kEnd) + answer_of(trace.found(trace.words().size()));
}

// By itself where all parts are solved within so many words, else by force.
void end(Example& example, const Trace& trace, std::size_t most, Draws& draws) {
    constexpr int kCutJustThen = 5;  // percent
    Words words = trace.words();
    const bool cut = words.size() > most || !trace.all_found();
    if (!cut && !happens(draws, kCutJustThen)) {
        example.completion.push_back({joined(words) + own_end(trace)});
        return;
    }
    words.resize(std::min(words.size(), most));
    example.kind += "-cut";
    example.completion.push_back({joined(words)});
    end_by_force(example, trace, words.size());
}

Example draft(const Parts& parts, Draws& draws, double progress) {
    Example out{"draft", asked(parts, ""), {}};
    const std::size_t most = most_words(draws, progress);
    Trace trace;
    search_on(trace, parts, draws, most);
    end(out, trace, most, draws);
    return out;
}

// ---- workspaces

// Drafts that found the same are one candidate, so that one at most is right. Drafts answer what they have found: it
// mostly is.
std::vector<Expression> draw_candidates(const Problem& problem, Draws& draws, std::size_t most) {
    constexpr int kNone = 22, kNoneRight = 12, kFirstRight = 68;  // percent
    if (happens(draws, kNone)) return {};
    Candidates source(problem, draws);
    const std::size_t many = 1 + draws.below(most);
    const bool right = !source.solutions().empty() && !happens(draws, kNoneRight);
    const std::size_t place = happens(draws, kFirstRight) ? 0 : draws.below(many);
    std::vector<Expression> out;
    for (std::size_t i = 0; i < many; ++i)
        out.push_back(right && i == place ? source.solution().expression : source.mistake());
    return out;
}

Drafted draw_workspace(const Parts& parts, Draws& draws) {
    constexpr std::array<std::size_t, 8> kOften{1, 2, 2, 2, 2, 2, 3, kMostCandidates};
    const std::size_t most = kOften[draws.below(kOften.size())];
    Drafted out;
    while (std::all_of(out.begin(), out.end(), [](const auto& candidates) { return candidates.empty(); }))
        for (std::size_t part = 0; part < out.size(); ++part) out[part] = draw_candidates(parts[part], draws, most);
    return out;
}

Example refine(const Parts& parts, Draws& draws, double progress) {
    const Drafted drafted = draw_workspace(parts, draws);
    Example out{"refine", asked(parts, workspace_of(drafted)), {}};
    const std::size_t most = most_words(draws, progress);
    Trace trace;
    check_all(trace, parts, drafted);
    search_on(trace, parts, draws, most);
    end(out, trace, most, draws);
    return out;
}

// ---- drills

int other_than(Draws& draws, int target) {
    constexpr int kNear = 5;
    while (true) {
        const bool near = draws.below(2) == 0;
        const int out = near ? draws.between(target - kNear, target + kNear) : draws.between(1, countdown::kMostTarget);
        if (out != target) return out;
    }
}

// Whether a value is the target of its line, many times over and nothing else. What the traces hold of it is too rare
// to begin with.
Example compare(const Parts& parts, Draws& draws) {
    constexpr int kComparisons = 25, kOfOneProblem = 40;  // the latter in percent
    Example out{"drill-target", {}, {}, false};
    const bool one_problem = happens(draws, kOfOneProblem);
    if (one_problem) out.prompt = asked(parts, "");
    for (int i = 0; i < kComparisons; ++i) {
        const int part = draws.between(0, kParts - 1);
        const int target = one_problem ? parts[static_cast<std::size_t>(part)].target
                                       : draws.between(countdown::kLeastTarget, countdown::kMostTarget);
        const bool same = draws.below(2) == 0, searching = draws.below(2) == 0;
        std::string before(header_word(part, target));
        if (!searching) before += countdown::kEquals;
        before += countdown::number_word(same ? target : other_than(draws, target));
        out.completion.push_back({std::move(before), false});
        const std::string_view verdict =
            searching ? (same ? countdown::kHit : countdown::kMiss) : (same ? countdown::kOk : countdown::kBad);
        out.completion.push_back({std::string(verdict)});
    }
    return out;
}

// Which numbers and which target belong to a part: the beginnings of lines, up to the numbers that are left after the
// first move.
Example begin_lines(const Parts& parts, Draws& draws) {
    constexpr int kLines = 15;
    constexpr std::ptrdiff_t kBeginning = 1 + 5 + 2;  // the header, a move, what is left
    Example out{"drill-numbers", asked(parts, ""), {}, false};
    const int first = draws.between(0, kParts - 1);
    for (int i = 0; i < kLines; ++i) {
        const int part = (first + i) % kParts;
        const auto ways = countdown::ways_of(parts[static_cast<std::size_t>(part)]);
        Trace line;
        line.append_line(parts, part, draws.one_of(ways));
        const Words beginning(line.words().begin(), line.words().begin() + kBeginning);
        out.completion.push_back({joined(beginning)});
        out.completion.push_back({std::string(countdown::kMiss), false});
    }
    return out;
}

// A trace, of which only what follows the verdicts is learnt: expressions, and the answer at the end.
Example learn_what_follows(std::string kind, std::vector<Message> prompt, const Trace& trace) {
    Example out{std::move(kind), std::move(prompt), {}};
    Words part;
    bool learn = false;
    const auto flush = [&] {
        if (!part.empty()) out.completion.push_back({joined(part), learn});
        part.clear();
    };
    for (const std::string_view word : trace.words()) {
        part.push_back(word);
        const bool begins = word == countdown::kHit || word == countdown::kOk;
        if (!begins && !(learn && word == kLineEnd)) continue;
        flush();
        learn = begins;
    }
    flush();
    if (trace.all_found())
        out.completion.push_back({own_end(trace)});
    else
        end_by_force(out, trace, trace.words().size());
    return out;
}

// From lines that hit to expressions.
Example answer(const Parts& parts, Draws& draws) {
    Trace trace;
    const int first = draws.between(0, kParts - 1);
    for (int i = 0; i < kParts; ++i) {
        const int part = (first + i) % kParts;
        Candidates source(parts[static_cast<std::size_t>(part)], draws);
        if (draws.below(3) == 0) trace.append_line(parts, part, source.miss());
        if (!source.solutions().empty()) trace.append_line(parts, part, source.solution().way);
    }
    return learn_what_follows("drill-answer", asked(parts, ""), trace);
}

// From checks to the candidate that held.
Example take_over(const Parts& parts, Draws& draws) {
    const Drafted drafted = draw_workspace(parts, draws);
    Trace trace;
    check_all(trace, parts, drafted);
    return learn_what_follows("drill-copy", asked(parts, workspace_of(drafted)), trace);
}

}  // namespace

std::vector<std::string> CountdownPartsTeacher::words() const {
    return all_words();
}

std::string CountdownPartsTeacher::chat_template() const {
    return std::string(countdown::chat_template());
}

const PromptSet& CountdownPartsTeacher::prompts() const {
    return prompt_set();
}

std::map<std::string, double> CountdownPartsTeacher::numbers() const {
    return word_values();
}

std::map<std::string, std::vector<std::string>> CountdownPartsTeacher::marks() const {
    return word_marks();
}

Example CountdownPartsTeacher::example(std::uint64_t seed, std::uint64_t index, double progress) const {
    Draws draws(generate::mix(seed, index));
    const Parts parts = draw_parts(problems_, draws);
    double place = static_cast<double>(draws.below(1'000'000)) / 1'000'000;
    const auto falls_into = [&place](double part) {
        place -= part;
        return place < 0;
    };
    if (falls_into(share(progress, 0.30, 0.06))) return compare(parts, draws);
    if (falls_into(share(progress, 0.20, 0.06))) return begin_lines(parts, draws);
    if (falls_into(share(progress, 0.15, 0.08))) return answer(parts, draws);
    if (falls_into(share(progress, 0.12, 0.08))) return take_over(parts, draws);
    if (falls_into(share(progress, 0.15, 0.36))) return refine(parts, draws, progress);
    return draft(parts, draws, progress);
}

}  // namespace retort::train

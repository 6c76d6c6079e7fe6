// Operators in short: "pdr:8,4" and the like. Each method is one row that turns its numbers into a schedule.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "base/text.h"
#include "operator/schedule.h"

namespace retort {
namespace {

constexpr int kMostWidth = 100000;
constexpr std::size_t kMostRounds = 1000;
constexpr int kMostVotes = 1000;  // and drafts of a group

// The text after the colon, taken apart, with positions for messages.
struct Argument {
    std::string text;
    std::size_t position;  // 1-based, in the whole text
};

struct Parsed {
    std::string text;
    std::vector<Argument> arguments;

    Error error(std::size_t position, const std::string& expected, const std::string& found,
                const std::string& hint = "") const {
        return {ErrorKind::usage,
                fmt::format("operator \"{}\": at position {}: expected {}, found {}{}", text, position, expected,
                            found.empty() ? "nothing" : "\"" + found + "\"", hint)};
    }
};

std::optional<int> positive(const std::string& text) {
    if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    const int value = std::stoi(text);
    return value >= 1 && value <= kMostWidth ? std::optional<int>(value) : std::nullopt;
}

// Between `least` and `most` whole numbers and nothing else.
Outcome<std::vector<int>> numbers(const Parsed& parsed, std::size_t least, std::size_t most,
                                  const std::string& expected) {
    std::vector<int> out;
    for (const Argument& argument : parsed.arguments) {
        const auto value = positive(argument.text);
        if (!value) return parsed.error(argument.position, "a whole number from 1 to 100000", argument.text);
        if (out.size() == most) return parsed.error(argument.position, expected, argument.text);
        out.push_back(*value);
    }
    if (out.size() < least) return parsed.error(parsed.text.size() + 1, expected, "");
    return out;
}

// Whether this word stands at the end; it is taken out.
bool take_word(Parsed& parsed, std::string_view word) {
    if (parsed.arguments.empty() || parsed.arguments.back().text != word) return false;
    parsed.arguments.pop_back();
    return true;
}

Round round_of(int width, DistillerKind kind, const StepDefaults& defaults) {
    Round round;
    round.width = width;
    round.think = defaults.think;
    round.max_answer = defaults.max_answer;
    round.distil = {kind, defaults.k, defaults.workspace, "", defaults.think, defaults.max_answer, ""};
    return round;
}

FinishStep finish_of(FinishKind kind, const StepDefaults& defaults) {
    FinishStep finish;
    finish.kind = kind;
    finish.prompt = finish_prompt(kind);
    finish.think = defaults.think;
    finish.max_answer = defaults.max_answer;
    return finish;
}

Outcome<Schedule> cot(const Parsed& parsed, const StepDefaults& defaults) {
    if (!parsed.arguments.empty())
        return parsed.error(parsed.arguments[0].position, "nothing after \"cot\"", parsed.arguments[0].text);
    return Schedule{"cot", {}, finish_of(FinishKind::call, defaults)};
}

// R calls in a row: R-1 rounds of one draft, and the finish. Each reads the problem and the last solution.
Outcome<Schedule> sr(const Parsed& parsed, const StepDefaults& defaults) {
    Parsed counted = parsed;
    const bool analysis = take_word(counted, "analysis");
    const auto values = numbers(counted, 1, 1, "one number of calls, as in sr:3 or sr:3,analysis");
    if (!values) return values.error();
    const int calls = (*values)[0];
    if (static_cast<std::size_t>(calls) > kMostRounds)
        return parsed.error(parsed.arguments[0].position, "at most 1000 calls", parsed.arguments[0].text);
    Schedule out{parsed.text, {}, finish_of(FinishKind::call, defaults)};
    const DistillerKind kind = analysis ? DistillerKind::analysis : DistillerKind::full;
    for (int i = 1; i < calls; ++i) {
        out.rounds.push_back(round_of(1, kind, defaults));
        out.rounds.back().prompt = analysis ? "revise_analysed" : "revise";
    }
    out.finish.prompt = analysis ? "revise_analysed" : "revise";
    return out;
}

Outcome<Schedule> widths(const Parsed& parsed, DistillerKind kind, const StepDefaults& defaults) {
    const auto values = numbers(parsed, 1, kMostRounds, "widths of rounds, as in pdr:8,4");
    if (!values) return values.error();
    Schedule out{parsed.text, {}, finish_of(FinishKind::call, defaults)};
    for (const int width : *values) out.rounds.push_back(round_of(width, kind, defaults));
    return out;
}

Outcome<Schedule> pdr(const Parsed& parsed, const StepDefaults& defaults) {
    return widths(parsed, defaults.distiller, defaults);
}

Outcome<Schedule> pacore(const Parsed& parsed, const StepDefaults& defaults) {
    return widths(parsed, DistillerKind::conclusions, defaults);
}

Outcome<Schedule> vote(const Parsed& parsed, const StepDefaults& defaults) {
    Parsed counted = parsed;
    const bool parts = take_word(counted, "parts");
    const auto values = numbers(counted, 1, 1, "one number of drafts, as in vote:16 or vote:16,parts");
    if (!values) return values.error();
    const FinishKind finish = parts ? FinishKind::vote_parts : FinishKind::vote;
    return Schedule{parsed.text, {round_of((*values)[0], DistillerKind::none, defaults)}, finish_of(finish, defaults)};
}

// N drafts a round, each from the second on reading K random ones of the round before; T rounds; a vote.
Outcome<Schedule> rsa(const Parsed& parsed, const StepDefaults& defaults) {
    const auto values = numbers(parsed, 3, 3, "three numbers N,K,T, as in rsa:16,4,10");
    if (!values) return values.error();
    if (static_cast<std::size_t>((*values)[2]) > kMostRounds)
        return parsed.error(parsed.arguments[2].position, "at most 1000 rounds", parsed.arguments[2].text);
    Schedule out{parsed.text, {}, finish_of(FinishKind::vote, defaults)};
    for (int i = 0; i < (*values)[2]; ++i) {
        out.rounds.push_back(round_of((*values)[0], DistillerKind::random, defaults));
        out.rounds.back().distil.k = (*values)[1];
    }
    return out;
}

Outcome<Schedule> best(const Parsed& parsed, const StepDefaults& defaults) {
    const auto values = numbers(parsed, 1, 1, "one number of drafts, as in best:16");
    if (!values) return values.error();
    return Schedule{
        parsed.text, {round_of((*values)[0], DistillerKind::none, defaults)}, finish_of(FinishKind::best, defaults)};
}

// N drafts, then levels: groups of G drafts, V calls that vote on each, until one draft is left.
Outcome<Schedule> tournament(const Parsed& parsed, const StepDefaults& defaults) {
    const auto values = numbers(parsed, 3, 3, "three numbers N,G,V, as in tournament:16,2,4");
    if (!values) return values.error();
    const auto within = [&](std::size_t i, int least) { return (*values)[i] >= least && (*values)[i] <= kMostVotes; };
    if (!within(1, 2))
        return parsed.error(parsed.arguments[1].position, "groups of 2 to 1000 drafts", parsed.arguments[1].text);
    if (!within(2, 1)) return parsed.error(parsed.arguments[2].position, "1 to 1000 votes", parsed.arguments[2].text);
    Schedule out{parsed.text,
                 {round_of((*values)[0], DistillerKind::none, defaults)},
                 finish_of(FinishKind::tournament, defaults)};
    out.finish.group = (*values)[1];
    out.finish.votes = (*values)[2];
    return out;
}

struct Method {
    std::string_view name;
    Outcome<Schedule> (*make)(const Parsed&, const StepDefaults&);
};

constexpr std::array<Method, 8> kMethods{{{"cot", cot},
                                          {"sr", sr},
                                          {"pdr", pdr},
                                          {"vote", vote},
                                          {"best", best},
                                          {"rsa", rsa},
                                          {"pacore", pacore},
                                          {"tournament", tournament}}};

Parsed take_apart(const std::string& text) {
    Parsed out{text, {}};
    const auto colon = text.find(':');
    if (colon == std::string::npos) return out;
    std::size_t start = colon + 1;
    while (true) {
        const auto comma = text.find(',', start);
        const std::string piece = text.substr(start, comma == std::string::npos ? std::string::npos : comma - start);
        out.arguments.push_back({std::string(trim(piece)), start + 1});
        if (comma == std::string::npos) return out;
        start = comma + 1;
    }
}

Error unknown_method(const Parsed& parsed, const std::string& method) {
    std::vector<std::string_view> known;
    for (const Method& candidate : kMethods) known.push_back(candidate.name);
    const std::string_view near = nearest(method, known);
    const std::string hint = near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near);
    return parsed.error(1,
                        "cot, sr:R, sr:R,analysis, pdr:A,B,..., vote:N, vote:N,parts, best:N, rsa:N,K,T, "
                        "pacore:A,B,... or tournament:N,G,V",
                        method, hint);
}

// A letter too many, too few, or two that changed places: another letter makes another word ("note" of "vote").
bool may_be_misspelt(std::string_view text, std::string_view name) {
    if (text.size() == name.size())
        return text != name && std::is_permutation(text.begin(), text.end(), name.begin(), name.end());
    return !nearest(text, {name}, 1).empty();
}

}  // namespace

bool begins_with_method(std::string_view text) {
    const std::string_view name = text.substr(0, text.find(':'));
    return std::any_of(kMethods.begin(), kMethods.end(), [&](const Method& method) { return method.name == name; });
}

std::string nearest_operator(const std::string& text) {
    constexpr std::size_t kLongest = 16;  // beyond any method's name by more than an edit
    const std::size_t end = std::min(text.find(':'), text.size());
    if (end > kLongest) return "";
    for (const Method& method : kMethods) {
        if (!may_be_misspelt(std::string_view(text).substr(0, end), method.name)) continue;
        std::string out = std::string(method.name) + text.substr(end);
        if (method.make(take_apart(out), {})) return out;
    }
    return "";
}

Outcome<Schedule> parse_operator(const std::string& text, const StepDefaults& defaults) {
    const Parsed parsed = take_apart(text);
    const std::string method = text.substr(0, text.find(':'));
    for (const Method& candidate : kMethods)
        if (candidate.name == method) return candidate.make(parsed, defaults);
    return unknown_method(parsed, method);
}

}  // namespace retort

#include "verify/kinds/plan_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "verify/kinds/line.h"
#include "verify/text.h"

namespace retort::strips {
namespace {

constexpr std::size_t kMostLookedAt = std::size_t{256} << 10;
constexpr std::size_t kMostSteps = 10'000;
constexpr std::size_t kMostArguments = 8;

// The letters that the published blocksworld sets give to colours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kColours{{{"red", "a"},
                                                                                  {"blue", "b"},
                                                                                  {"orange", "c"},
                                                                                  {"yellow", "d"},
                                                                                  {"white", "e"},
                                                                                  {"magenta", "f"},
                                                                                  {"black", "g"},
                                                                                  {"cyan", "h"},
                                                                                  {"green", "i"},
                                                                                  {"violet", "j"},
                                                                                  {"silver", "k"},
                                                                                  {"gold", "l"}}};

using Words = std::vector<std::string>;

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// Lower-case words, and the signs that matter to how they stand together.
Words words_of(std::string_view line) {
    Words out;
    for (std::size_t i = 0; i < line.size();) {
        if (line[i] == '\\') {  // a command of TeX
            for (++i; i < line.size() && std::isalpha(static_cast<unsigned char>(line[i])) != 0;) ++i;
        } else if (is_word(line[i])) {
            std::string word;
            for (; i < line.size() && is_word(line[i]); ++i)
                word += static_cast<char>(std::tolower(static_cast<unsigned char>(line[i])));
            word.erase(0, std::min(word.find_first_not_of('-'), word.size()));
            word.erase(word.find_last_not_of('-') + 1);
            if (!word.empty()) out.push_back(std::move(word));
        } else {
            if (std::string_view("(),.:;").find(line[i]) != std::string_view::npos) out.emplace_back(1, line[i]);
            ++i;
        }
    }
    return out;
}

std::string letters(std::string_view word) {
    std::string out;
    for (const char c : word)
        if (c != '-' && c != '_') out += c;
    return out;
}

bool is_filler(const std::string& word) {
    static const std::set<std::string> kFillers{"(",   ",",  "the",  "block", "blocks", "from", "on",
                                                "top", "of", "onto", "off",   "over",   "to",   "it"};
    return kFillers.contains(word);
}

class StepReader {
  public:
    StepReader(const Domain& domain, const std::set<std::string>& objects) : objects_(objects) {
        for (const auto& [name, action] : domain.actions) verbs_[letters(name)] = &action;
    }

    Plan steps(const Words& words) const {
        Plan out;
        for (std::size_t at = 0; at < words.size() && out.size() < kMostSteps;) {
            const std::size_t before = at;
            if (auto step = step_at(words, at)) out.push_back(std::move(*step));
            if (at == before) ++at;
        }
        return out;
    }

  private:
    // A step that begins here; `at` moves behind it.
    std::optional<Atom> step_at(const Words& words, std::size_t& at) const {
        std::size_t next = at;
        const Action* action = verb(words, next);
        std::optional<Atom> step;
        if (action == nullptr)
            step = placing(words, next);
        else if (at > 0 && words[at - 1] == "(")
            step = in_parentheses(*action, words, next);
        else
            step = with_arguments(*action, words, next, {});
        if (step) at = next;
        return step;
    }

    const Action* verb(const Words& words, std::size_t& at) const {
        const auto find = [this](const std::string& name) {
            const auto found = verbs_.find(name);
            return found == verbs_.end() ? nullptr : found->second;
        };
        if (const Action* one = find(letters(words[at]))) {
            ++at;
            return one;
        }
        const Action* two = at + 1 < words.size() ? find(letters(words[at]) + letters(words[at + 1])) : nullptr;
        if (two != nullptr) at += 2;
        return two;
    }

    // "(stack a)": taken as it stands, so that a step with something missing is an error and not passed over.
    std::optional<Atom> in_parentheses(const Action& action, const Words& words, std::size_t& at) const {
        Atom out{action.name};
        for (; at < words.size() && words[at] != ")" && out.size() <= kMostArguments; ++at)
            if (!is_filler(words[at])) out.push_back(object(words, at).value_or(words[at]));
        return out.size() == 1 && !action.parameters.empty() ? std::nullopt : std::optional<Atom>(std::move(out));
    }

    std::optional<Atom> with_arguments(const Action& action, const Words& words, std::size_t& at, Atom begun) const {
        Atom out = begun.empty() ? Atom{action.name} : std::move(begun);
        while (out.size() < action.parameters.size() + 1) {
            if (at >= words.size()) return std::nullopt;
            if (auto found = object(words, at))
                out.push_back(std::move(*found));
            else if (!is_filler(words[at]) && !is_article(words, at))
                return std::nullopt;
            ++at;
        }
        return out;
    }

    // "Put the red block on the table", "place it ... on the blue block", "pick the red block up".
    std::optional<Atom> placing(const Words& words, std::size_t& at) const {
        const bool picks = words[at] == "pick", puts = words[at] == "put" || words[at] == "place";
        const auto lift = verbs_.find("pickup"), drop = verbs_.find("putdown"), stack = verbs_.find("stack");
        if (!(picks || puts) || lift == verbs_.end() || drop == verbs_.end() || stack == verbs_.end())
            return std::nullopt;
        ++at;
        auto lifted = with_arguments(*lift->second, words, at, {});
        if (!lifted) return std::nullopt;
        while (at < words.size() && is_filler(words[at]) && words[at] != "(") ++at;
        const std::string next = at < words.size() ? words[at] : "";
        if (picks) return next == "up" ? lifted : std::nullopt;
        if (next == "down" || next == "table") return Atom{drop->second->name, lifted->back()};
        return with_arguments(*stack->second, words, at, {stack->second->name, lifted->back()});
    }

    // "a block": no block of that name.
    bool is_article(const Words& words, std::size_t at) const {
        return words[at] == "a" && at + 1 < words.size() && words[at + 1].starts_with("block") &&
               (at == 0 || words[at - 1] != "the");
    }

    std::optional<std::string> object(const Words& words, std::size_t at) const {
        const std::string& word = words[at];
        if (is_article(words, at)) return std::nullopt;
        if (objects_.contains(word)) return word;
        for (const auto& [colour, letter] : kColours)
            if (word == colour && objects_.contains(std::string(letter))) return std::string(letter);
        if (word.starts_with("block")) {
            std::string bare = word.substr(5);
            bare.erase(0, bare.find_first_not_of("-_"));
            if (objects_.contains(bare)) return bare;
        }
        if (objects_.contains("b" + word) && std::isdigit(static_cast<unsigned char>(word[0])) != 0) return "b" + word;
        return std::nullopt;
    }

    const std::set<std::string>& objects_;
    std::map<std::string, const Action*> verbs_;
};

// ---- where one plan ends and the next begins

bool begins_a_list(const Words& words) {
    if (words.size() < 2) return false;
    const std::size_t at = words[0] == "step" ? 1 : 0;
    return words[at] == "1" && at + 1 < words.size() &&
           (at == 1 || words[1] == "." || words[1] == ")" || words[1] == ":");
}

bool names_a_plan(const Words& words) {
    static const std::set<std::string> kNames{"plan", "plans", "solution", "answer", "actions", "steps", "sequence"};
    return std::any_of(words.begin(), words.end(), [](const std::string& word) { return kNames.contains(word); });
}

bool is_heading(const Words& words, const Plan& steps) {
    return names_a_plan(words) && (steps.empty() || words.back() == ":");
}

std::optional<Plan> last_plan(std::string_view text, const StepReader& reader) {
    Plan done, current;
    const auto begin_anew = [&] {
        if (!current.empty()) done = std::exchange(current, {});
    };
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const Words words = words_of(line);
        Plan steps = reader.steps(words);
        const bool heading = is_heading(words, steps);
        if (heading || begins_a_list(words) || line.find("```") != std::string_view::npos) begin_anew();
        if (heading) continue;
        if (current.size() + steps.size() > kMostSteps) return current;
        current.insert(current.end(), std::make_move_iterator(steps.begin()), std::make_move_iterator(steps.end()));
    }
    begin_anew();
    return done.empty() ? std::nullopt : std::optional<Plan>(std::move(done));
}

// [PLAN] ... [PLAN END]
std::optional<std::string_view> marked_plan(std::string_view text) {
    constexpr std::string_view kMark = "[PLAN]";
    const std::size_t begin = text.rfind(kMark);
    if (begin == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(begin + kMark.size());
    return rest.substr(0, std::min(rest.find("[PLAN END]"), rest.size()));
}

}  // namespace

std::optional<Plan> find_plan(std::string_view text, const Domain& domain, const std::set<std::string>& objects) {
    text = text_end(text, kMostLookedAt);
    const StepReader reader(domain, objects);
    if (const auto tagged = tagged_answer(text))
        if (auto plan = last_plan(*tagged, reader)) return plan;
    if (const auto marked = marked_plan(text))
        if (auto plan = last_plan(*marked, reader)) return plan;
    if (const auto boxed = boxed_content(text))
        if (auto plan = last_plan(*boxed, reader)) return plan;
    return last_plan(text, reader);
}

}  // namespace retort::strips

#include "train/run/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <unordered_set>

#include "base/hash.h"
#include "base/text.h"
#include "distill/selection.h"
#include "eval/generate/generate.h"

namespace retort::train {
namespace {

constexpr std::size_t kWordsInARow = 13;

// "numbers=4,largest=15".
Outcome<std::map<std::string, std::string>> read_options(const std::string& text) {
    std::map<std::string, std::string> out;
    std::stringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos)
            return Error{ErrorKind::usage, fmt::format("options: expected name=value, found \"{}\"", part)};
        out.emplace(trim(std::string_view(part).substr(0, equals)), trim(std::string_view(part).substr(equals + 1)));
    }
    return out;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out(1);
    for (const char c : text) {
        if (std::isspace(static_cast<unsigned char>(c)) == 0) {
            out.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        } else if (!out.back().empty()) {
            out.emplace_back();
        }
    }
    if (out.back().empty()) out.pop_back();
    return out;
}

std::string joined(const std::vector<std::string>& words, std::size_t first, std::size_t count) {
    std::string out;
    for (std::size_t i = first; i < first + count; ++i) out += words[i] + " ";
    return out;
}

// 0 or more, below 1.
double unit_interval(std::uint64_t hash) {
    return static_cast<double>(hash >> 11) / 9007199254740992.0;
}

}  // namespace

Outcome<Suite> load_problems(const ProblemSettings& settings, const std::string& split) {
    if (!settings.suite.empty()) {
        Outcome<Suite> suite = load_suite(settings.suite);
        if (!suite) return suite.error();
        const auto count = static_cast<std::size_t>(settings.count);
        if (count > 0 && suite->problems.size() > count) {
            suite->problems.resize(count);
            suite->hash = hash_of(suite->problems);
        }
        return suite;
    }
    if (settings.count <= 0) return Suite{};
    const auto options = read_options(settings.options);
    if (!options) return options.error();
    const GenerateRequest request{settings.kind, static_cast<int>(settings.count),
                                  static_cast<std::uint64_t>(settings.seed),
                                  split == "train" ? Split::train : Split::test, *options};
    const auto lines = generate_suite(request);
    if (!lines) return lines.error();
    std::string text;
    for (const std::string& line : *lines) text += line + "\n";
    return parse_suite(fmt::format("{}-{}-{}", settings.kind, split, settings.seed), text);
}

std::string name_of(const ProblemSettings& settings, const std::string& key) {
    if (settings.suite.empty()) return fmt::format("the problems that are made of {}.kind and {}.options", key, key);
    return fmt::format("{} ({}.suite)", settings.suite, key);
}

Contamination find_contamination(const Suite& suite, const std::vector<Suite>& tests) {
    std::unordered_set<std::string> texts;
    std::unordered_set<std::string> rows;
    for (const Suite& test : tests)
        for (const SuiteProblem& one : test.problems) {
            const std::vector<std::string> words = words_of(one.problem.text);
            texts.insert(joined(words, 0, words.size()));
            for (std::size_t i = 0; i + kWordsInARow <= words.size(); ++i) rows.insert(joined(words, i, kWordsInARow));
        }
    Contamination out;
    for (std::size_t place = 0; place < suite.problems.size(); ++place) {
        const std::vector<std::string> words = words_of(suite.problems[place].problem.text);
        bool found = texts.contains(joined(words, 0, words.size()));
        out.exact += found;
        for (std::size_t i = 0; !found && i + kWordsInARow <= words.size(); ++i) {
            found = rows.contains(joined(words, i, kWordsInARow));
            out.by_words += found;
        }
        if (found) out.places.push_back(place);
    }
    return out;
}

ProblemDraw::ProblemDraw(const Suite& suite, std::uint64_t seed, DrawRules rules)
    : suite_(suite), seed_(seed), rules_(rules) {
    order_epoch();
}

void ProblemDraw::order_epoch() {
    order_ =
        shuffled(static_cast<int>(suite_.problems.size()), hash64(fmt::format("problems {} {}", seed_, state_.epoch)));
}

bool ProblemDraw::is_retired(std::size_t problem) const {
    const auto rate = state_.rates.find(suite_.problems[problem].problem.id);
    return rate != state_.rates.end() && rate->second.tried > 0 &&
           static_cast<double>(rate->second.solved) >= rules_.retire_at * static_cast<double>(rate->second.tried);
}

std::size_t ProblemDraw::retired() const {
    std::size_t out = 0;
    for (std::size_t i = 0; i < suite_.problems.size(); ++i) out += is_retired(i);
    return out;
}

bool ProblemDraw::is_passed_over(std::size_t problem) const {
    if (!rules_.by_pass_rate) return false;
    const std::string& id = suite_.problems[problem].problem.id;
    const auto rate = state_.rates.find(id);
    if (rate == state_.rates.end()) return false;
    const double p = static_cast<double>(rate->second.solved + 1) / static_cast<double>(rate->second.tried + 2);
    const double chance = unit_interval(hash64(fmt::format("curriculum {} {} {}", seed_, state_.epoch, id)));
    return chance >= 4 * p * (1 - p);
}

std::size_t ProblemDraw::next() {
    if (state_.next >= static_cast<std::int64_t>(order_.size())) {
        ++state_.epoch;
        state_.next = 0;
        order_epoch();
    }
    return static_cast<std::size_t>(order_[static_cast<std::size_t>(state_.next++)]);
}

std::vector<std::size_t> ProblemDraw::take(std::size_t count) {
    std::vector<std::size_t> out;
    std::set<std::size_t> taken;
    const auto look = [&](bool by_pass_rate) {
        // Two rounds through the suite find whatever is left.
        for (std::size_t looked = 0; out.size() < count && looked < 2 * order_.size(); ++looked) {
            const std::size_t problem = next();
            if (is_retired(problem) || (by_pass_rate && is_passed_over(problem))) continue;
            if (taken.insert(problem).second) out.push_back(problem);
        }
    };
    look(rules_.by_pass_rate);
    if (rules_.by_pass_rate) look(false);
    return out;
}

void ProblemDraw::tried(std::size_t problem, std::int64_t samples, std::int64_t solved) {
    state_.rates[suite_.problems[problem].problem.id] = {samples, solved};
}

void ProblemDraw::set_state(DrawState state) {
    state_ = std::move(state);
    order_epoch();
}

}  // namespace retort::train

#include "eval/generate/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "base/text.h"
#include "eval/generate/generator.h"
#include "verify/kind.h"

namespace retort {
namespace {

using namespace generate;

constexpr std::array kCountdownOptions{
    GeneratorOption{"numbers", "how many numbers", "4", 2, 6},
    GeneratorOption{"largest", "the largest of the numbers", "15", 2, 100},
    GeneratorOption{"target-least", "the smallest target", "10", 1, 10'000},
    GeneratorOption{"target-most", "the largest target", "60", 1, 10'000},
    GeneratorOption{"hits-least", "of 100 ways to all moves but the last, after how many it can hit, at least", "", 0,
                    100},
    GeneratorOption{"hits-most", "at most (2 to 8 where nothing is said of the difficulty, else any)", "", 0, 100},
};
constexpr auto kCountdownPartsOptions = [] {
    std::array<GeneratorOption, kCountdownOptions.size() + 1> out{
        GeneratorOption{"parts", "how many parts", "3", 2, 26}};
    std::copy(kCountdownOptions.begin(), kCountdownOptions.end(), out.begin() + 1);
    return out;
}();
constexpr std::array kGame24Options{
    GeneratorOption{"largest", "the largest of the four numbers", "13", 2, 25},
};
constexpr std::array kSudokuOptions{
    GeneratorOption{"size", "4 or 9", "4", 4, 9},
    GeneratorOption{"blanks", "empty cells: up to 10 of 16, up to 50 of 81", "", 1, 50},
};
constexpr std::array kBlocksworldOptions{
    GeneratorOption{"blocks", "how many blocks", "4", 2, 12},
};
constexpr std::array kArithmeticOptions{
    GeneratorOption{"terms", "how many numbers", "3", 2, 8},
    GeneratorOption{"largest", "the largest of the numbers", "20", 2, 1'000},
    GeneratorOption{"operations", "some of + - * /", "+-*"},
};

constexpr std::array kKinds{
    GeneratorKind{"countdown", "an expression of the numbers that equals the target", kCountdownOptions,
                  make_countdown_generator},
    GeneratorKind{"countdown-parts", "an expression for each of several countdowns", kCountdownPartsOptions,
                  make_countdown_parts_generator},
    GeneratorKind{"game24", "an expression of four numbers that equals 24", kGame24Options, make_game24_generator},
    GeneratorKind{"sudoku", "a grid of 4x4 or 9x9 with one solution", kSudokuOptions, make_sudoku_generator},
    GeneratorKind{"blocksworld", "a plan that moves blocks from one state to another", kBlocksworldOptions,
                  make_blocksworld_generator},
    GeneratorKind{"arithmetic", "the value of an expression, a whole number", kArithmeticOptions,
                  make_arithmetic_generator},
};

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

template <class Rows>
std::string names_of(const Rows& rows) {
    std::string out;
    for (const auto& row : rows) out += (out.empty() ? "" : ", ") + std::string(row.name);
    return out;
}

Outcome<int> number_of(const GeneratorOption& option, const std::string& text) {
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size() || value < option.least || value > option.most)
        return usage(fmt::format("--{}: expected a whole number from {} to {}, found \"{}\"", option.name, option.least,
                                 option.most, text));
    return value;
}

Outcome<Difficulty> difficulty_of(const GeneratorKind& kind, const std::map<std::string, std::string>& given) {
    for (const auto& [name, value] : given) {
        const auto is_it = [&name](const GeneratorOption& option) { return option.name == name; };
        if (std::none_of(kind.options.begin(), kind.options.end(), is_it))
            return usage(
                fmt::format("{} has no --{}; its difficulty is set by: {}", kind.name, name, names_of(kind.options)));
    }
    Difficulty out;
    for (const GeneratorOption& option : kind.options) {
        const auto found = given.find(std::string(option.name));
        const std::string text = found == given.end() ? std::string(option.standard) : found->second;
        if (option.most == 0) {
            out.texts.emplace(option.name, text);
        } else if (!text.empty()) {
            const auto value = number_of(option, text);
            if (!value) return value.error();
            out.numbers.emplace(option.name, *value);
        }
    }
    return out;
}

Outcome<std::unique_ptr<const Generator>> generator_of(const GenerateRequest& request) {
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&request](const GeneratorKind& one) { return one.name == request.kind; });
    if (kind == kKinds.end())
        return usage(fmt::format("no generator \"{}\": expected one of {}", request.kind, names_of(kKinds)));
    if (request.count < 1 || request.count > kMostGenerated)
        return usage(fmt::format("--count: expected 1 to {}, found {}", kMostGenerated, request.count));
    const auto difficulty = difficulty_of(*kind, request.options);
    if (!difficulty) return difficulty.error();
    return kind->make(*difficulty);
}

// The problems so far: those of the wanted split, each once.
class Collection {
  public:
    Collection(const GenerateRequest& request, const Generator& generator)
        : request_(request), kind_(generator.line_kind()) {}

    bool full() const { return lines_.size() >= static_cast<std::size_t>(request_.count); }
    std::size_t size() const { return lines_.size(); }

    // False where it was there before or belongs to the other split.
    bool add(const GeneratedProblem& problem) {
        if (!is_new(problem)) return false;
        const std::string id = id_of(problem);
        ids_.insert(id);
        lines_.push_back(line_of(id, problem));
        return true;
    }

    bool is_new(const GeneratedProblem& problem) const {
        return split_of(problem.family) == request_.split && !ids_.contains(id_of(problem));
    }

    std::vector<std::string> take() { return std::move(lines_); }

  private:
    // The kind has words for a problem that comes without: the same for suites from elsewhere.
    std::string text_by_kind(const GeneratedProblem& problem) const {
        nlohmann::ordered_json line = problem.fields;
        line["kind"] = kind_;
        const KindResult made = make_verifier(line.dump());
        if (!made.error.empty()) throw std::logic_error("a generated problem is none of its kind: " + made.error);
        return made.problem;
    }

    std::string id_of(const GeneratedProblem& problem) const {
        return request_.kind + "-" + sha256_hex(problem.canonical).substr(0, 12);
    }

    std::string line_of(const std::string& id, const GeneratedProblem& problem) const {
        nlohmann::ordered_json line{{"id", id}, {"kind", kind_}};
        line["problem"] = problem.text.empty() ? text_by_kind(problem) : problem.text;
        line.update(problem.fields);
        line["source"] = "retort suite make " + request_.kind;
        line["split"] = request_.split == Split::test ? "test" : "train";
        return line.dump();
    }

    const GenerateRequest& request_;
    std::string_view kind_;
    std::unordered_set<std::string> ids_;
    std::vector<std::string> lines_;
};

// Draws until there are enough, or until drawing brings nothing new any more.
void draw_problems(const Generator& generator, Draws& draws, Collection& collection) {
    // In a small space the rest is found by going through it; in a large one a draw may well miss some ten thousand
    // times.
    const int patience = generator.is_small() ? 1'000 : 50'000;
    for (int in_vain = 0; in_vain < patience && !collection.full(); ++in_vain) {
        const auto problem = generator.draw(draws);
        if (problem && collection.add(*problem)) in_vain = 0;
    }
}

// Goes through the whole space for what drawing missed, in an order that the seed decides. Returns how many there are.
std::size_t complete(const Generator& generator, Draws& draws, Collection& collection) {
    std::unordered_map<std::string, GeneratedProblem> missed;
    generator.enumerate([&](GeneratedProblem problem) {
        if (collection.is_new(problem)) missed.try_emplace(problem.canonical, std::move(problem));
    });
    const std::size_t all = collection.size() + missed.size();
    std::vector<std::string> order;
    for (const auto& [canonical, problem] : missed) order.push_back(canonical);
    std::sort(order.begin(), order.end());
    draws.shuffle(order);
    for (std::size_t i = 0; i < order.size() && !collection.full(); ++i) collection.add(missed.at(order[i]));
    return all;
}

Error too_few(const GenerateRequest& request, std::size_t there_are, bool exact) {
    const char* split = request.split == Split::test ? "test" : "train";
    return usage(
        fmt::format("expected {} distinct problems, but of this difficulty {} {} {} in the {} split; ask for "
                    "fewer, or change the difficulty",
                    request.count, exact ? "there are only" : "drawing found only", there_are, request.kind, split));
}

}  // namespace

std::span<const GeneratorKind> generator_kinds() {
    return kKinds;
}

Split split_of(std::string_view family) {
    constexpr std::uint64_t kParts = 10;
    constexpr std::uint64_t kTestParts = 2;
    return hash64(family) % kParts < kTestParts ? Split::test : Split::train;
}

Outcome<std::vector<std::string>> generate_suite(const GenerateRequest& request) {
    const auto generator = generator_of(request);
    if (!generator) return generator.error();
    const char* split = request.split == Split::test ? "test" : "train";
    Draws draws(hash64(fmt::format("suite make|{}|{}|{}", request.kind, split, request.seed)));
    Collection collection(request, **generator);
    draw_problems(**generator, draws, collection);
    if (!collection.full()) {
        const bool small = (*generator)->is_small();
        const std::size_t all = small ? complete(**generator, draws, collection) : collection.size();
        if (!collection.full()) return too_few(request, all, small);
    }
    return collection.take();
}

}  // namespace retort

// Countdown, and the game of 24: numbers to be joined into a target.
#include <fmt/format.h>

#include <array>
#include <set>

#include "eval/generate/generator.h"
#include "eval/generate/hits.h"
#include "eval/generate/moves.h"

namespace retort::generate {
namespace {

std::vector<int> draw_numbers(Draws& draws, int many, int largest) {
    std::vector<int> out(static_cast<std::size_t>(many));
    for (int& number : out) number = draws.between(1, largest);
    return out;
}

// How many multisets of `many` numbers from 1 to `largest` there are.
double multisets(int many, int largest) {
    double out = 1;
    for (int i = 1; i <= many; ++i) out = out * (largest + i - 1) / i;
    return out;
}

void each_multiset(std::vector<int>& numbers, std::size_t many, int largest,
                   const std::function<void(const std::vector<int>&)>& visit) {
    if (numbers.size() == many) return visit(numbers);
    for (int next = numbers.empty() ? 1 : numbers.back(); next <= largest; ++next) {
        numbers.push_back(next);
        each_multiset(numbers, many, largest, visit);
        numbers.pop_back();
    }
}

// How many ways to all moves but the last may let the last one hit, in percent.
struct HitsWanted {
    int least = 0;
    int most = 100;
    bool any() const { return least == 0 && most == 100; }
};

// Where nothing is said of the difficulty it is the default model's; else problems are taken as they come.
HitsWanted hits_of(const Difficulty& difficulty) {
    const bool standard = difficulty["numbers"] == 4 && difficulty["largest"] == 15 &&
                          difficulty["target-least"] == 10 && difficulty["target-most"] == 60;
    HitsWanted out = standard ? HitsWanted{2, 8} : HitsWanted{};
    const auto& given = difficulty.numbers;
    if (const auto least = given.find("hits-least"); least != given.end()) out.least = least->second;
    if (const auto most = given.find("hits-most"); most != given.end()) out.most = most->second;
    return out;
}

class CountdownGenerator : public Generator {
  public:
    explicit CountdownGenerator(const Difficulty& difficulty)
        : many_(difficulty["numbers"]),
          largest_(difficulty["largest"]),
          target_least_(difficulty["target-least"]),
          target_most_(difficulty["target-most"]),
          hits_(hits_of(difficulty)) {}

    std::string_view line_kind() const override { return "countdown"; }

    std::optional<GeneratedProblem> draw(Draws& draws) const override {
        const std::vector<int> numbers = draw_numbers(draws, many_, largest_);
        std::vector<Ratio> values;
        for (const int number : numbers) values.push_back({number, 1});
        std::vector<Move> moves;
        while (values.size() > 1) {
            const auto move = draw_move(draws, values.size());
            if (!make_move(values, move, Values::whole)) return std::nullopt;
            moves.push_back(move);
        }
        if (!is_target(values.front())) return std::nullopt;
        const auto target = static_cast<int>(values.front().over);
        if (!hits_.any() && !count_hits(numbers, target).within(target, hits_.least, hits_.most)) return std::nullopt;
        return problem_of(numbers, target, moves);
    }

    bool is_small() const override {
        // Ways of joining so many numbers.
        constexpr std::array<double, 7> kWays{0, 1, 6, 108, 3'888, 233'280, 20'995'200};
        constexpr double kMostWays = 2e7;
        return multisets(many_, largest_) * kWays[static_cast<std::size_t>(many_)] <= kMostWays;
    }

    void enumerate(const std::function<void(GeneratedProblem)>& visit) const override {
        std::vector<int> numbers;
        each_multiset(numbers, static_cast<std::size_t>(many_), largest_,
                      [&](const std::vector<int>& all) { visit_targets(all, visit); });
    }

  private:
    static Move draw_move(Draws& draws, std::size_t values) {
        const std::size_t left = draws.below(values);
        const std::size_t right = (left + 1 + draws.below(values - 1)) % values;
        return {left, right, "+-*/"[draws.below(4)]};
    }

    bool is_target(Ratio result) const { return result.over >= target_least_ && result.over <= target_most_; }

    static GeneratedProblem problem_of(const std::vector<int>& numbers, int target, const std::vector<Move>& moves) {
        const std::string key = family_of(numbers, target);
        return {key, key, "", {{"answer", expression_of(numbers, moves)}, {"numbers", numbers}, {"target", target}}};
    }

    void visit_targets(const std::vector<int>& numbers, const std::function<void(GeneratedProblem)>& visit) const {
        std::optional<Hits> hits;
        if (!hits_.any()) hits = count_hits(numbers, target_most_);
        std::set<std::int64_t> seen;
        each_result(numbers, Values::whole, [&](Ratio result, const std::vector<Move>& moves) {
            if (!is_target(result) || !seen.insert(result.over).second) return true;
            const auto target = static_cast<int>(result.over);
            if (!hits || hits->within(target, hits_.least, hits_.most)) visit(problem_of(numbers, target, moves));
            return true;
        });
    }

    int many_;
    int largest_;
    int target_least_;
    int target_most_;
    HitsWanted hits_;
};

class Game24Generator : public Generator {
  public:
    explicit Game24Generator(int largest) : largest_(largest) {}

    std::string_view line_kind() const override { return "game24"; }

    std::optional<GeneratedProblem> draw(Draws& draws) const override {
        return problem_of(draw_numbers(draws, kNumbers, largest_));
    }

    bool is_small() const override { return true; }

    void enumerate(const std::function<void(GeneratedProblem)>& visit) const override {
        std::vector<int> numbers;
        each_multiset(numbers, kNumbers, largest_, [&](const std::vector<int>& all) {
            if (auto problem = problem_of(all)) visit(std::move(*problem));
        });
    }

  private:
    static constexpr int kNumbers = 4;
    static constexpr Ratio kTarget{24, 1};

    static std::optional<GeneratedProblem> problem_of(const std::vector<int>& numbers) {
        std::string solution;
        const bool none = each_result(numbers, Values::exact, [&](Ratio result, const std::vector<Move>& moves) {
            if (result != kTarget) return true;
            solution = expression_of(numbers, moves);
            return false;
        });
        if (none) return std::nullopt;
        const std::string key = family_of(numbers, kTarget.over);
        return GeneratedProblem{key, key, "", {{"answer", solution}, {"numbers", numbers}, {"target", kTarget.over}}};
    }

    int largest_;
};

}  // namespace

MadeGenerator make_countdown_generator(const Difficulty& difficulty) {
    if (difficulty["target-least"] > difficulty["target-most"])
        return Error{ErrorKind::usage, fmt::format("expected --target-least ({}) to be at most --target-most ({})",
                                                   difficulty["target-least"], difficulty["target-most"])};
    if (const HitsWanted hits = hits_of(difficulty); hits.least > hits.most)
        return Error{ErrorKind::usage,
                     fmt::format("expected --hits-least ({}) to be at most --hits-most ({})", hits.least, hits.most)};
    return std::make_unique<const CountdownGenerator>(difficulty);
}

MadeGenerator make_game24_generator(const Difficulty& difficulty) {
    return std::make_unique<const Game24Generator>(difficulty["largest"]);
}

}  // namespace retort::generate

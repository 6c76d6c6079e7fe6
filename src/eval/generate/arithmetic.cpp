// Sums: an expression of small whole numbers, its value a whole number.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>

#include "eval/generate/expression.h"
#include "eval/generate/generator.h"

namespace retort::generate {
namespace {

struct Sum {
    Expression expression;
    std::int64_t value = 0;
};

constexpr std::int64_t kMostValue = 1'000'000'000;

// Values on the way are whole numbers of at most a thousand million.
std::optional<Sum> joined(const Sum& left, char operation, const Sum& right) {
    Sum out;
    if (operation == '/') {
        if (right.value == 0 || left.value % right.value != 0) return std::nullopt;
        out.value = left.value / right.value;
    } else {
        out.value = operation == '+'   ? left.value + right.value
                    : operation == '-' ? left.value - right.value
                                       : left.value * right.value;
    }
    if (std::abs(out.value) > kMostValue) return std::nullopt;
    out.expression = join(left.expression, operation, right.expression);
    return out;
}

GeneratedProblem problem_of(const Sum& sum) {
    return {"arithmetic " + sum.expression.text,
            "arithmetic " + without_order(sum.expression),
            fmt::format("What is {}?", sum.expression.text),
            {{"answer", std::to_string(sum.value)}}};
}

class ArithmeticGenerator : public Generator {
  public:
    ArithmeticGenerator(int terms, int largest, std::string operations)
        : terms_(terms), largest_(largest), operations_(std::move(operations)) {}

    std::string_view line_kind() const override { return "math"; }

    std::optional<GeneratedProblem> draw(Draws& draws) const override {
        const auto sum = draw_sum(draws, terms_);
        return sum ? std::optional(problem_of(*sum)) : std::nullopt;
    }

    bool is_small() const override {
        // Numbers, operations between them, and ways to set parentheses (the Catalan numbers).
        constexpr std::array<double, 9> kShapes{0, 1, 1, 2, 5, 14, 42, 132, 429};
        constexpr double kMostSums = 2e6;
        const double sums = kShapes[static_cast<std::size_t>(terms_)] * std::pow(largest_, terms_) *
                            std::pow(static_cast<double>(operations_.size()), terms_ - 1);
        return sums <= kMostSums;
    }

    void enumerate(const std::function<void(GeneratedProblem)>& visit) const override {
        each_sum(terms_, [&visit](const Sum& sum) { visit(problem_of(sum)); });
    }

  private:
    std::optional<Sum> draw_sum(Draws& draws, int terms) const {
        if (terms == 1) {
            const int number = draws.between(1, largest_);
            return Sum{number_expression(number), number};
        }
        const int left_terms = draws.between(1, terms - 1);
        const auto left = draw_sum(draws, left_terms);
        const auto right = draw_sum(draws, terms - left_terms);
        const char operation = operations_[draws.below(operations_.size())];
        return left && right ? joined(*left, operation, *right) : std::nullopt;
    }

    void each_sum(int terms, const std::function<void(const Sum&)>& visit) const {
        if (terms == 1) {
            for (int number = 1; number <= largest_; ++number) visit({number_expression(number), number});
            return;
        }
        for (int left_terms = 1; left_terms < terms; ++left_terms)
            each_sum(left_terms, [&](const Sum& left) {
                each_sum(terms - left_terms, [&](const Sum& right) {
                    for (const char operation : operations_)
                        if (const auto sum = joined(left, operation, right)) visit(*sum);
                });
            });
    }

    int terms_;
    int largest_;
    std::string operations_;
};

}  // namespace

MadeGenerator make_arithmetic_generator(const Difficulty& difficulty) {
    std::string operations;
    const std::string& given = difficulty.texts.find("operations")->second;
    for (const char operation : std::string_view("+-*/"))
        if (given.find(operation) != given.npos) operations += operation;
    if (operations.empty() || given.find_first_not_of("+-*/") != given.npos)
        return Error{ErrorKind::usage, fmt::format("--operations: expected some of + - * /, found \"{}\"", given)};
    return std::make_unique<const ArithmeticGenerator>(difficulty["terms"], difficulty["largest"], operations);
}

}  // namespace retort::generate

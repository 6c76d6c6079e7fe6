#include "verify/kinds/number_game.h"

#include <flint/fmpq.h>

#include <algorithm>
#include <charconv>

#include "verify/kinds/expression.h"
#include "verify/kinds/line.h"

namespace retort {
namespace {

using Numbers = std::vector<std::int64_t>;

std::string joined(const Numbers& numbers) {
    std::string out;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        out += (i == 0 ? "" : i + 1 == numbers.size() ? " and " : ", ") + std::to_string(numbers[i]);
    return out;
}

std::string shown(const math::Rational& value) {
    char* text = fmpq_get_str(nullptr, 10, value.get());
    std::string out(text);
    flint_free(text);
    constexpr std::size_t kMostShown = 40;
    return out.size() > kMostShown ? "a number of " + std::to_string(out.size()) + " digits" : out;
}

bool is_value(const Expression& expression, std::int64_t target) {
    math::Rational wanted;
    fmpq_set_si(wanted.get(), target, 1);
    return expression.value && *expression.value == wanted;
}

// The last that uses the numbers as given; else the last that computes something.
const Expression* choose(const std::vector<Expression>& found, const Numbers& numbers) {
    for (auto one = found.rbegin(); one != found.rend(); ++one)
        if (one->numbers == numbers) return &*one;
    for (auto one = found.rbegin(); one != found.rend(); ++one)
        if (one->operators > 0) return &*one;
    return nullptr;
}

std::string difference(const Numbers& from, const Numbers& without) {
    Numbers out;
    std::set_difference(from.begin(), from.end(), without.begin(), without.end(), std::back_inserter(out));
    return joined(out);
}

std::string misused(const Numbers& used, const Numbers& given) {
    const std::string extra = difference(used, given), left = difference(given, used);
    if (extra.empty()) return left + " not used";
    return "uses " + extra + " beyond what is given" + (left.empty() ? "" : ", and not " + left);
}

class NumberGame : public Verifier {
  public:
    NumberGame(Numbers numbers, std::int64_t target) : numbers_(std::move(numbers)), target_(target) {
        std::sort(numbers_.begin(), numbers_.end());
    }

    std::optional<std::string> extract(std::string_view solution) const override {
        for (const std::string& region : answer_regions(solution)) {
            const auto found = find_expressions(region);
            if (const Expression* chosen = choose(found, numbers_)) return chosen->text;
        }
        return std::nullopt;
    }

    Judgement judge(std::string_view answer) const override {
        const auto expression = read(answer);
        if (!expression) return {Verdict::different, "no expression"};
        if (expression->numbers != numbers_) return {Verdict::different, misused(expression->numbers, numbers_)};
        if (!expression->value) return {Verdict::different, "divides by zero"};
        if (is_value(*expression, target_)) return {Verdict::equal, "makes " + std::to_string(target_)};
        return {Verdict::different, "makes " + shown(*expression->value) + ", not " + std::to_string(target_)};
    }

    // Two ways of one value from the same numbers are one answer.
    bool same(std::string_view a, std::string_view b) const override {
        const auto left = read(a), right = read(b);
        if (!left || !right) return a == b;
        if (left->text == right->text) return true;
        return left->numbers == right->numbers && left->value && right->value && *left->value == *right->value;
    }

    bool can_judge() const override { return true; }

  private:
    std::optional<Expression> read(std::string_view answer) const {
        const auto found = find_expressions(text_end(answer, kMostRead));
        const Expression* chosen = choose(found, numbers_);
        return chosen == nullptr ? std::nullopt : std::optional<Expression>(*chosen);
    }

    static constexpr std::size_t kMostRead = 4096;
    Numbers numbers_;  // ascending
    std::int64_t target_;
};

std::string prompt(const Numbers& numbers, std::int64_t target) {
    return "Write an arithmetic expression that equals " + std::to_string(target) +
           ". It must use each of the numbers " + joined(numbers) +
           " exactly once, and no other number. Only +, -, *, / and parentheses are allowed. The answer is the "
           "expression "
           "itself.";
}

std::string reference_of(const nlohmann::json& line) {
    std::string text = reference_field(line);
    const auto found = find_expressions(text_end(text, 4096));
    const bool computes = std::any_of(found.begin(), found.end(), [](const Expression& e) { return e.operators > 0; });
    return computes ? text : "";  // often only the target stands there
}

}  // namespace

std::vector<std::int64_t> listed_numbers(std::string_view text) {
    Numbers out;
    for (std::size_t at = 0; at < text.size();) {
        if (std::string_view(" \t\r\n,;[]()").find(text[at]) != std::string_view::npos) {
            ++at;
            continue;
        }
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
        if (error != std::errc() || value < 0 || value > kGreatestNumber || out.size() == kMostNumbers) return {};
        out.push_back(value);
        at = static_cast<std::size_t>(end - text.data());
    }
    return out;
}

std::variant<std::vector<std::int64_t>, std::string> given_numbers(const nlohmann::json& line) {
    constexpr const char* kExpected = "expected \"numbers\", a list of 1 to 32 whole numbers from 0 to 10^15";
    const auto given = line.find("numbers");
    Numbers out;
    if (given == line.end()) {
        out = listed_numbers(text_field(line, "problem").value_or(""));
    } else if (given->is_array() && given->size() <= kMostNumbers) {
        for (const nlohmann::json& number : *given) {
            const bool fits = number.is_number_integer() && number >= 0 && number <= kGreatestNumber;
            if (!fits) return std::string(kExpected) + ", found " + number.dump();
            out.push_back(number.get<std::int64_t>());
        }
    }
    if (out.empty()) return std::string(kExpected);
    return out;
}

std::variant<std::int64_t, std::string> given_target(const nlohmann::json& line) {
    const auto target = line.find("target");
    if (target == line.end() || !target->is_number_integer() || *target < -kGreatestNumber || *target > kGreatestNumber)
        return "expected \"target\", a whole number of at most 10^15";
    return target->get<std::int64_t>();
}

std::shared_ptr<const Verifier> number_verifier(std::vector<std::int64_t> numbers, std::int64_t target) {
    return std::make_shared<const NumberGame>(std::move(numbers), target);
}

KindResult number_game(const nlohmann::json& line, std::vector<std::int64_t> numbers, std::int64_t target) {
    const auto prose = text_field(line, "problem");
    KindResult out;
    out.problem = prose && has_letter(*prose) ? *prose : prompt(numbers, target);
    out.reference = reference_of(line);
    out.verifier = number_verifier(std::move(numbers), target);
    return out;
}

}  // namespace retort

#include "train/tasks/countdown_search.h"

#include <algorithm>
#include <utility>

namespace retort::train::countdown {
namespace {

constexpr std::array kOperations{'+', '-', '*', '/'};
constexpr int kFirstResult = kNumbers;
constexpr int kSecondResult = kNumbers + 1;

// Numbers that are still to be joined, with the place that each came from.
struct Item {
    int value = 0;
    int place = 0;
};

// Shows every move that joins two of the items, with its result and the items that are left, the result first.
template <class Visit>
void each_move(const std::vector<Item>& items, int result_place, Visit visit) {
    std::vector<Item> rest;
    for (std::size_t i = 0; i < items.size(); ++i)
        for (std::size_t j = i + 1; j < items.size(); ++j) {
            const bool ordered = items[i].value >= items[j].value;
            const Item& larger = ordered ? items[i] : items[j];
            const Item& smaller = ordered ? items[j] : items[i];
            for (const char operation : kOperations) {
                const auto result = result_of(operation, larger.value, smaller.value);
                if (!result) continue;
                rest.assign(1, {*result, result_place});
                for (std::size_t other = 0; other < items.size(); ++other)
                    if (other != i && other != j) rest.push_back(items[other]);
                visit(Step{operation, larger.place, smaller.place}, std::as_const(rest));
            }
        }
}

std::vector<Item> items_of(const Problem& problem) {
    std::vector<Item> out;
    out.reserve(kNumbers);
    for (int place = 0; place < kNumbers; ++place)
        out.push_back({problem.numbers[static_cast<std::size_t>(place)], place});
    return out;
}

// An expression's parts as a tree over its steps.
class Writer {
  public:
    explicit Writer(const Expression& expression) : expression_(expression) {}

    std::string text(int place, bool outermost = false) const {
        if (place < kNumbers) return std::to_string(expression_.numbers[static_cast<std::size_t>(place)]);
        const Step& step = step_at(place);
        const std::string inside = text(step.left) + step.operation + text(step.right);
        return outermost ? inside : "(" + inside + ")";
    }

    // Nothing where a step has no result; the check ends there.
    std::optional<int> check(int place, Words& out) const {
        if (place < kNumbers) return expression_.numbers[static_cast<std::size_t>(place)];
        const Step& step = step_at(place);
        const auto left = check(step.left, out);
        const auto right = left ? check(step.right, out) : std::nullopt;
        if (!right) return std::nullopt;
        out.insert(out.end(), {number_word(*left), move_word(step.operation), number_word(*right), kEquals});
        const auto result = result_of(step.operation, *left, *right);
        if (result) out.push_back(number_word(*result));
        return result;
    }

  private:
    const Step& step_at(int place) const { return expression_.steps[static_cast<std::size_t>(place - kNumbers)]; }

    const Expression& expression_;
};

constexpr int kWhole = kSecondResult + 1;  // the place of an expression's value

class Values {
  public:
    Values(const Problem& problem, const Way& way)
        : problem_(problem), first_(way.first_result), second_(way.second_result) {}

    int operator[](int place) const {
        if (place == kFirstResult) return first_;
        if (place == kSecondResult) return second_;
        return problem_.numbers[static_cast<std::size_t>(place)];
    }

  private:
    const Problem& problem_;
    int first_;
    int second_;
};

void append_move(Words& out, const Step& step, const Values& values, int result) {
    out.insert(out.end(), {number_word(values[step.left]), move_word(step.operation), number_word(values[step.right]),
                           kEquals, number_word(result)});
}

}  // namespace

std::optional<int> result_of(char operation, int left, int right) {
    int result = 0;
    switch (operation) {
        case '+':
            result = left + right;
            break;
        case '-':
            result = left - right;
            break;
        case '*':
            result = left * right;
            break;
        default:
            result = left % right == 0 ? left / right : 0;
    }
    return result >= 1 && result <= kMostResult ? std::optional<int>(result) : std::nullopt;
}

std::optional<int> value_of(const Expression& expression) {
    Words ignored;
    return Writer(expression).check(kWhole, ignored);
}

std::string text_of(const Expression& expression) {
    return Writer(expression).text(kWhole, true);
}

void append_check(Words& out, const Expression& expression, int target) {
    const auto value = Writer(expression).check(kWhole, out);
    out.push_back(value && *value == target ? kOk : kBad);
}

std::vector<Way> ways_of(const Problem& problem) {
    std::vector<Way> out;
    out.reserve(256);
    each_move(items_of(problem), kFirstResult, [&](const Step& first, const std::vector<Item>& three) {
        each_move(three, kSecondResult, [&](const Step& second, const std::vector<Item>& two) {
            out.push_back({first, second, three.front().value, two.front().value, two.back().place});
        });
    });
    return out;
}

std::vector<Ending> endings_of(const Problem& problem, const Way& way, int most) {
    const Values values(problem, way);
    int larger = kSecondResult, smaller = way.left_over;
    if (values[larger] < values[smaller]) std::swap(larger, smaller);
    std::vector<Ending> out;
    for (const char operation : kOperations) {
        const auto result = result_of(operation, values[larger], values[smaller]);
        if (!result || *result > most) continue;
        const Expression expression{problem.numbers, {way.first, way.second, {operation, larger, smaller}}};
        out.push_back({expression, *result});
    }
    return out;
}

std::optional<Expression> append_line(Words& out, const Problem& problem, const Way& way) {
    const Values values(problem, way);
    append_move(out, way.first, values, way.first_result);
    for (int place = 0; place < kNumbers; ++place)
        if (place != way.first.left && place != way.first.right) out.push_back(number_word(values[place]));
    append_move(out, way.second, values, way.second_result);
    out.push_back(number_word(values[way.left_over]));
    for (const Ending& ending : endings_of(problem, way, kMostTarget)) {
        out.push_back(number_word(ending.value));
        if (ending.value != problem.target) continue;
        out.push_back(kHit);
        return ending.expression;
    }
    out.push_back(kMiss);
    return std::nullopt;
}

Search search(const Problem& problem, generate::Draws& draws, std::size_t most) {
    std::vector<Way> ways = ways_of(problem);
    Search out;
    while (!ways.empty() && !out.found && out.words.size() <= most) {
        std::swap(ways[draws.below(ways.size())], ways.back());
        out.found = append_line(out.words, problem, ways.back());
        ways.pop_back();
    }
    return out;
}

}  // namespace retort::train::countdown

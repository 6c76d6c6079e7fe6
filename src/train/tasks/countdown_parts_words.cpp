#include "train/tasks/countdown_parts_words.h"

#include <fmt/format.h>

namespace retort::train::countdown_parts {
namespace {

using namespace countdown;

constexpr std::string_view kPreface =
    "Write an arithmetic expression for each part. It must use each of the part's numbers exactly once, and no other "
    "number. Only +, -, *, / and parentheses are allowed.\n";
constexpr std::string_view kTail =
    "The answer has a line for each part: its letter, a colon, and the expression, written in the numbers themselves, "
    "or \"none\" where none was found.";

constexpr int kTargets = kMostTarget - kLeastTarget + 1;

char letter(int part) {
    return static_cast<char>('A' + part);
}

std::string part_text(int part, int target) {
    return fmt::format("Part {}: make {} of", letter(part), target);
}

std::string slot_text(int part, int place, int number) {
    return fmt::format(" {}{} = {}{}", static_cast<char>('a' + part), place + 1, number,
                       place + 1 == kNumbers ? ".\n" : ",");
}

// Of each part and target.
template <class Text>
std::vector<std::string> by_target(Text text) {
    std::vector<std::string> out;
    for (int part = 0; part < kParts; ++part)
        for (int target = kLeastTarget; target <= kMostTarget; ++target) out.push_back(text(part, target));
    return out;
}

const std::vector<std::string>& header_words() {
    static const auto words =
        by_target([](int part, int target) { return fmt::format("{} {}:", letter(part), target); });
    return words;
}

const std::vector<std::string>& label_words() {
    static const std::vector<std::string> words{"A:", "B:", "C:"};
    static_assert(kParts == 3);
    return words;
}

const std::vector<std::string>& inner_number_words() {
    static const auto words = [] {
        std::vector<std::string> out;
        for (int number = 1; number <= kLargest; ++number) out.push_back(std::to_string(number));
        return out;
    }();
    return words;
}

// Each word that has a number or belongs to a part, with both.
struct Marked {
    std::string word;
    std::string use;
    int part = -1;    // -1: of none
    int number = -1;  // -1: stands for none
};

std::vector<Marked> marked_words() {
    std::vector<Marked> out;
    for (int part = 0; part < kParts; ++part) {
        out.push_back({std::string(label_word(part)), "label", part});
        for (int target = kLeastTarget; target <= kMostTarget; ++target) {
            out.push_back({part_text(part, target), "target", part, target});
            out.push_back({std::string(header_word(part, target)), "header", part, target});
        }
        for (int place = 0; place < kNumbers; ++place)
            for (int number = 1; number <= kLargest; ++number)
                out.push_back({slot_text(part, place, number), "slot", part, number});
    }
    for (int number = 1; number <= kMostResult; ++number)
        out.push_back({std::string(number_word(number)), "", -1, number});
    for (int number = 1; number <= kLargest; ++number)
        out.push_back({std::string(inner_number_word(number)), "", -1, number});
    return out;
}

}  // namespace

std::string_view header_word(int part, int target) {
    return header_words()[static_cast<std::size_t>(part * kTargets + target - kLeastTarget)];
}

std::string_view label_word(int part) {
    return label_words()[static_cast<std::size_t>(part)];
}

std::string_view inner_number_word(int number) {
    return inner_number_words()[static_cast<std::size_t>(number) - 1];
}

std::string problem_text(const Parts& parts) {
    std::string out(kPreface);
    for (int part = 0; part < kParts; ++part) {
        const Problem& problem = parts[static_cast<std::size_t>(part)];
        out += part_text(part, problem.target);
        for (int place = 0; place < kNumbers; ++place)
            out += slot_text(part, place, problem.numbers[static_cast<std::size_t>(place)]);
    }
    return out.append(kTail);
}

std::vector<std::string> all_words() {
    std::vector<std::string> out{std::string(kOpening).append(kPreface), std::string(kTail),
                                 std::string(kTail).append(kTurn), std::string(kTurn)};
    for (const std::string_view word :
         {kEquals, kHit, kMiss, kOk, kBad, kOpen, kInnerOpen, kClose, kBetween, kNone, kLineEnd})
        out.emplace_back(word);
    for (const char operation : {'+', '-', '*', '/'}) out.emplace_back(move_word(operation));
    for (int candidate = 1; candidate <= kMostCandidates; ++candidate) out.emplace_back(check_word(candidate));
    for (Marked& one : marked_words()) out.push_back(std::move(one.word));
    add_first_bytes(out);
    return out;
}

std::map<std::string, double> word_values() {
    std::map<std::string, double> out;
    for (const Marked& one : marked_words())
        if (one.number > 0) out.emplace(one.word, one.number);
    return out;
}

std::map<std::string, std::vector<std::string>> word_marks() {
    std::map<std::string, std::vector<std::string>> out;
    for (const Marked& one : marked_words())
        if (one.part >= 0) out[one.word] = {one.use, std::string(1, letter(one.part))};
    return out;
}

}  // namespace retort::train::countdown_parts

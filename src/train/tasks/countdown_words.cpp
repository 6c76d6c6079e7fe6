#include "train/tasks/countdown_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace retort::train::countdown {
namespace {

constexpr std::string_view kTail =
    " exactly once, and no other number. Only +, -, *, / and parentheses are allowed. The answer is the expression "
    "itself.";
constexpr std::string_view kChatTemplate =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + "
    "'<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n' }}"
    "{% endif %}";

// The words for numbers from 1 to `most`.
template <class Word>
std::vector<std::string> words_for(int most, Word word) {
    std::vector<std::string> out;
    for (int number = 1; number <= most; ++number) out.push_back(word(number));
    return out;
}

std::string in_list(int number) {
    return fmt::format(" {},", number);
}

std::string before_last(int number) {
    return fmt::format(" {} and", number);
}

std::string in_answer(int number) {
    return std::to_string(number);
}

// What the templates of prompts/countdown end with.
constexpr std::array kRequests{"\n\nNotes:", "\n\nScore:", "\n\nAnalysis:"};

std::string selection(int k) {
    return fmt::format("\n\nSelect {}:", k);
}

std::string candidate(int number) {
    return fmt::format("\n\nCandidate {}:\n", number);
}

const std::vector<std::string>& number_words() {
    static const auto words = words_for(kMostResult, [](int number) { return fmt::format(" {}", number); });
    return words;
}

const std::vector<std::string>& check_words() {
    static const auto words = words_for(kMostCandidates, [](int number) { return fmt::format(" #{}", number); });
    return words;
}

const std::vector<std::string>& target_words() {
    static const auto words = words_for(kMostTarget - kLeastTarget + 1, [](int place) {
        return fmt::format("Write an arithmetic expression that equals {}. It must use each of the numbers",
                           place + kLeastTarget - 1);
    });
    return words;
}

void append(std::vector<std::string>& out, const std::vector<std::string>& words) {
    out.insert(out.end(), words.begin(), words.end());
}

}  // namespace

void add_first_bytes(std::vector<std::string>& words) {
    std::string first = "<";  // of the control tokens
    for (const std::string& word : words) first += word[0];
    std::sort(first.begin(), first.end());
    first.erase(std::unique(first.begin(), first.end()), first.end());
    for (const char byte : first)
        if (std::find(words.begin(), words.end(), std::string(1, byte)) == words.end()) words.emplace_back(1, byte);
}

std::string_view number_word(int number) {
    return number_words()[static_cast<std::size_t>(number) - 1];
}

std::string_view move_word(char operation) {
    switch (operation) {
        case '+':
            return " +";
        case '-':
            return " -";
        case '*':
            return " *";
        default:
            return " /";
    }
}

std::string_view check_word(int candidate) {
    return check_words()[static_cast<std::size_t>(candidate) - 1];
}

std::string_view target_word(int target) {
    return target_words()[static_cast<std::size_t>(target - kLeastTarget)];
}

std::string problem_text(const std::vector<int>& numbers, int target) {
    std::string out(target_word(target));
    for (std::size_t i = 0; i + 2 < numbers.size(); ++i) out += in_list(numbers[i]);
    out += before_last(numbers[numbers.size() - 2]);
    out += number_word(numbers.back());
    return out.append(kTail);
}

std::string_view chat_template() {
    return kChatTemplate;
}

std::vector<std::string> all_words() {
    std::vector<std::string> out{"\n", "\n\n", std::string(kOpening), std::string(kTurn), std::string(kTail)};
    out.push_back(std::string(kTail) + std::string(kTurn));
    out.push_back(std::string(kTail) + candidate(1));
    for (const std::string_view word : {kEquals, kHit, kMiss, kOk, kBad, kNone, kSelect, kScoreRight, kScoreOpen,
                                        kScoreWrong, kFoundRight, kFoundWrong, kFoundNothing, kEarlier, kAnalysis})
        out.emplace_back(word);
    out.insert(out.end(), kRequests.begin(), kRequests.end());
    for (const char operation : {'+', '-', '*', '/'}) {
        out.emplace_back(move_word(operation));
        out.emplace_back(1, operation);
    }
    append(out, {"(", ")", candidate(1).substr(2)});
    append(out, words_for(kMostCandidates, candidate));
    append(out, words_for(kMostCandidates, selection));
    append(out, check_words());
    append(out, target_words());
    append(out, words_for(kLargest, in_list));
    append(out, words_for(kLargest, before_last));
    append(out, words_for(kLargest, in_answer));
    append(out, number_words());
    add_first_bytes(out);
    return out;
}

std::map<std::string, double> word_values() {
    std::map<std::string, double> out;
    for (int number = 1; number <= kMostResult; ++number) out.emplace(number_word(number), number);
    for (int number = 1; number <= kLargest; ++number)
        for (const auto& word : {in_list(number), before_last(number), in_answer(number)}) out.emplace(word, number);
    for (int target = kLeastTarget; target <= kMostTarget; ++target) out.emplace(target_word(target), target);
    return out;
}

}  // namespace retort::train::countdown

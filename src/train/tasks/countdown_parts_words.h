// The words of the countdown-parts model's tokenizer, beside those of countdown that it shares. Not public.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "train/tasks/countdown_search.h"

namespace retort::train::countdown_parts {

inline constexpr int kParts = 3;           // of a problem
inline constexpr int kMostCandidates = 4;  // of a part in a workspace

using Parts = std::array<countdown::Problem, kParts>;

// What a line of search or a check begins with: the part and its target, "A 56:" in one word.
std::string_view header_word(int part, int target);

// What a line of an answer or of a workspace begins with: "A:".
std::string_view label_word(int part);

// Digits behind a parenthesis: "15" in "(15 - 14)".
std::string_view inner_number_word(int number);

inline constexpr std::string_view kOpen = " (";
inline constexpr std::string_view kInnerOpen = "(";
inline constexpr std::string_view kClose = ")";
inline constexpr std::string_view kBetween = " ;";  // two candidates
inline constexpr std::string_view kNone = " none";
inline constexpr std::string_view kLineEnd = "\n";

// The whole text, as the kind of such problems words it.
std::string problem_text(const Parts& parts);

std::vector<std::string> all_words();

// Words that stand for a number.
std::map<std::string, double> word_values();

// What words have in common beside their numbers: the part that they belong to, and what they are for.
std::map<std::string, std::vector<std::string>> word_marks();

}  // namespace retort::train::countdown_parts

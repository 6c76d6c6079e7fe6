// Games of numbers: reach a target with each number used exactly once. What countdown and game24 share. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "verify/kind.h"

namespace retort {

constexpr std::size_t kMostNumbers = 32;
constexpr std::int64_t kGreatestNumber = 1'000'000'000'000'000;

// Whole numbers of 0..10^15 in a text where nothing else stands but blanks, commas and brackets.
std::vector<std::int64_t> listed_numbers(std::string_view text);

// Of the line's "numbers", or of its "problem" where that only lists them. The text says what was expected.
std::variant<std::vector<std::int64_t>, std::string> given_numbers(const nlohmann::json& line);

// Of the line's "target".
std::variant<std::int64_t, std::string> given_target(const nlohmann::json& line);

// Whether a text is an expression of all the numbers that has this value.
std::shared_ptr<const Verifier> number_verifier(std::vector<std::int64_t> numbers, std::int64_t target);

// Where the line has no prose of its own the problem's text is made here.
KindResult number_game(const nlohmann::json& line, std::vector<std::int64_t> numbers, std::int64_t target);

}  // namespace retort

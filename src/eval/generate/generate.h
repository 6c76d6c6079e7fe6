// Suites of problems of our own making, solvable by construction, with difficulty as parameters. The same request gives
// the same lines on every machine and in every version of the program that names the same source in its lines.
//
// Train and test are disjoint for every seed: which of them a problem belongs to is decided by a hash of the problem
// itself, as it stands without names and order (a sudoku with its digits renamed, numbers in another order, blocks with
// other letters: all on the same side).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace retort {

namespace generate {
class Generator;
}

// A parameter of difficulty: a whole number in a range, or, where `most` is 0, a text.
struct GeneratorOption {
    std::string_view name;  // as in the option of the program, without dashes
    std::string_view about;
    std::string_view standard;
    int least = 0;
    int most = 0;
};

// Parameters as they were given, checked, with the standard ones filled in.
struct Difficulty {
    std::map<std::string, int, std::less<>> numbers;
    std::map<std::string, std::string, std::less<>> texts;

    int operator[](std::string_view name) const { return numbers.find(name)->second; }
};

struct GeneratorKind {
    std::string_view name;  // what `suite make` calls it
    std::string_view about;
    std::span<const GeneratorOption> options;
    Outcome<std::unique_ptr<const generate::Generator>> (*make)(const Difficulty&);
};

std::span<const GeneratorKind> generator_kinds();

enum class Split { train, test };

// One problem in five is a test problem. `family` is the problem without names and order.
Split split_of(std::string_view family);

inline constexpr int kMostGenerated = 1'000'000;

struct GenerateRequest {
    std::string kind;
    int count = 100;
    std::uint64_t seed = 0;
    Split split = Split::test;
    std::map<std::string, std::string> options;  // what is absent takes the standard value
};

// Lines of the contract, distinct as problems, with ids made from the problem (the same problem has the same id in
// every suite). The error says what is wrong with the request, or how many problems there are where `count` asks for
// more.
Outcome<std::vector<std::string>> generate_suite(const GenerateRequest& request);

}  // namespace retort

#include "verify/kind.h"

#include <array>
#include <nlohmann/json.hpp>

#include "verify/kinds/kinds.h"

namespace retort {
namespace {

using Key = std::string_view;

constexpr std::array<Key, 5> kCommonKeys{"id", "kind", "problem", "answer", "source"};
constexpr std::array<Key, 2> kCountdownKeys{"numbers", "target"};
constexpr std::array<Key, 1> kCountdownPartsKeys{"parts"};
constexpr std::array<Key, 1> kGame24Keys{"numbers"};
constexpr std::array<Key, 1> kSudokuKeys{"puzzle"};
constexpr std::array<Key, 2> kBlocksworldKeys{"pddl", "domain"};
constexpr std::array<Key, 8> kCodeKeys{"test",     "test_list", "tests",           "entry_point",
                                       "language", "timeout",   "test_setup_code", "prompt"};

constexpr std::array<VerifierKind, 7> kKinds{{
    {"math", "a value, compared by meaning with the reference", make_math, {}},
    {"countdown", "an expression that makes a target of given numbers", make_countdown, kCountdownKeys},
    {"countdown-parts", "several countdowns, right when all of them are", make_countdown_parts, kCountdownPartsKeys},
    {"game24", "an expression that makes 24 of four numbers", make_game24, kGame24Keys},
    {"sudoku", "a grid of 4 x 4 or 9 x 9, judged by its rules", make_sudoku, kSudokuKeys},
    {"blocksworld", "a plan, run in a STRIPS interpreter", make_blocksworld, kBlocksworldKeys},
    {"code", "a program, run on tests in the sandbox", make_code, kCodeKeys},
}};

}  // namespace

std::span<const VerifierKind> verifier_kinds() {
    return kKinds;
}

std::span<const std::string_view> common_keys() {
    return kCommonKeys;
}

KindResult make_verifier(std::string_view line, std::string_view default_kind) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object()) return {nullptr, "", "", "expected a JSON object"};
    const auto given = object.find("kind");
    const bool named = given != object.end() && !given->is_null();
    const std::string kind = !named ? std::string(default_kind) : given->is_string() ? given->get<std::string>() : "";
    std::string known;
    for (const VerifierKind& one : verifier_kinds()) {
        if (kind == one.name) return one.make(line);
        known += (known.empty() ? "" : ", ") + std::string(one.name);
    }
    const std::string found = named ? given->dump() : "\"" + kind + "\"";
    return {nullptr, "", "", "unknown kind " + found + "; known are: " + known};
}

}  // namespace retort

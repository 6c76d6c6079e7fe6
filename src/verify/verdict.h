// Whether an answer equals a reference: maths by meaning, words by spelling. Thread-safe, no signals, no clock: the
// same verdict on any machine, within a bound of work for any input (answers of more than 4,096 bytes are compared as
// spelled).
//
//     #include "verify/verdict.h"
//     const auto c = retort::judge("\\frac{1}{2}", "So the answer is \\boxed{0.5}.");
//     if (c.verdict == retort::Verdict::equal) ...
#pragma once

#include <string>
#include <string_view>

namespace retort {

enum class Verdict { equal, different, unknown };

// What decided.
enum class VerifyStage {
    missing,     // there was nothing to compare
    normalised,  // equal as spelled, but for layout
    structure,   // equal trees
    rational,    // exact arithmetic
    rounding,    // a decimal number, at its own precision; of an unknown: what is known of it holds only so
    ball,        // certified intervals: disjoint proves different; equal means equal to 1,024 bits
    polynomial,  // rational functions at random points of a prime field
    points,      // certified intervals at random points
    collection,  // element by element
    interval,    // sets of real numbers by their ends
    equation,    // equations and inequalities up to a constant factor
    choice,      // letters of a multiple choice
    words,       // prose, as spelled
    unparsed,    // one side could not be understood: unknown
};

struct Comparison {
    Verdict verdict = Verdict::unknown;
    VerifyStage stage = VerifyStage::missing;
};

std::string_view name(Verdict verdict);
std::string_view name(VerifyStage stage);

// Two bare values. Swapping them changes no verdict, but for rounding: a reference written as a decimal number of three
// significant digits or more admits what rounds to it, and one that is no decimal number (1/3, \pi) admits an answer of
// six significant digits or more to which it rounds.
Comparison compare_values(std::string_view reference, std::string_view answer);

// A whole answer text or a bare value; the reference likewise. A missing reference is `unknown`.
Comparison judge(std::string_view reference, std::string_view text);

// Why, in a sentence for a person: "7/2 and 3.5 are the same number". One line, at most 300 bytes. With what judge()
// gave, or asking it.
std::string explain(std::string_view reference, std::string_view text, Comparison comparison);
std::string explain(std::string_view reference, std::string_view text);

}  // namespace retort

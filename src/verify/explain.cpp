#include <algorithm>
#include <string>

#include "verify/answer.h"
#include "verify/choice.h"
#include "verify/verdict.h"

namespace retort {
namespace {

constexpr std::size_t kLongestShown = 120;

// On one line, cut at the end of a character.
std::string shown(std::string_view text) {
    std::size_t end = std::min(text.size(), kLongestShown);
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    std::string out(text.substr(0, end));
    std::replace_if(out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return end < text.size() ? out + "..." : out;
}

std::string found_in(std::string_view text) {
    return shown(extract_answer(text).value_or(std::string(text.substr(0, kLongestShown + 1))));
}

std::string_view equality(VerifyStage stage) {
    switch (stage) {
        case VerifyStage::normalised:
            return "are spelled alike";
        case VerifyStage::structure:
            return "are the same expression";
        case VerifyStage::rational:
            return "are the same number";
        case VerifyStage::rounding:
            return "agree in all digits that are given";
        case VerifyStage::ball:
            return "agree to 1,024 bits";
        case VerifyStage::polynomial:
        case VerifyStage::points:
            return "have the same value wherever they were evaluated";
        case VerifyStage::collection:
            return "have the same elements";
        case VerifyStage::interval:
            return "are the same set of numbers";
        case VerifyStage::equation:
            return "are the same condition";
        default:
            return "read the same";
    }
}

std::string_view difference(VerifyStage stage) {
    switch (stage) {
        case VerifyStage::rational:
        case VerifyStage::rounding:
        case VerifyStage::ball:
            return "are different numbers";
        case VerifyStage::polynomial:
        case VerifyStage::points:
            return "differ in value where they were evaluated";
        case VerifyStage::collection:
            return "do not have the same elements";
        case VerifyStage::interval:
            return "are different sets of numbers";
        case VerifyStage::equation:
            return "are different conditions";
        default:
            return "are different things";
    }
}

std::string explain_choice(std::string_view reference, std::string_view text) {
    const auto wanted = choice_letter(reference, found_in(reference)), chosen = chosen_letter(text);
    if (!wanted || !chosen) return "the letters of the choice are compared";
    return std::string("the choice is ") + *chosen +
           (*wanted == *chosen ? ", as in the reference" : ", the reference ") +
           (*wanted == *chosen ? std::string() : std::string(1, *wanted));
}

}  // namespace

std::string explain(std::string_view reference, std::string_view text, Comparison comparison) {
    if (comparison.stage == VerifyStage::missing)
        return comparison.verdict == Verdict::unknown ? "there is no reference" : "there is no answer";
    if (comparison.stage == VerifyStage::choice) return explain_choice(reference, text);
    const std::string both = found_in(reference) + " and " + found_in(text) + " ";
    switch (comparison.verdict) {
        case Verdict::equal:
            return both + std::string(equality(comparison.stage));
        case Verdict::different:
            return both + std::string(difference(comparison.stage));
        case Verdict::unknown:
            break;
    }
    return both + "could not be compared";
}

std::string explain(std::string_view reference, std::string_view text) {
    return explain(reference, text, judge(reference, text));
}

}  // namespace retort

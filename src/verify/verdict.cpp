#include "verify/verdict.h"

#include "verify/answer.h"

namespace retort {

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::equal:
            return "equal";
        case Verdict::different:
            return "different";
        case Verdict::unknown:
            return "unknown";
    }
    return "unknown";
}

Verdict compare_answers(std::string_view reference, const std::optional<std::string>& answer) {
    const std::string wanted = normalise_answer(reference);
    if (wanted.empty()) return Verdict::unknown;
    if (!answer) return Verdict::different;
    return normalise_answer(*answer) == wanted ? Verdict::equal : Verdict::different;
}

}  // namespace retort

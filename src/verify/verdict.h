// Whether an answer equals a reference.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace retort {

enum class Verdict { equal, different, unknown };

std::string_view name(Verdict verdict);

// An answer that is missing or empty is `different`; an empty reference is `unknown`.
Verdict compare_answers(std::string_view reference, const std::optional<std::string>& answer);

}  // namespace retort

// A problem's line and the regions of a solution that an answer is looked for in. Not public.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/kind.h"

namespace retort {

KindResult kind_error(std::string message);

// None when the key is missing or holds no text.
std::optional<std::string> text_field(const nlohmann::json& line, const char* key);

// A text, or a number as it is written; the empty text where there is neither.
std::string reference_field(const nlohmann::json& line);

bool has_letter(std::string_view text);

// Where an answer stands, the surest place first: <answer> tags, boxes, what follows "the answer is", the whole text.
// Only the end of a long text is looked at.
std::vector<std::string> answer_regions(std::string_view solution);

// What the last <answer>...</answer> holds.
std::optional<std::string_view> tagged_answer(std::string_view text);

// At most the last so many bytes, from the beginning of a line where there is one.
std::string_view text_end(std::string_view text, std::size_t most);

}  // namespace retort

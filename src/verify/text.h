// Looking into an answer's text: boxes, phrases, sentences. Linear time, any bytes. Not public.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace retort {

std::string_view strip(std::string_view text, std::string_view characters);

// Up to the end of the sentence or of the line.
std::string_view sentence(std::string_view text);

// What the last box holds; boxes that stand side by side ("\boxed{1} and \boxed{2}") are joined by commas.
std::optional<std::string> boxed_content(std::string_view text);

// What follows the last "the answer is", "Answer:", "####" and their like in other languages.
std::optional<std::string_view> after_answer_phrase(std::string_view text);

}  // namespace retort

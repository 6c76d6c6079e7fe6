// A prompt set as one text, for files of models that carry their own.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "operator/prompts.h"

namespace retort {

std::string prompt_set_json(const PromptSet& set);

// A template that is missing comes from the set "default". `where` begins the message of an error.
Outcome<PromptSet> prompt_set_from_json(std::string_view text, const std::string& where);

}  // namespace retort

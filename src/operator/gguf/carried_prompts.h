// The prompt set that a GGUF file carries.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "operator/prompts.h"

namespace retort {

// The metadata under which it stands, as prompt_set_json() writes it.
inline constexpr const char* kPromptsKey = "retort.prompts";

// Nothing where the file has none. Reads the header only. Errors: no such file, not a GGUF, damaged.
Outcome<std::optional<PromptSet>> prompt_set_in(const std::string& path);

}  // namespace retort

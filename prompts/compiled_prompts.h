// The files of prompts/, as they were when the program was built.
#pragma once

#include <span>
#include <string_view>

namespace retort {

struct CompiledFile {
    std::string_view path;  // "SET/FILE"
    std::string_view content;
};

std::span<const CompiledFile> compiled_prompt_files();

}  // namespace retort

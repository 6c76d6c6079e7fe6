// A GGUF file's header, read and checked before llama.cpp maps the weights. Not public.
#pragma once

#include <gguf.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"

namespace retort::llama {

struct FreeGguf {
    void operator()(gguf_context* file) const { gguf_free(file); }
};
using GgufHandle = std::unique_ptr<gguf_context, FreeGguf>;

// Opens the file and checks that every tensor lies inside it. The error of a truncated file gives both sizes in bytes.
Outcome<GgufHandle> open_gguf(const std::string& path);

// A metadata value as text: numbers and booleans printed, arrays as "[n values]"; empty when there is none.
std::string metadata_text(const gguf_context* file, std::int64_t key);
std::string metadata_text(const gguf_context* file, const std::string& key);

// A metadata value as a whole number, or `otherwise`.
std::int64_t metadata_number(const gguf_context* file, const std::string& key, std::int64_t otherwise);

}  // namespace retort::llama

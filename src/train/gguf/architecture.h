// The metadata of a GGUF file that NetShape says. Not public.
#pragma once

#include <gguf.h>

#include <string>
#include <string_view>

#include "base/error.h"
#include "train/net/shape.h"

namespace retort::train {

// The error names what is missing or what no plain Llama has, and `path`.
Outcome<NetShape> read_shape(const gguf_context* file, const std::string& path);

void write_shape(gguf_context* file, const NetShape& shape);

// Whether write_shape() writes it, or another key of an architecture.
bool is_shape_key(std::string_view key);

}  // namespace retort::train

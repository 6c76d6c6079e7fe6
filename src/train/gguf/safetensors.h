// Tensors of a file in Hugging Face's safetensors format: eight bytes of length, a header in JSON, values.
#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "train/net/shape.h"

namespace retort::train {

// All tensors of such a file as floats (from F32, F16 or BF16), in the order of their values. The bytes may come from
// anyone: nothing is taken that the header does not describe whole, without gaps or overlaps. Errors (ErrorKind::model)
// name the tensor and what is wrong with it. Any thread.
Outcome<std::vector<NamedTensor>> read_safetensors(std::string_view bytes);

}  // namespace retort::train

// What adapter_config.json says of a LoRA adapter. Not public.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace retort::train {

struct AdapterConfig {
    std::int64_t rank = 0;  // the same of all matrices
    double scale = 0;       // of B A: lora_alpha / r
};

// A setting that would make the product another one, or more than a product, is refused by its name; an adapter without
// such settings may leave them out or say that they are off. Error kind: model.
Outcome<AdapterConfig> read_adapter_config(std::string_view json);

}  // namespace retort::train

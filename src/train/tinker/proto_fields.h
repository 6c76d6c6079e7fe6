// Numbers of fields of the package tinker_public, as far as they are used here. Not public.
#pragma once

#include <cstdint>

namespace retort::train::tinker::proto {

enum class PassRequest : std::uint32_t {
    model_id = 1,
    seq_id = 2,
    data = 3,
    loss_fn = 4,
    loss_fn_config = 5,
    forward_only = 6,
    loss_fn_config_v2 = 7,
};
enum class MapEntry : std::uint32_t { key = 1, value = 2 };
enum class LossConfigValue : std::uint32_t { number = 1 };
enum class DatumField : std::uint32_t { model_input = 1, loss_fn_inputs = 2 };
enum class Chunk : std::uint32_t { encoded_text = 1 };
enum class EncodedText : std::uint32_t { tokens = 1 };
enum class Tensor : std::uint32_t { dense = 1, dtype = 3, shape = 4 };

enum class PassOutput : std::uint32_t { loss_fn_outputs = 2, metrics = 3 };
enum class ArrayRecord : std::uint32_t { fields = 2, num_datums = 3 };
enum class BatchedTensor : std::uint32_t { data = 1, offsets = 2, dtype = 3 };
enum class SampleOutput : std::uint32_t { sequences = 1 };
enum class Sequence : std::uint32_t { stop_reason = 1, tokens = 2, logprobs = 3 };

constexpr std::int32_t kFloat32 = 1;
constexpr std::int32_t kInt64 = 2;
constexpr std::int32_t kBfloat16 = 4;

}  // namespace retort::train::tinker::proto

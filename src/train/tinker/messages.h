// Requests of the Tinker protocol as JSON. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/completion.h"

namespace retort::train::tinker {

// Of a request's body, where a server tells no bound: pack_tokens decides. The protocol's own client cuts at 5,000,000,
// which is five of the longest sequences of a recipe that has eight for eight GPUs.
constexpr std::size_t kAnyBytes = std::numeric_limits<std::size_t>::max();

enum class Loss { cross_entropy, importance_sampling, cispo };
std::string_view name(Loss loss);

// One sequence that is learnt from. All vectors have one entry a position; position i predicts targets[i].
struct Datum {
    std::vector<TokenId> tokens;
    std::vector<TokenId> targets;
    std::vector<std::uint8_t> mask;  // 1: counts
    std::vector<float> logprobs;     // of the policy that sampled; empty: not sent
    std::vector<float> advantages;   // likewise
};

// Absolute bounds of the importance ratio: of cispo alone.
struct ClipBounds {
    double low = 0;
    double high = 0;
};

struct AdamParameters {
    double lr = 0;
    double beta1 = 0;
    double beta2 = 0;
    double epsilon = 0;
    double weight_decay = 0;
    double clip_norm = 0;  // 0: no bound
};

struct SampleParameters {
    std::int64_t max_tokens = 0;
    std::uint32_t seed = 0;
    double temperature = 1;
    double top_p = 1;
};

std::string session_body();
std::string heartbeat_body(std::string_view session);
std::string model_body(std::string_view session, std::int64_t number, std::string_view base_model, std::int64_t rank,
                       std::int64_t seed);
std::string unload_body(std::string_view model);

// What forward and forward_backward of these data would say; the two name their input differently.
std::string forward_body(std::string_view model, std::int64_t seq_id, std::span<const Datum> data, Loss loss);
std::string forward_backward_body(std::string_view model, std::int64_t seq_id, std::span<const Datum> data, Loss loss,
                                  const std::optional<ClipBounds>& bounds);
std::string step_body(std::string_view model, std::int64_t seq_id, const AdamParameters& settings);
std::string save_body(std::string_view model, std::int64_t seq_id, std::string_view path);
std::string load_body(std::string_view model, std::int64_t seq_id, std::string_view path, bool optimiser);

// With a name for weights that stay, without one for weights that are sampled from now and never again.
std::string save_for_sampler_body(std::string_view model, std::int64_t seq_id, std::string_view path);
std::string snapshot_body(std::string_view model, std::int64_t seq_id, std::int64_t number);
std::string sampling_session_body(std::string_view session, std::int64_t number, std::string_view path);

// `stop`: ids that end a sequence; the server keeps the one that did.
std::string sample_body(std::string_view sampling_session, std::int64_t seq_id, std::span<const TokenId> prompt,
                        std::span<const TokenId> stop, const SampleParameters& settings);

std::string promise_body(std::string_view request);

}  // namespace retort::train::tinker

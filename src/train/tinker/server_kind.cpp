#include "train/tinker/server_kind.h"

#include <array>

namespace retort::train::tinker {
namespace {

enum Row { hosted, sharded, jax, oldest };

constexpr std::array<ServerKind, 4> kKinds{{
    {"a hosted service", Reduction::sum, true, ClipNorm::sent, true, false, false},
    {"SkyRL on FSDP or Megatron", Reduction::sum, false, ClipNorm::own, false, false, false},
    {"SkyRL on JAX", Reduction::seq_mean, true, ClipNorm::none, true, true, true},
    {"skyrl-tx", Reduction::seq_mean, false, ClipNorm::none, true, true, true},
}};

}  // namespace

std::string_view name(Reduction value) {
    return value == Reduction::sum ? "sum" : "seq_mean";
}

std::optional<Reduction> reduction_from(std::string_view name) {
    if (name == "sum") return Reduction::sum;
    if (name == "seq_mean") return Reduction::seq_mean;
    return std::nullopt;
}

const ServerKind& kind_of(const Reply& forward, bool has_flags) {
    if (forward.metrics.contains("total_loss:sum")) return kKinds[sharded];
    if (!forward.metrics.empty()) return kKinds[hosted];
    if (!forward.has_losses) return kKinds[sharded];
    return kKinds[has_flags ? jax : oldest];
}

}  // namespace retort::train::tinker

// Requests of the Tinker protocol in its binary form (package tinker_public). Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "train/tinker/messages.h"

namespace retort::train::tinker {

// forward_backward; with `forward_only` what forward is in JSON.
std::string proto_pass_body(std::string_view model, std::int64_t seq_id, std::span<const Datum> data, Loss loss,
                            const std::optional<ClipBounds>& bounds, bool forward_only);

// As zstd packs it; some servers say that they want it so.
std::string packed(std::string_view body);

}  // namespace retort::train::tinker

// What a body of POST /v1/responses says beside its input, as a chat says it. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "gateway/api/api_error.h"

namespace retort::gateway {

// Changes these members in place: tools and their choice, the text's form, reasoning, limits. What a chat has no member
// for goes where an operator keeps to it anyway, and is else the error, by its name. Throws json::exception where a
// member is of another type than the API has.
std::optional<ApiError> change_settings(nlohmann::json& object);

}  // namespace retort::gateway

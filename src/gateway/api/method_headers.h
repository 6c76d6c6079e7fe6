// Settings of the method as headers, for clients that cannot add a field to the body. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "gateway/api/api_error.h"
#include "gateway/http/message.h"

namespace retort::gateway {

// Whether any header says something of the method: X-Retort-... .
bool has_method_header(const Headers& headers);

// X-Retort-Operator; empty: none.
std::string_view operator_header(const Headers& headers);

// X-Retort-Distiller, -K, -Workspace, -Think, -Budget-Seq, -Budget-Total, -Progress as members of "retort" where the
// body has none of the name. The error names a header that is no number.
std::optional<ApiError> add_method_headers(const Headers& headers, nlohmann::json& body);

}  // namespace retort::gateway

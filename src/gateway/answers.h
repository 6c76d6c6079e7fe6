// What handlers say in one piece.
#pragma once

#include <string>

#include "gateway/api/api_error.h"
#include "gateway/http/exchange.h"

namespace retort::gateway {

Task<bool> answer_json(Exchange& exchange, std::string body, int status = 200);
Task<bool> answer_text(Exchange& exchange, std::string body, std::string type);
Task<bool> answer_error(Exchange& exchange, ApiError error);

}  // namespace retort::gateway

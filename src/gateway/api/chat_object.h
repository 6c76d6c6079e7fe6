// Bodies of all APIs by which operators answer, as those of a chat, so that one reader reads them. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "gateway/api/api_error.h"

namespace retort::gateway {

struct ChatObject {
    nlohmann::json json;
};

// POST /v1/chat/completions itself.
ApiOutcome<ChatObject> chat_of_body(std::string_view body);

// POST /v1/completions: the prompt becomes a message of the user's. The error names what a chat has no room for.
ApiOutcome<ChatObject> chat_of_text_body(std::string_view body);

// POST /v1/responses: instructions and items become messages, functions tools. Likewise.
ApiOutcome<ChatObject> chat_of_response_body(std::string_view body);

}  // namespace retort::gateway

// From what a server or the network did to an error that says what was expected, what was found, and what to do. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/completion.h"
#include "model/http/chat_reply.h"
#include "model/http/http_client.h"

namespace retort {

// What messages may name. Holds no secrets.
struct CallContext {
    std::string base_url;
    std::string model;
    std::string key_variable;  // the environment variable that the key is read from
    bool has_key = false;
    bool reached = false;             // the server has answered before: one that is gone now may come back
    std::vector<std::string> models;  // that the server lists; may be empty
};

// The transfer itself failed.
CallError network_error(const HttpResult& result, const CallContext& context);

// The server answered with a status other than 2xx. `body` may be JSON, HTML or nothing.
CallError status_error(const HttpHead& head, std::string_view body, const CallContext& context);

// An error object in a reply whose status was fine.
CallError server_error(const ServerError& error, int status, const CallContext& context);

// The reply is not what the API promises.
CallError protocol_error(const ChatReply& reply, const HttpResult& result, const CallContext& context);

// Retry-After in seconds: a number, or a date of HTTP; 0 when it is neither.
double retry_after_seconds(std::string_view value);

}  // namespace retort

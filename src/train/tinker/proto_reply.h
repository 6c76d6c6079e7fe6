// What a training server answers in the binary form. Text of a server is not trusted. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "train/tinker/reply.h"

namespace retort::train::tinker {

// How a promise may be kept, beside JSON.
enum class ReplyForm {
    json,
    proto_pass,    // of forward and forward_backward
    proto_sample,  // of asample
};

// None: it is no such message, or arrays in it do not fit each other; `why` then says what.
std::optional<Reply> read_proto_reply(std::string_view body, ReplyForm form, std::string& why);

}  // namespace retort::train::tinker

#include "model/llama/jinja_apart.h"

#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "model/llama/contained.h"

namespace retort::llama {
namespace {

using nlohmann::json;

// MessagePack, whose texts may be any bytes.
std::string packed(const json& value) {
    std::string out;
    json::to_msgpack(value, out);
    return out;
}

std::string packed(const JinjaRequest& request) {
    json conversations = json::array();
    for (const std::vector<Message>& messages : request.conversations) {
        json one = json::array();
        for (const Message& message : messages) one.push_back({message.role, message.content});
        conversations.push_back(one);
    }
    return packed(json{request.source, conversations, request.think, request.content_parts, request.bos, request.eos,
                       request.date});
}

JinjaRequest unpacked_request(std::string_view bytes) {
    const json value = json::from_msgpack(bytes);
    JinjaRequest out;
    out.source = value[0];
    for (const json& one : value[1]) {
        std::vector<Message>& messages = out.conversations.emplace_back();
        for (const json& message : one) messages.push_back({message[0], message[1]});
    }
    out.think = value[2];
    out.content_parts = value[3];
    out.bos = value[4];
    out.eos = value[5];
    out.date = value[6];
    return out;
}

std::string render_packed(std::string_view request) {
    const JinjaReply reply = render_jinja(unpacked_request(request));
    return packed(json{reply.dated, reply.texts});
}

Contained& renderer() {
    static Contained out(render_packed);
    return out;
}

}  // namespace

void prepare_to_render() {
    // Where it cannot be started, the first rendering says so.
    if (has_jinja()) (void)renderer().start();
}

Outcome<JinjaReply> render_apart(const JinjaRequest& request) {
    const Outcome<std::string> reply = renderer().call(packed(request));
    if (!reply) return reply.error();
    try {
        const json value = json::from_msgpack(*reply);
        return JinjaReply{value[1], value[0]};
    } catch (const json::exception&) {
        return Error{ErrorKind::file, "gave an answer that cannot be read"};
    }
}

Outcome<JinjaReply> render_here(const JinjaRequest& request) {
    try {
        return render_jinja(request);
    } catch (const std::exception& failure) {
        return Error{ErrorKind::model, failure.what()};
    }
}

}  // namespace retort::llama

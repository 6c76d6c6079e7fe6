#include "model/llama/jinja_template.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "model/llama/contained.h"
#include "model/llama/jinja_engine.h"

namespace retort::llama {
namespace {

using nlohmann::json;

// Those of the large models have some 20 KB.
constexpr std::size_t kMostBytes = std::size_t{256} << 10;

// What probes say; no template says it.
constexpr std::string_view kProbeUser = "retort-probe-user";
constexpr std::string_view kProbeSystem = "retort-probe-system";

// MessagePack, whose texts may be any bytes.
std::string packed(const json& value) {
    std::string out;
    json::to_msgpack(value, out);
    return out;
}

std::string packed(const JinjaRequest& request) {
    json messages = json::array();
    for (const Message& message : request.messages) messages.push_back({message.role, message.content});
    return packed(
        json{request.source, messages, request.think, request.content_parts, request.bos, request.eos, request.date});
}

JinjaRequest unpacked_request(std::string_view bytes) {
    const json value = json::from_msgpack(bytes);
    JinjaRequest out;
    out.source = value[0];
    for (const json& message : value[1]) out.messages.push_back({message[0], message[1]});
    out.think = value[2];
    out.content_parts = value[3];
    out.bos = value[4];
    out.eos = value[5];
    out.date = value[6];
    return out;
}

JinjaReply unpacked_reply(std::string_view bytes) {
    const json value = json::from_msgpack(bytes);
    JinjaReply out;
    out.dated = value[0];
    for (const json& part : value[1]) out.parts.push_back({part[0], part[1]});
    return out;
}

std::string render_packed(std::string_view request) {
    const JinjaReply reply = render_jinja(unpacked_request(request));
    json parts = json::array();
    for (const TemplatePart& part : reply.parts) parts.push_back({part.text, part.user});
    return packed(json{reply.dated, parts});
}

Contained& renderer() {
    static Contained out(render_packed);
    return out;
}

Outcome<JinjaReply> render_apart(const JinjaRequest& request) {
    const Outcome<std::string> reply = renderer().call(packed(request));
    if (!reply) return reply.error();
    return unpacked_reply(*reply);
}

// "S" and "U" become "S\nU" in the second's role.
void merge_system(std::vector<Message>& messages) {
    if (messages.empty() || messages.front().role != "system") return;
    if (messages.size() == 1) {
        messages.front().role = "user";
        return;
    }
    messages[1].content = messages.front().content + "\n" + messages[1].content;
    messages.erase(messages.begin());
}

std::string text_of(const std::vector<TemplatePart>& parts) {
    std::string out;
    for (const TemplatePart& part : parts) out += part.text;
    return out;
}

bool has(const Outcome<std::string>& text, std::string_view what) {
    return text && text->find(what) != std::string::npos;
}

}  // namespace

void JinjaTemplate::prepare() {
    // Where it cannot be started, the first rendering says so.
    if (has_jinja()) (void)renderer().start();
}

Outcome<JinjaTemplate> JinjaTemplate::open(std::string source, JinjaSurroundings surroundings) {
    if (!has_jinja())
        return Error{ErrorKind::model, "this build has no Jinja engine, which comes with llama.cpp's source"};
    if (source.size() > kMostBytes)
        return Error{ErrorKind::model, fmt::format("it has {} bytes, of at most {}", source.size(), kMostBytes)};
    JinjaTemplate out(std::move(source), std::move(surroundings));
    if (const Outcome<void> learnt = out.learn_contents(); !learnt) return learnt.error();
    const Outcome<std::string> both =
        out.probe({{"system", std::string(kProbeSystem)}, {"user", std::string(kProbeUser)}});
    out.takes_system_ = has(both, kProbeSystem) && has(both, kProbeUser);
    return out;
}

// Contents are texts; some templates take them as lists of parts alone.
Outcome<void> JinjaTemplate::learn_contents() {
    const Outcome<std::string> plain = probe({{"user", std::string(kProbeUser)}});
    if (has(plain, kProbeUser)) return {};
    const bool beyond_bounds = !plain && plain.error().kind == ErrorKind::file;
    if (beyond_bounds) return plain.error();
    content_parts_ = true;
    if (has(probe({{"user", std::string(kProbeUser)}}), kProbeUser)) return {};
    if (!plain) return plain.error();
    return Error{ErrorKind::model, "leaves out what users write"};
}

Outcome<std::string> JinjaTemplate::probe(std::vector<Message> messages) {
    JinjaRequest request{source_,           std::move(messages), true, content_parts_, surroundings_.bos,
                         surroundings_.eos, surroundings_.date};
    const Outcome<JinjaReply> reply = render_apart(request);
    if (!reply) return reply.error();
    dated_ = dated_ || reply->dated;
    return text_of(reply->parts);
}

Outcome<std::vector<TemplatePart>> JinjaTemplate::render(std::vector<Message> messages, bool think) const {
    if (!takes_system_) merge_system(messages);
    JinjaRequest request{source_,           std::move(messages), think, content_parts_, surroundings_.bos,
                         surroundings_.eos, surroundings_.date};
    Outcome<JinjaReply> reply = render_apart(request);
    if (!reply) return Error{ErrorKind::model, "the model's chat template: " + reply.error().message};
    return std::move(reply->parts);
}

}  // namespace retort::llama

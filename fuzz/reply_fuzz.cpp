// A reply of a server, events or JSON, cut where the input says: whole UTF-8 in every delta, deltas that add up to the
// text, usage within bounds, and the same result wherever it was cut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "model/http/call_errors.h"
#include "model/http/chat_reply.h"

namespace {

using retort::ChatReply;

void check(bool fine) {
    if (!fine) std::abort();
}

struct Seen {
    std::string text;
    std::string reasoning;
};

void read(ChatReply& reply, std::string_view body, std::size_t piece) {
    while (!body.empty()) {
        const bool more = reply.feed(body.substr(0, piece));
        if (!more) break;
        body.remove_prefix(std::min(piece, body.size()));
    }
    reply.finish();
}

ChatReply read_and_check(std::string_view body, std::size_t piece, retort::ReplyShape shape) {
    Seen seen;
    ChatReply reply(shape, [&seen](const retort::Delta& delta) {
        check(retort::valid_utf8(delta.text) == delta.text);
        if (delta.tokens_out == -1) seen = {};
        (delta.reasoning ? seen.reasoning : seen.text) += delta.text;
    });
    read(reply, body, piece);
    // An assumption that the end showed to be wrong turns reasoning into the answer after it was handed out.
    if (!shape.inside_reasoning) check(seen.text == reply.text && seen.reasoning == reply.reasoning);
    check(reply.usage.in >= 0 && reply.usage.out >= 0 && reply.usage.reasoning <= reply.usage.out);
    check(reply.trace.ids.size() == reply.trace.logprobs.size() && reply.trace.ids.size() == reply.trace.forced.size());
    return reply;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    retort::ReplyShape shape;
    shape.inside_reasoning = (data[0] & 1) != 0;
    shape.answer_only = (data[0] & 2) != 0;
    shape.live_usage = (data[0] & 4) != 0;
    const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
    const ChatReply cut = read_and_check(body, 1 + data[1] % 32, shape);
    const ChatReply bytes = read_and_check(body, 1, shape);
    check(cut.text == bytes.text && cut.reasoning == bytes.reasoning && cut.ended == bytes.ended);
    check(cut.usage == bytes.usage && cut.trace == bytes.trace);

    retort::HttpHead head;
    head.status = 400;
    head.retry_after = std::string(body.substr(0, 40));
    const retort::CallError error = retort::status_error(head, body, {});
    check(error.message.find_first_of("\r\n\x1b") == std::string::npos && error.retry_after_s >= 0);
    return 0;
}

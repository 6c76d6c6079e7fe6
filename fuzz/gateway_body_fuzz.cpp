// Bodies of the gateway's clients. Whatever they are, they are read or refused; a name changed in place changes nothing
// else; and what is read holds what an operator needs. Answers of servers: what they took is the same in whatever
// pieces they come.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "gateway/api/body_scan.h"
#include "gateway/api/chat_body.h"
#include "gateway/api/chat_object.h"
#include "gateway/api/usage_meter.h"

namespace {

using namespace retort::gateway;
using nlohmann::json;

void check(bool holds) {
    if (!holds) std::abort();
}

void scanned(std::string_view body) {
    const auto scan = BodyScan::of(body);
    if (!scan) return;
    const Member* model = scan->find("model");
    if (model == nullptr) return;
    const std::string changed = scan->with(*model, "\"other\"");
    check(changed.substr(0, model->begin) == body.substr(0, model->begin));
    check(changed.substr(changed.size() - (body.size() - model->end)) == body.substr(model->end));
    const auto again = BodyScan::of(changed);
    check(again.has_value() && again->string("model") == "other");
    const json before = json::parse(body, nullptr, false);
    if (!before.is_object()) return;
    json after = json::parse(changed, nullptr, false);
    check(after.is_object() && after["model"] == "other");
    after["model"] = before["model"];
    check(after == before);
}

void read(const ApiOutcome<ChatObject>& chat) {
    if (!chat) return check(!chat.error().message.empty());
    const auto body = read_chat_body(chat->json);
    if (!body) return check(!body.error().message.empty() && body.error().status == 400);
    check(body->conversation != nullptr && body->conversation->asked < body->conversation->messages.size());
    check(body->conversation->messages[body->conversation->asked].content == body->asked);
}

void metered(std::string_view body) {
    for (const char* type : {"application/json", "text/event-stream"}) {
        UsageMeter whole;
        UsageMeter pieces;
        for (UsageMeter* one : {&whole, &pieces}) one->begin({200, {{"Content-Type", type}}});
        whole.read(body);
        for (const char& byte : body) pieces.read({&byte, 1});
        check(whole.tokens() >= 0 && whole.tokens() == pieces.tokens());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    scanned(body);
    read(chat_of_body(body));
    read(chat_of_text_body(body));
    read(chat_of_response_body(body));
    metered(body);
    return 0;
}

#include "operator/conversation.h"

#include <nlohmann/json.hpp>

namespace retort {
namespace {

using nlohmann::ordered_json;

ordered_json text_part(const std::string& text) {
    return {{"type", "text"}, {"text", text}};
}

void add_words(Message& message, const std::string& before, const std::string& after) {
    message.content = before + message.content + after;
    if (message.json.empty()) return;
    ordered_json whole = ordered_json::parse(message.json);
    ordered_json& content = whole["content"];
    if (content.is_array()) {
        if (!before.empty()) content.insert(content.begin(), text_part(before));
        if (!after.empty()) content.push_back(text_part(after));
    } else {
        content = message.content;
    }
    message.json = whole.dump();
}

}  // namespace

std::vector<Message> with_words(const Conversation& conversation, const std::string& before, const std::string& after) {
    std::vector<Message> out = conversation.messages;
    if (!before.empty() || !after.empty()) add_words(out.at(conversation.asked), before, after);
    return out;
}

}  // namespace retort

#include "gateway/api/chat_object.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "gateway/api/response_settings.h"

namespace retort::gateway {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 4> kBeyondText{"echo", "suffix", "best_of", "logit_bias"};
constexpr std::array<const char*, 5> kBeyondResponses{"previous_response_id", "conversation", "background", "prompt",
                                                      "context_management"};

bool is_asked_for(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && !found->is_null() && !found->empty() && *found != false && *found != 1 &&
           *found != "";
}

ApiError no_room(const char* name) {
    return bad_request(fmt::format("\"{}\": an operator cannot keep to it; ask the model without an operator", name),
                       name);
}

json image_of(const json& part) {
    json out{{"url", part["image_url"]}};
    if (part.value("detail", json("auto")).is_string() && part.value("detail", "auto") != "auto")
        out["detail"] = part["detail"];
    return out;
}

// Of the responses' parts of content those of chats.
std::optional<ApiError> read_content(const json& content, json& out) {
    if (content.is_string()) {
        out = content;
        return std::nullopt;
    }
    if (!content.is_array()) return bad_request("\"input\": expected texts or lists of parts as content", "input");
    out = json::array();
    for (const json& part : content) {
        const std::string type = part.is_object() ? part.value("type", "") : "";
        if (type == "input_text" || type == "output_text" || type == "text")
            out.push_back({{"type", "text"}, {"text", part.value("text", "")}});
        else if (type == "input_image" && part.value("image_url", json()).is_string())
            out.push_back({{"type", "image_url"}, {"image_url", image_of(part)}});
        else
            return bad_request(
                fmt::format("\"input\": an operator takes texts and images by URL, found a part of type \"{}\"", type),
                "input");
    }
    if (out.size() == 1 && out[0]["type"] == "text") out = json(out[0]["text"]);
    return std::nullopt;
}

// Calls that were made at once are one message.
void add_call_of_tool(const json& item, json& messages) {
    const json function{{"name", item.value("name", "")}, {"arguments", item.value("arguments", "")}};
    const json call{{"id", item.value("call_id", "")}, {"type", "function"}, {"function", function}};
    if (!messages.empty() && messages.back().contains("tool_calls"))
        messages.back()["tool_calls"].push_back(call);
    else
        messages.push_back({{"role", "assistant"}, {"content", nullptr}, {"tool_calls", json::array({call})}});
}

std::optional<ApiError> add_result_of_tool(const json& item, json& messages) {
    json content = item.value("output", json(""));
    if (content.is_array()) {
        json parts;
        if (auto wrong = read_content(content, parts)) return wrong;
        content = std::move(parts);
    } else if (!content.is_string()) {
        content = content.dump();
    }
    messages.push_back(
        {{"role", "tool"}, {"tool_call_id", item.value("call_id", "")}, {"content", std::move(content)}});
    return std::nullopt;
}

std::optional<ApiError> add_item(const json& item, json& messages) {
    const std::string type = item.value("type", "message");
    if (type == "reasoning") return std::nullopt;  // of an earlier answer: models are not told
    if (type == "function_call_output") return add_result_of_tool(item, messages);
    if (type == "function_call") {
        add_call_of_tool(item, messages);
        return std::nullopt;
    }
    if (type != "message" || !item.contains("content"))
        return bad_request(fmt::format("\"input\": an operator cannot take an item of type \"{}\"", type), "input");
    json content;
    if (auto wrong = read_content(item["content"], content)) return wrong;
    std::string role = item.value("role", "user");
    if (role == "developer") role = "system";
    messages.push_back({{"role", role}, {"content", std::move(content)}});
    return std::nullopt;
}

std::optional<ApiError> read_input(const json& object, json& messages) {
    messages = json::array();
    const json instructions = object.value("instructions", json());
    if (instructions.is_string())
        messages.push_back({{"role", "system"}, {"content", instructions}});
    else if (!instructions.is_null())
        return bad_request("\"instructions\": expected a text", "instructions");
    const json input = object.value("input", json());
    if (input.is_string()) {
        messages.push_back({{"role", "user"}, {"content", input}});
        return std::nullopt;
    }
    if (!input.is_array()) return bad_request("\"input\": expected a text or a list of items", "input");
    for (const json& item : input) {
        if (!item.is_object()) return bad_request("\"input\": expected objects in the list", "input");
        if (auto wrong = add_item(item, messages)) return wrong;
    }
    return std::nullopt;
}

ApiOutcome<ChatObject> response_as_chat(json object) {
    for (const char* name : kBeyondResponses)
        if (is_asked_for(object, name)) return no_room(name);
    json messages;
    if (auto wrong = read_input(object, messages)) return *wrong;
    if (auto wrong = change_settings(object)) return *wrong;
    for (const char* name : {"input", "instructions"}) object.erase(name);
    for (const char* name : kBeyondResponses) object.erase(name);
    object["messages"] = std::move(messages);
    return ChatObject{std::move(object)};
}

}  // namespace

ApiOutcome<ChatObject> chat_of_body(std::string_view body) {
    json object = json::parse(body, nullptr, false);
    if (!object.is_object()) return bad_request("the body is no JSON object");
    return ChatObject{std::move(object)};
}

ApiOutcome<ChatObject> chat_of_text_body(std::string_view body) {
    auto read = chat_of_body(body);
    if (!read) return read;
    json& object = read->json;
    for (const char* name : kBeyondText)
        if (is_asked_for(object, name)) return no_room(name);
    const json prompt = object.value("prompt", json());
    const bool listed = prompt.is_array() && prompt.size() == 1 && prompt[0].is_string();
    if (!prompt.is_string() && !listed)
        return bad_request("\"prompt\": an operator answers one text, and found something else", "prompt");
    for (const char* name : {"prompt", "echo", "suffix", "best_of", "logit_bias"}) object.erase(name);
    const json message{{"role", "user"}, {"content", listed ? prompt[0] : prompt}};
    object["messages"] = json::array({message});
    return read;
}

ApiOutcome<ChatObject> chat_of_response_body(std::string_view body) {
    auto read = chat_of_body(body);
    if (!read) return read;
    try {
        return response_as_chat(std::move(read->json));
    } catch (const json::exception&) {  // a member of another type than the API has
        return bad_request("the body is not as POST /v1/responses has it");
    }
}

}  // namespace retort::gateway

#include "gateway/api/response_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

namespace retort::gateway {
namespace {

using nlohmann::json;
using Wrong = std::optional<ApiError>;

// What an operator keeps to by being one. `store` asks that the answer can be had again later: it is the API's default,
// and clients say it without meaning it. The answer says that it is not stored, and what would need it
// (previous_response_id, items by reference) is refused. `max_tool_calls` counts those of hosted tools: there are none.
constexpr std::array kKeptAnyway{"store", "max_tool_calls"};

Wrong beyond(const char* member, std::string_view what) {
    return bad_request(
        fmt::format("\"{}\": an operator cannot keep to {}; ask the model without an operator", member, what), member);
}

bool is_said(const json& object, const char* name) {
    return object.contains(name) && !object[name].is_null();
}

// The first member of `object` that none of the names is; null: there is none.
template <std::size_t n>
const std::string* other_than(const std::array<std::string_view, n>& names, const json& object) {
    const json::object_t& members = object.get_ref<const json::object_t&>();
    const auto found = std::find_if(members.begin(), members.end(), [&](const auto& one) {
        return !one.second.is_null() && std::find(names.begin(), names.end(), one.first) == names.end();
    });
    return found == members.end() ? nullptr : &found->first;
}

// {"type": "function", "name", ...} -> {"type": "function", "function": {"name", ...}}
Wrong change_tools(json& object) {
    if (!is_said(object, "tools")) return std::nullopt;
    if (!object["tools"].is_array()) return bad_request("\"tools\": expected a list", "tools");
    for (json& tool : object["tools"]) {
        const std::string type = tool.is_object() ? tool.value("type", "") : "";
        if (type != "function")
            return bad_request(fmt::format("\"tools\": an operator takes functions, found \"{}\"", type), "tools");
        json function = tool;
        function.erase("type");
        tool = {{"type", "function"}, {"function", std::move(function)}};
    }
    return std::nullopt;
}

// Of the tools those that the choice allows, and its mode: not every model server knows of such a choice by itself.
Wrong keep_allowed_tools(json& object) {
    const json choice = object["tool_choice"];
    const std::string mode = choice.value("mode", "auto");
    if (mode != "auto" && mode != "required")
        return bad_request("\"tool_choice\": expected the mode auto or required", "tool_choice");
    json kept = json::array();
    for (const json& allowed : choice.value("tools", json::array())) {
        const std::string name = allowed.value("type", "") == "function" ? allowed.value("name", "") : "";
        const json& tools = is_said(object, "tools") ? object["tools"] : kept;
        const auto found = std::find_if(tools.begin(), tools.end(),
                                        [&](const json& one) { return one["function"].value("name", "") == name; });
        if (name.empty() || found == tools.end())
            return bad_request(fmt::format("\"tool_choice\": allows {}, which is none of the tools", allowed.dump()),
                               "tool_choice");
        kept.push_back(*found);
    }
    if (kept.empty()) return bad_request("\"tool_choice\": expected the tools that it allows", "tool_choice");
    object["tools"] = std::move(kept);
    object["tool_choice"] = mode;
    return std::nullopt;
}

// {"type": "function", "name"} -> {"type": "function", "function": {"name"}}
Wrong change_tool_choice(json& object) {
    if (!is_said(object, "tool_choice")) return std::nullopt;
    json& choice = object["tool_choice"];
    if (choice.is_string()) return std::nullopt;
    const std::string type = choice.is_object() ? choice.value("type", "") : "";
    if (type == "allowed_tools") return keep_allowed_tools(object);
    const std::string name = type == "function" ? choice.value("name", "") : "";
    if (name.empty())
        return bad_request(
            fmt::format("\"tool_choice\": an operator takes a word, a function by its name, or allowed_tools, found {}",
                        choice.dump()),
            "tool_choice");
    choice = {{"type", "function"}, {"function", {{"name", name}}}};
    return std::nullopt;
}

// {"type": "json_schema", "name", "schema"} -> {"type": "json_schema", "json_schema": {"name", "schema"}}
Wrong change_format(const json& format, json& object) {
    const std::string type = format.is_object() ? format.value("type", "") : "";
    if (type == "text") return std::nullopt;
    if (type != "json_schema" && type != "json_object")
        return beyond("text", fmt::format("the format {}", format.dump()));
    json out{{"type", type}};
    if (type == "json_schema") {
        json schema = format;
        schema.erase("type");
        out["json_schema"] = std::move(schema);
    }
    object["response_format"] = std::move(out);
    return std::nullopt;
}

Wrong change_text(json& object) {
    if (!is_said(object, "text")) return std::nullopt;
    const json text = object["text"];
    if (!text.is_object()) return bad_request("\"text\": expected an object", "text");
    constexpr std::array<std::string_view, 2> kKnown{"format", "verbosity"};
    if (const std::string* name = other_than(kKnown, text)) return beyond("text", *name);
    if (is_said(text, "verbosity")) object["verbosity"] = text["verbosity"];
    return is_said(text, "format") ? change_format(text["format"], object) : std::nullopt;
}

// A summary is what the client is told of the work in any case.
Wrong change_reasoning(json& object) {
    if (!is_said(object, "reasoning")) return std::nullopt;
    const json& reasoning = object["reasoning"];
    if (!reasoning.is_object()) return bad_request("\"reasoning\": expected an object", "reasoning");
    constexpr std::array<std::string_view, 3> kKnown{"effort", "summary", "generate_summary"};
    if (const std::string* name = other_than(kKnown, reasoning)) return beyond("reasoning", *name);
    if (is_said(reasoning, "effort")) object["reasoning_effort"] = json(reasoning["effort"]);
    return std::nullopt;
}

// Encrypted reasoning is for clients that send it back with their next request. Here all that there is of it is the
// summary, in the clear, and models are not told of it.
Wrong check_include(const json& object) {
    if (!is_said(object, "include")) return std::nullopt;
    if (!object["include"].is_array()) return bad_request("\"include\": expected a list", "include");
    for (const json& one : object["include"])
        if (one != "reasoning.encrypted_content") return beyond("include", one.dump());
    return std::nullopt;
}

Wrong check_truncation(const json& object) {
    if (!is_said(object, "truncation") || object["truncation"] == "disabled" ||
        object["truncation"] == "auto")  // what fits loses nothing, and the answer says that nothing is ever cut
        return std::nullopt;
    return beyond("truncation", object["truncation"].dump());
}

Wrong check_stream_options(const json& object) {
    if (!is_said(object, "stream_options")) return std::nullopt;
    const json& options = object["stream_options"];
    if (!options.is_object()) return bad_request("\"stream_options\": expected an object", "stream_options");
    return options.value("include_obfuscation", false) ? beyond("stream_options", "include_obfuscation") : std::nullopt;
}

}  // namespace

std::optional<ApiError> change_settings(json& object) {
    for (const auto check : {check_include, check_truncation, check_stream_options})
        if (auto wrong = check(object)) return wrong;
    for (const auto change : {change_tools, change_tool_choice, change_text, change_reasoning})
        if (auto wrong = change(object)) return wrong;
    if (is_said(object, "max_output_tokens")) object["max_tokens"] = json(object["max_output_tokens"]);
    if (is_said(object, "tools") && object["tools"].empty()) object.erase("tools");
    for (const char* name : {"max_output_tokens", "text", "reasoning", "include", "truncation"}) object.erase(name);
    for (const char* name : kKeptAnyway) object.erase(name);
    return std::nullopt;
}

}  // namespace retort::gateway

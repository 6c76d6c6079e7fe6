#include "gateway/api/chat_body.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

namespace retort::gateway {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostTokens = std::int64_t{1} << 30;
constexpr double kLeastDeadline_s = 0.001;
constexpr double kMostDeadline_s = 86'400;

// What this reads itself, or what is settled for every call by the run.
constexpr std::array<std::string_view, 10> kOurs{
    "model",       "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens",
    "temperature", "top_p",    "seed",   "retort"};

// Of {"retort": {...}}.
constexpr std::array<std::string_view, 10> kMethod{"operator",   "distiller",    "k",        "workspace",   "think",
                                                   "budget_seq", "budget_total", "deadline", "on_deadline", "progress"};

// What one answer made of many calls cannot have.
constexpr std::array<std::string_view, 7> kBeyondOperators{"logprobs",   "top_logprobs", "audio",    "modalities",
                                                           "prediction", "store",        "functions"};

// What gives an answer a form, in the words of several servers: of the last call alone, since a draft is not the answer
// that it is to form, and a judge has a form of its own.
constexpr std::array<std::string_view, 12> kForms{
    "response_format",    "stop",    "guided_json", "guided_regex", "guided_choice", "guided_grammar",
    "structured_outputs", "grammar", "json_schema", "regex",        "ebnf",          "format"};

// Collects the first fault; readers of members go on without harm after it.
class Reader {
  public:
    // `path`: of the object in the body, "retort.".
    explicit Reader(const json& object, std::string path = "") : object_(object), path_(std::move(path)) {}

    void fail(std::string message, std::string param) {
        if (!fault) fault = bad_request(std::move(message), std::move(param));
    }

    const json* find(const char* name) const {
        const auto found = object_.find(name);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

    std::optional<std::int64_t> whole(const char* name, std::int64_t least) {
        const json* value = find(name);
        if (value == nullptr) return std::nullopt;
        if (value->is_number_integer() && value->get<std::int64_t>() >= least &&
            value->get<std::int64_t>() <= kMostTokens)
            return value->get<std::int64_t>();
        fail(fmt::format("\"{}\": expected a whole number of at least {}", name, least), path_ + name);
        return std::nullopt;
    }

    double number(const char* name, double least, double most, double otherwise) {
        const json* value = find(name);
        if (value == nullptr) return otherwise;
        if (value->is_number() && value->get<double>() >= least && value->get<double>() <= most)
            return value->get<double>();
        fail(fmt::format("\"{}\": expected a number from {} to {}", name, least, most), path_ + name);
        return otherwise;
    }

    bool truth(const char* name) {
        const json* value = find(name);
        if (value == nullptr || value->is_boolean()) return value != nullptr && value->get<bool>();
        fail(fmt::format("\"{}\": expected true or false", name), path_ + name);
        return false;
    }

    std::optional<std::string> text(const char* name) {
        const json* value = find(name);
        if (value == nullptr) return std::nullopt;
        if (value->is_string()) return value->get<std::string>();
        fail(fmt::format("\"{}\": expected a text", name), path_ + name);
        return std::nullopt;
    }

    std::optional<ApiError> fault;

  private:
    const json& object_;
    const std::string path_;
};

// The text of a message; of several parts, those that are text.
std::string text_of(const json& content) {
    if (content.is_string()) return content.get<std::string>();
    std::string out;
    if (content.is_array())
        for (const json& part : content)
            if (part.is_object() && part.value("type", json()) == "text" && part.value("text", json()).is_string())
                out += (out.empty() ? "" : "\n") + part["text"].get<std::string>();
    return out;
}

// As plain as it can be: what is more than a role and a text keeps the client's own words.
Message message_of(const json& given) {
    Message out{given["role"].get<std::string>(), text_of(given.value("content", json()))};
    const bool plain = given.size() == 2 && given.contains("content") && given["content"].is_string();
    if (!plain) out.json = given.dump(-1, ' ', false, json::error_handler_t::replace);
    return out;
}

void read_messages(Reader& reader, ChatBody& out, Conversation& conversation) {
    const json* messages = reader.find("messages");
    if (messages == nullptr || !messages->is_array() || messages->empty())
        return reader.fail("\"messages\": expected a list of messages", "messages");
    bool asked = false;
    for (const json& given : *messages) {
        if (!given.is_object() || !given.value("role", json()).is_string())
            return reader.fail("\"messages\": expected objects with a \"role\"", "messages");
        conversation.messages.push_back(message_of(given));
        if (conversation.messages.back().role != "user") continue;
        conversation.asked = conversation.messages.size() - 1;
        asked = true;
    }
    if (!asked) return reader.fail("\"messages\": expected one of the user's", "messages");
    out.asked = conversation.messages[conversation.asked].content;
}

void read_deadline(Reader& method, ChatBody& out) {
    if (method.find("deadline") != nullptr)
        out.deadline_s = method.number("deadline", kLeastDeadline_s, kMostDeadline_s, kMostDeadline_s);
    const auto then = method.text("on_deadline");
    if (!then) return;
    if (*then == "best")
        out.best_at_deadline = true;
    else if (*then != "error")
        method.fail("\"on_deadline\": expected error or best", "retort.on_deadline");
}

void read_method(Reader& reader, ChatBody& out) {
    const json* given = reader.find("retort");
    if (given == nullptr) return;
    if (!given->is_object()) return reader.fail("\"retort\": expected an object", "retort");
    Reader method(*given, "retort.");
    for (const auto& [name, value] : given->items())
        if (std::find(kMethod.begin(), kMethod.end(), name) == kMethod.end())
            method.fail(fmt::format("there is no \"{}\"; expected {}", name, fmt::join(kMethod, ", ")),
                        "retort." + name);
    out.operator_name = method.text("operator");
    if (const auto name = method.text("distiller")) {
        out.distiller = distiller_from(*name);
        if (!out.distiller) method.fail(fmt::format("\"distiller\": there is no \"{}\"", *name), "retort.distiller");
    }
    if (const auto k = method.whole("k", 1)) out.k = static_cast<int>(*k);
    out.workspace = method.whole("workspace", 0);
    out.think = method.whole("think", 0);
    out.run.budget.seq = method.whole("budget_seq", 1);
    out.run.budget.total = method.whole("budget_total", 1);
    if (const auto shown = method.text("progress")) {
        if (*shown == "off")
            out.progress = Progress::off;
        else if (*shown == "full")
            out.progress = Progress::full;
        else if (*shown != "summary")
            method.fail("\"progress\": expected off, summary or full", "retort.progress");
    }
    read_deadline(method, out);
    if (method.fault) reader.fail("\"retort\": " + method.fault->message, method.fault->param);
}

void refuse_what_cannot_be(Reader& reader) {
    for (const std::string_view name : kBeyondOperators) {
        const json* value = reader.find(std::string(name).c_str());
        if (value == nullptr || *value == false || *value == 0) continue;
        if (name == "modalities" && *value == json::array({"text"})) continue;
        reader.fail(
            fmt::format(
                "\"{}\": an answer that an operator makes of several calls has none; ask the model without an operator",
                name),
            std::string(name));
    }
    if (const auto n = reader.whole("n", 1); n && *n > 1)
        reader.fail("\"n\": an operator gives one answer; ask again for another", "n");
}

// All fields that are the upstream's business go along with every call. Only the last call makes calls of tools and
// keeps to a schema.
void read_extra(const json& object, ChatBody& out, Conversation& conversation) {
    json extra = json::object();
    for (const auto& [name, value] : object.items())
        if (std::find(kOurs.begin(), kOurs.end(), name) == kOurs.end() && name != "n" && !value.is_null())
            extra[name] = value;
    for (const std::string_view name : kBeyondOperators) extra.erase(std::string(name));
    out.has_tools = extra.contains("tools");
    if (extra.empty()) return;
    conversation.for_final =
        std::make_shared<const std::string>(extra.dump(-1, ' ', false, json::error_handler_t::replace));
    for (const std::string_view name : kForms) {
        const auto found = extra.find(name);
        if (found == extra.end()) continue;
        const bool is_free = found->empty() || (name == "response_format" && found->is_object() &&
                                                found->value("type", json()) == "text");
        if (!is_free && out.form.empty()) out.form = name;
        extra.erase(found);
    }
    if (out.form.empty() && out.has_tools && extra.value("tool_choice", json()) != "none") out.form = "tools";
    if (out.has_tools) extra["tool_choice"] = "none";
    conversation.for_others =
        std::make_shared<const std::string>(extra.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace

ApiOutcome<ChatBody> read_chat_body(const json& object) {
    if (!object.is_object()) return bad_request("the body is no JSON object");
    ChatBody out;
    Conversation conversation;
    Reader reader(object);
    read_messages(reader, out, conversation);
    refuse_what_cannot_be(reader);
    out.stream = reader.truth("stream");
    if (const json* options = reader.find("stream_options"); options != nullptr && options->is_object())
        out.wants_usage = options->value("include_usage", json(false)) == true;
    out.max_tokens = reader.whole("max_completion_tokens", 1);
    if (!out.max_tokens) out.max_tokens = reader.whole("max_tokens", 1);
    out.run.sampling.temperature = reader.number("temperature", 0, 2, 1);
    out.run.sampling.top_p = reader.number("top_p", 0, 1, 1);
    if (const json* seed = reader.find("seed")) {
        if (seed->is_number_integer())
            out.run.seed = static_cast<std::uint64_t>(seed->get<std::int64_t>());
        else
            reader.fail("\"seed\": expected a whole number", "seed");
    } else {
        out.run.seed = std::random_device()();  // who asks again without one wants another answer
    }
    read_method(reader, out);
    if (reader.fault) return *reader.fault;
    read_extra(object, out, conversation);
    out.conversation = std::make_shared<const Conversation>(std::move(conversation));
    return out;
}

}  // namespace retort::gateway

#include "model/http/chat_request.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "model/http/json_text.h"

namespace retort {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 12> kOptionalFields{
    "chat_template_kwargs", "top_k",        "min_p",    "repetition_penalty", "stream_options", "timings_per_token",
    "return_token_ids",     "top_logprobs", "logprobs", "reasoning_effort",   "seed",           "top_p"};

json messages_of(const std::vector<Message>& messages) {
    json out = json::array();
    for (const Message& message : messages) {
        if (message.json.empty())
            out.push_back({{"role", message.role}, {"content", message.content}});
        else
            out.push_back(json::parse(message.json));
    }
    return out;
}

void add_continuation(json& body, const Dialect& dialect, const Continuation& cut) {
    const std::string reasoning(trim(cut.reasoning));
    json message{{"role", "assistant"}, {"content", cut.text}};
    const bool field = dialect.prefill == Prefill::reasoning_field && !reasoning.empty();
    if (field) message["reasoning_content"] = reasoning;
    // An answer that no reasoning precedes goes on as it is; without an answer an empty block says that none is wanted.
    const bool tags = !field && (!reasoning.empty() || cut.text.empty());
    if (tags) message["content"] = "<think>\n" + reasoning + "\n</think>\n\n" + cut.text;
    body["messages"].push_back(message);
    body["add_generation_prompt"] = false;
    body["continue_final_message"] = field ? json("content") : json(true);
}

// Efforts bound nothing; a larger budget asks for more of it.
std::string_view effort_of(std::int64_t think) {
    return think <= 1024 ? "low" : think <= 8192 ? "medium" : "high";
}

bool reasons_by_effort(std::string_view model) {
    const bool o_series = model.size() >= 2 && model[0] == 'o' && model[1] >= '0' && model[1] <= '9';
    return o_series || model.starts_with("gpt-5");
}

// A whole word: "seed" is not named by "seeded" or "max_seed".
bool names_field(std::string_view text, std::string_view field) {
    const auto part_of_word = [](char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    for (std::size_t at = text.find(field); at != text.npos; at = text.find(field, at + 1)) {
        const bool before = at > 0 && part_of_word(text[at - 1]);
        const std::size_t end = at + field.size();
        if (!before && (end >= text.size() || !part_of_word(text[end]))) return true;
    }
    return false;
}

void add_logprobs(json& body, const Dialect& dialect) {
    body["logprobs"] = true;
    body["top_logprobs"] = 1;
    if (dialect.token_ids == TokenIds::in_choice) body["return_token_ids"] = true;
}

// What the client asked for beside what is settled here.
void add_missing(json& body, const json& extra) {
    for (const auto& [name, value] : extra.items())
        if (!body.contains(name)) body[name] = value;
}

void add_streaming(json& body, const Dialect& dialect) {
    body["stream"] = true;
    if (dialect.stream_usage) body["stream_options"] = {{"include_usage", true}};
    if (dialect.live_usage == LiveUsage::continuous) body["stream_options"]["continuous_usage_stats"] = true;
    if (dialect.live_usage == LiveUsage::timings) body["timings_per_token"] = true;
}

}  // namespace

std::string request_body(const Dialect& dialect, const Learned& learned, const std::string& model,
                         const CompletionRequest& request, const RequestPlan& plan) {
    json body = json::parse(dialect.no_filters);
    body["model"] = model;
    if (const auto* tokens = std::get_if<TokenSequence>(&request.prompt)) {
        body["prompt"] = **tokens;
    } else {
        body["messages"] = messages_of(*std::get<Messages>(request.prompt));
        if (request.think == 0) body.update(json::parse(dialect.no_thinking));
        if (plan.goes_on) add_continuation(body, dialect, *plan.goes_on);
        if (dialect.effort && request.think > 0 && reasons_by_effort(model))
            body["reasoning_effort"] = effort_of(request.think);
    }
    body["temperature"] = request.temperature;
    body["top_p"] = request.top_p;
    body["seed"] = request.seed;
    body[std::string(learned.limit_of(dialect))] = plan.limit;
    if (plan.budget) body[std::string(dialect.budget_field)] = std::max(*plan.budget, dialect.least_budget);
    if (request.logprobs) add_logprobs(body, dialect);
    add_streaming(body, dialect);
    if (request.extra) add_missing(body, json::parse(*request.extra));
    for (const std::string& field : learned.left_out) body.erase(field);
    return to_body(body);
}

std::string adapt_to_refusal(std::string_view refusal, std::string_view body, const Dialect& dialect,
                             Learned& learned) {
    const json sent = parse_json(body);
    constexpr std::string_view kOld = "max_tokens";
    constexpr std::string_view kNew = "max_completion_tokens";
    const bool about_size = refusal.find("too large") != refusal.npos || refusal.find("at most") != refusal.npos;
    if (names_field(refusal, kNew) && !about_size) {
        const bool old = sent.contains(kOld);
        learned.limit_field = old ? kNew : kOld;
        return std::string(old ? kOld : kNew);
    }
    if (!dialect.budget_field.empty() && sent.contains(dialect.budget_field) &&
        (names_field(refusal, dialect.budget_field) || names_field(refusal, "reasoning_config"))) {
        learned.left_out.emplace(dialect.budget_field);
        return std::string(dialect.budget_field);
    }
    for (const std::string_view field : kOptionalFields)
        if (sent.contains(field) && names_field(refusal, field)) {
            learned.left_out.emplace(field);
            return std::string(field);
        }
    return {};
}

std::size_t prompt_bytes(const Prompt& prompt) {
    std::size_t bytes = 0;
    if (const auto* messages = std::get_if<Messages>(&prompt))
        for (const Message& message : **messages) bytes += message.content.size() + message.role.size();
    return bytes;
}

}  // namespace retort

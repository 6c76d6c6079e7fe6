#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "support/mock_server.h"

namespace retort::test {
namespace {

using nlohmann::json;

std::uint64_t fnv(const std::string& text) {
    std::uint64_t hash = 14695981039346656037ull;
    for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211ull;
    return hash ^ (hash >> 29);
}

std::string last_user_message(const json& body) {
    std::string out;
    for (const json& message : body.value("messages", json::array()))
        if (message.value("role", "") == "user") out = message.value("content", "");
    return out;
}

std::int64_t limit_of(const json& body) {
    for (const char* field : {"max_tokens", "max_completion_tokens"})
        if (body.contains(field)) return body[field].get<std::int64_t>();
    return 1'000'000;
}

std::int64_t prompt_words(const json& body) {
    std::int64_t count = 0;
    for (const json& message : body.value("messages", json::array())) count += words(message.value("content", ""));
    return count;
}

// Words that say nothing, then the solution. The number is 0..9, so that votes have something to count.
std::string solution_text(std::uint64_t hash, const MockOptions& options) {
    const std::string end = fmt::format("The answer is \\boxed{{{}}}.", (hash >> 7) % 10);
    const std::string marker = options.marker.empty() ? "" : options.marker + "\n";
    std::string text;
    const std::int64_t filler = options.tokens - words(marker + end);
    for (std::int64_t i = 0; i < filler; ++i)
        text += fmt::format("w{} ", (hash + static_cast<std::uint64_t>(i) * 7919) % 997);
    if (!text.empty() && !marker.empty()) text.back() = '\n';
    return text + marker + end;
}

std::string text_for(const json& body, const MockOptions& options) {
    const std::string asked = last_user_message(body);
    const bool again = asked.find("could not be read") != std::string::npos;
    const bool unreadable = options.bad_selection && !again;
    if (asked.find("SCORE:") != std::string::npos)
        return unreadable ? "It looks fine" : fmt::format("SCORE: {}", fnv(asked) % 101);
    if (asked.find("SELECT: 1, 2") != std::string::npos) return unreadable ? "I like them all" : "SELECT: 1, 2";
    if (asked.find("SELECT:") != std::string::npos) return fmt::format("SELECT: {}", 1 + fnv(asked) % 2);
    return solution_text(
        fnv(body.value("messages", json::array()).dump() + "#" + std::to_string(body.value("seed", 0))), options);
}

// The text's first words, with the white space as it stands.
std::string first_words(const std::string& text, std::int64_t count) {
    std::size_t at = 0;
    for (std::int64_t i = 0; i < count && at < text.size(); ++i) {
        at = text.find_first_not_of(" \n", at);
        if (at == std::string::npos) return text;
        at = std::min(text.find_first_of(" \n", at), text.size());
    }
    return text.substr(0, at);
}

std::vector<std::string> pieces_of(const std::string& text, int count) {
    std::vector<std::string> out;
    const std::size_t size = std::max<std::size_t>(
        1, (text.size() + static_cast<std::size_t>(count) - 1) / static_cast<std::size_t>(std::max(count, 1)));
    for (std::size_t at = 0; at < text.size(); at += size) out.push_back(text.substr(at, size));
    return out;
}

json usage_json(const MockUsage& usage) {
    return {{"prompt_tokens", usage.in}, {"completion_tokens", usage.out}, {"total_tokens", usage.in + usage.out}};
}

MockReply whole_body(const std::string& text, const MockUsage& usage, const std::string& finish) {
    return json_reply(
        200, {{"object", "chat.completion"},
              {"choices",
               {{{"index", 0}, {"message", {{"role", "assistant"}, {"content", text}}}, {"finish_reason", finish}}}},
              {"usage", usage_json(usage)}});
}

}  // namespace

std::int64_t words(const std::string& text) {
    std::istringstream in(text);
    std::string word;
    std::int64_t count = 0;
    while (in >> word) ++count;
    return count;
}

std::string sse(const json& event) {
    return "data: " + event.dump() + "\n\n";
}

std::string chat_chunk(const json& delta, const json& finish_reason) {
    return sse({{"object", "chat.completion.chunk"},
                {"choices", {{{"index", 0}, {"delta", delta}, {"finish_reason", finish_reason}}}}});
}

MockReply stream_of(std::vector<std::string> texts, std::optional<MockUsage> usage, const std::string& finish) {
    MockReply reply;
    reply.content_type = "text/event-stream";
    reply.chunked = true;
    for (const std::string& text : texts) reply.pieces.push_back(chat_chunk({{"content", text}}));
    std::string end = chat_chunk(json::object(), finish);
    if (usage) end += sse({{"choices", json::array()}, {"usage", usage_json(*usage)}});
    reply.pieces.push_back(end + "data: [DONE]\n\n");
    return reply;
}

MockReply json_reply(int status, const json& body) {
    MockReply reply;
    reply.status = status;
    reply.pieces = {body.dump()};
    return reply;
}

MockReply error_reply(int status, const std::string& message, const json& more) {
    json error{{"message", message}, {"type", "mock_error"}, {"code", status}};
    error.update(more);
    return json_reply(status, {{"error", error}});
}

MockReply usual_reply(const MockRequest& request, const MockOptions& options) {
    if (!request.json.is_object()) return error_reply(400, "the body is no JSON object");
    const std::string whole = text_for(request.json, options);
    const std::int64_t limit = limit_of(request.json);
    const bool cut = words(whole) > limit;
    const std::string text = cut ? first_words(whole, limit) : whole;
    const MockUsage usage{prompt_words(request.json), words(text)};
    const std::string finish = cut ? "length" : "stop";
    MockReply reply;
    if (request.json.value("stream", false)) {
        const bool report = request.json.value("stream_options", json::object()).value("include_usage", false);
        reply = stream_of(pieces_of(text, options.stream_chunks), report ? std::optional(usage) : std::nullopt, finish);
    } else {
        reply = whole_body(text, usage, finish);
    }
    reply.latency = options.latency;
    reply.between = options.between;
    return reply;
}

}  // namespace retort::test

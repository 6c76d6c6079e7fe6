#include "model/http/token_counter.h"

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "model/http/chat_request.h"
#include "model/http/json_text.h"

namespace retort {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::size_t kKnown = 4096;
constexpr std::int64_t kMessageOverhead = 16;    // tokens of a chat template around a message, at most
constexpr std::int64_t kLeastBytesPerToken = 2;  // of prompts, which are mostly words
constexpr double kMargin = 1.25;                 // over the largest ratio seen

json messages_json(const std::vector<Message>& messages) {
    json out = json::array();
    for (const Message& message : messages) out.push_back({{"role", message.role}, {"content", message.content}});
    return out;
}

// llama-server and vLLM answer {"tokens": [...]}, vLLM also {"count": n}. -1: neither.
std::int64_t count_in(const std::string& reply) {
    const json body = parse_json(reply);
    const json& tokens = member(body, "tokens");
    if (tokens.is_array()) return static_cast<std::int64_t>(tokens.size());
    return member(body, "count").is_number() ? count_member(body, "count") : -1;
}

}  // namespace

TokenCounter::TokenCounter(std::shared_ptr<HttpClient> client, std::string base_url, std::vector<std::string> headers)
    : client_(std::move(client)), root_(server_root(base_url)), headers_(std::move(headers)) {}

// The body of a 200, else empty: a tokenizer that does not answer is no reason to fail.
Task<std::string> TokenCounter::ask(std::string path, std::string body) {
    HttpRequest request;
    request.post = true;
    request.url = root_ + path;
    request.headers = headers_;
    request.body = std::move(body);
    request.timeouts.total = 10s;
    std::string reply;
    OnBody on_body = [&reply](const HttpHead&, std::string_view chunk) {
        reply.append(chunk);
        return BodyVerdict::more;
    };
    const HttpResult result = co_await client_->send(std::move(request), std::move(on_body), {});
    if (result.failure != HttpFailure::none || result.head.status != 200) reply.clear();
    co_return reply;
}

// Asked once a content: a round's prompts are one.
Task<std::int64_t> TokenCounter::ask_count(TokenizerKind kind, std::string model, std::string body) {
    const std::uint64_t key = hash64(model + "\n" + body);
    if (const auto found = known_.find(key); found != known_.end()) co_return found->second;
    std::string question = body;
    if (kind == TokenizerKind::llama_server && body.starts_with("{\"messages\"")) {
        const std::string reply = co_await ask("/apply-template", std::move(body));
        const std::string prompt = string_member(parse_json(reply), "prompt");
        if (prompt.empty()) co_return -1;
        question = to_body({{"content", prompt}, {"add_special", true}, {"parse_special", true}});
    }
    const std::string reply = co_await ask("/tokenize", std::move(question));
    const std::int64_t tokens = count_in(reply);
    if (tokens >= 0) remember(key, tokens);
    co_return tokens;
}

void TokenCounter::remember(std::uint64_t key, std::int64_t tokens) {
    if (!known_.emplace(key, tokens).second) return;
    order_.push_back(key);
    if (order_.size() <= kKnown) return;
    known_.erase(order_.front());
    order_.pop_front();
}

Task<TokenCount> TokenCounter::text(TokenizerKind kind, std::string model, std::string content) {
    if (kind == TokenizerKind::none) co_return estimate_tokens(content);
    json body;
    if (kind == TokenizerKind::llama_server) body = {{"content", content}, {"add_special", false}};
    if (kind == TokenizerKind::vllm) body = {{"model", model}, {"prompt", content}, {"add_special_tokens", false}};
    const std::int64_t tokens = co_await ask_count(kind, std::move(model), to_body(body));
    co_return tokens < 0 ? estimate_tokens(content) : TokenCount{tokens, true};
}

Task<TokenCount> TokenCounter::prompt(TokenizerKind kind, std::string model, Prompt prompt) {
    const auto* messages = std::get_if<Messages>(&prompt);
    if (messages == nullptr || kind == TokenizerKind::none) co_return estimate_prompt(prompt);
    json body{{"messages", messages_json(**messages)}};
    if (kind == TokenizerKind::vllm) body["model"] = model;
    const std::int64_t tokens = co_await ask_count(kind, std::move(model), to_body(body));
    co_return tokens < 0 ? estimate_prompt(prompt) : TokenCount{tokens, true};
}

void TokenCounter::calibrate(const Prompt& prompt, std::int64_t tokens) {
    const std::size_t bytes = prompt_bytes(prompt);
    if (bytes == 0 || tokens <= 0) return;
    tokens_per_byte_ = std::max(tokens_per_byte_, static_cast<double>(tokens) / static_cast<double>(bytes));
}

TokenCount TokenCounter::estimate_prompt(const Prompt& prompt) const {
    if (const auto* tokens = std::get_if<TokenSequence>(&prompt))
        return {static_cast<std::int64_t>((*tokens)->size()), true};
    const auto bytes = static_cast<std::int64_t>(prompt_bytes(prompt));
    const auto overhead = kMessageOverhead * static_cast<std::int64_t>(std::get<Messages>(prompt)->size());
    if (tokens_per_byte_ == 0) return {bytes / kLeastBytesPerToken + overhead, false};
    const double estimate = std::ceil(static_cast<double>(bytes) * tokens_per_byte_ * kMargin);
    return {std::min(static_cast<std::int64_t>(estimate), bytes + overhead), false};
}

std::int64_t TokenCounter::guess_prompt(const Prompt& prompt) const {
    if (const auto* tokens = std::get_if<TokenSequence>(&prompt)) return static_cast<std::int64_t>((*tokens)->size());
    const auto bytes = static_cast<double>(prompt_bytes(prompt));
    return static_cast<std::int64_t>(std::ceil(bytes * (tokens_per_byte_ > 0 ? tokens_per_byte_ : 1.0 / 3)));
}

}  // namespace retort

#include "model/http/call_errors.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "base/text.h"

namespace retort {
namespace {

using nlohmann::json;

constexpr double kLongestRetryAfter = 24 * 3600;
constexpr std::size_t kNamesShown = 12;

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != text.npos; });
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return c < 0x80 ? std::tolower(c) : c; });
    return out;
}

bool is_retryable(int status) {
    return status == 408 || status == 409 || status == 429 || status >= 500;
}

CallErrorKind kind_of(int status) {
    if (status == 401 || status == 403) return CallErrorKind::unauthorised;
    if (status == 429) return CallErrorKind::rate_limited;
    return status >= 500 ? CallErrorKind::server : CallErrorKind::refused;
}

CallError make(CallErrorKind kind, std::string message, bool retryable = false, int status = 0) {
    CallError out;
    out.kind = kind;
    out.message = std::move(message);
    out.retryable = retryable;
    out.http_status = status;
    return out;
}

std::string names_of(const std::vector<std::string>& models) {
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < std::min(models.size(), kNamesShown); ++i) shown.push_back(one_line(models[i], 80));
    if (models.size() > kNamesShown) shown.push_back(fmt::format("and {} more", models.size() - kNamesShown));
    return fmt::format("{}", fmt::join(shown, ", "));
}

bool says_no_such_model(const ServerError& error) {
    const std::string text = lower(error.message);
    if (error.code == "model_not_found") return true;
    return contains_any(text, {"model"}) &&
           contains_any(text, {"not found", "does not exist", "no such", "not exist", "unknown model", "invalid model",
                               "not loaded", "no model", "not supported by any provider"});
}

bool says_context(const ServerError& error) {
    if (error.code == "context_length_exceeded" || error.type == "exceed_context_size_error") return true;
    return contains_any(lower(error.message),
                        {"context length", "context size", "context window", "maximum context",
                         "exceeds the available context", "too many tokens", "prompt is too long"});
}

CallError no_such_model(const CallContext& context, int status) {
    const std::string known = context.models.empty() ? "GET " + context.base_url + "/models lists those it has"
                                                     : "it has: " + names_of(context.models);
    return make(CallErrorKind::no_such_model,
                fmt::format("the server at {} has no model '{}'; {}; name one with --model", context.base_url,
                            one_line(context.model, 80), known),
                false, status);
}

CallError too_long(const ServerError& error, const CallContext& context, int status) {
    const std::string sizes =
        error.prompt_tokens > 0 && error.context > 0
            ? fmt::format("the prompt has {} tokens, the context {}", error.prompt_tokens, error.context)
            : one_line(error.message);
    return make(
        CallErrorKind::context,
        fmt::format("the prompt does not fit the context of '{}': {}; use a smaller workspace or answer, or start "
                    "the server with a larger context",
                    one_line(context.model, 80), sizes),
        false, status);
}

CallError unauthorised(const ServerError& error, const CallContext& context, int status) {
    const std::string key = context.has_key ? "the key in " + context.key_variable + " was not accepted"
                                            : context.key_variable + " is not set";
    return make(CallErrorKind::unauthorised,
                fmt::format("the server at {} answered {}: {}; set it, or name another variable with --api-key-env{}",
                            context.base_url, status, key,
                            error.message.empty() ? "" : " (it says: " + one_line(error.message, 160) + ")"),
                false, status);
}

bool looks_like_html(std::string_view body) {
    return trim(body).starts_with('<');
}

}  // namespace

double retry_after_seconds(std::string_view value) {
    value = trim(value);
    double seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error != std::errc() || end != value.data() + value.size()) {
        const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);
        seconds = date < 0 ? 0 : std::difftime(date, std::time(nullptr));
    }
    return seconds > 0 ? std::min(seconds, kLongestRetryAfter) : 0;
}

CallError network_error(const HttpResult& result, const CallContext& context) {
    const std::string& url = context.base_url;
    const std::string detail = one_line(result.detail, 160);
    switch (result.failure) {
        case HttpFailure::bad_url:
            return make(CallErrorKind::connection,
                        fmt::format("'{}' is not an address: expected http://host:port/v1 or https://...", url));
        case HttpFailure::resolve:
            return make(CallErrorKind::connection,
                        fmt::format("no host of that name: {}; check the address given with --url", url),
                        context.reached);
        case HttpFailure::refused:
            return make(CallErrorKind::connection,
                        fmt::format("nothing answers at {}; is the server running, and is the port right?", url),
                        context.reached);
        case HttpFailure::handshake:
            return make(CallErrorKind::connection,
                        fmt::format("no secure connection to {}: {}; does the server speak https?", url, detail),
                        context.reached);
        case HttpFailure::tls:
            return make(CallErrorKind::connection,
                        fmt::format("no secure connection to {}: {}; a certificate of one's own is named by "
                                    "SSL_CERT_FILE",
                                    url, detail));
        case HttpFailure::timeout:
            return make(CallErrorKind::connection, fmt::format("no connection to {} in time", url), true);
        case HttpFailure::idle:
            return make(CallErrorKind::connection, fmt::format("the server at {} fell silent", url), true);
        case HttpFailure::not_resent:
            return make(CallErrorKind::connection,
                        fmt::format("the server at {} closed a kept connection as the request was sent", url), true);
        case HttpFailure::too_large:
            return make(CallErrorKind::protocol, fmt::format("the reply of {} is larger than the limit", url));
        default:
            return make(CallErrorKind::connection, fmt::format("the connection to {} broke: {}", url, detail), true);
    }
}

CallError server_error(const ServerError& error, int status, const CallContext& context) {
    if (status < 400) status = error.status > 0 ? error.status : status;
    if (says_context(error)) return too_long(error, context, status);
    if (status == 401 || status == 403) return unauthorised(error, context, status);
    if (status < 500 && status != 429 && says_no_such_model(error)) return no_such_model(context, status);
    // An error in the middle of a stream without a number is the server's own.
    if (status < 400) status = error.type == "invalid_request_error" ? 400 : 500;
    const std::string message = error.message.empty() ? "no reason given" : one_line(error.message);
    return make(kind_of(status), fmt::format("the server at {} answered {}: {}", context.base_url, status, message),
                is_retryable(status), status);
}

CallError status_error(const HttpHead& head, std::string_view body, const CallContext& context) {
    const int status = head.status;
    if (body.starts_with("data:")) body.remove_prefix(5);
    const std::optional<ServerError> said = server_error_in(parse_json(body));
    CallError out;
    if (said) {
        out = server_error(*said, status, context);
    } else if (status == 401 || status == 403) {
        out = unauthorised({}, context, status);
    } else if (status >= 300 && status < 400) {
        out = make(CallErrorKind::refused,
                   fmt::format("{} answers {} (moved), which is not followed; give its new address with --url",
                               context.base_url, status),
                   false, status);
    } else {
        const std::string found = looks_like_html(body) ? "an HTML page"
                                  : body.empty()        ? "no body"
                                                        : one_line(body, 160);
        out =
            make(kind_of(status), fmt::format("the server at {} answered {} with {}", context.base_url, status, found),
                 is_retryable(status), status);
    }
    const bool wrong_path = (status == 404 || status == 405) && out.kind == CallErrorKind::refused;
    if (wrong_path)
        out.message = fmt::format(
            "expected an OpenAI-compatible API at {}, found {} for chat/completions; is the address "
            "right, and does it need /v1 at its end?",
            context.base_url, status);
    out.retry_after_s = retry_after_seconds(head.retry_after);
    return out;
}

CallError protocol_error(const ChatReply& reply, const HttpResult& result, const CallContext& context) {
    const std::string& url = context.base_url;
    if (reply.html)
        return make(
            CallErrorKind::protocol,
            fmt::format("expected an OpenAI-compatible API at {}, found an HTML page; is the address right, and "
                        "does it need /v1 at its end?",
                        url));
    if (reply.overflow)
        return make(CallErrorKind::protocol, fmt::format("a line in the reply of {} is larger than the limit", url));
    if (reply.broken_json)
        return make(CallErrorKind::protocol, fmt::format("expected JSON from {}, found half of it or none", url), true);
    if (result.body_bytes == 0)
        return make(CallErrorKind::protocol, fmt::format("the reply of {} has no body", url), true);
    if (reply.streamed)
        return make(CallErrorKind::protocol,
                    fmt::format("the stream of {} was cut: it ended without finish_reason and [DONE]", url), true);
    return make(CallErrorKind::protocol,
                fmt::format("expected a completion from {}, found a reply without choices", url), true);
}

}  // namespace retort

#include "train/tinker/answer.h"

#include <fmt/format.h>

#include "model/http/call_errors.h"
#include "model/http/http_model.h"
#include "model/http/json_text.h"

namespace retort::train::tinker {
namespace {

constexpr std::size_t kShown = 200;  // bytes of a body that a message quotes
constexpr double kRoomWait = 10;     // seconds

std::string shown(std::string_view body) {
    return one_line(body, kShown);
}

std::string said(const HttpResult& http, const Reply& reply, std::string_view body) {
    const std::string text = reply.detail.empty() ? shown(body) : reply.detail;
    return text.empty() ? fmt::format("HTTP {}", http.head.status) : fmt::format("HTTP {}: {}", http.head.status, text);
}

Answer failed(FailureKind kind, std::string message) {
    Answer out;
    out.failure = {kind, std::move(message)};
    return out;
}

Answer later(const std::string& what, const std::string& why, std::string_view retry_after = {}) {
    Answer out = failed(FailureKind::unreachable, fmt::format("{}: {}", what, why));
    out.next = Next::ask_later;
    out.wait_s = retry_after_seconds(retry_after);
    return out;
}

std::string words_of(const HttpResult& http) {
    switch (http.failure) {
        case HttpFailure::resolve:
            return "no such host";
        case HttpFailure::refused:
            return "nobody listens there";
        case HttpFailure::timeout:
        case HttpFailure::idle:
            return "no answer in time";
        case HttpFailure::handshake:
            return "the TLS handshake failed: " + http.detail;
        case HttpFailure::tls:
            return fmt::format("TLS failed: {}: certificates of one's own are named by SSL_CERT_FILE or CURL_CA_BUNDLE",
                               http.detail);
        case HttpFailure::bad_url:
            return "no address that can be called";
        case HttpFailure::too_large:
            return "the answer is larger than any that was asked for";
        default:
            return http.detail.empty() ? "the connection broke" : "the connection broke: " + http.detail;
    }
}

// The request did not get there at all.
bool never_sent(HttpFailure failure) {
    return failure == HttpFailure::resolve || failure == HttpFailure::refused || failure == HttpFailure::handshake;
}

Answer not_known(const std::string& message) {
    return failed(FailureKind::lost,
                  fmt::format("{}: whether the server counted it is not known, and it would count it twice", message));
}

// No answer came. A submission that may have been counted is not made again.
Answer without_answer(const HttpResult& http, Repeat repeat, bool submission, const std::string& what) {
    const std::string why = words_of(http);
    if (http.failure == HttpFailure::cancelled) return failed(FailureKind::stopped, what + ": stopped");
    if (http.failure == HttpFailure::bad_url || http.failure == HttpFailure::tls)
        return failed(FailureKind::refused, fmt::format("{}: {}", what, why));
    if (http.failure == HttpFailure::too_large) return failed(FailureKind::malformed, fmt::format("{}: {}", what, why));
    if (submission && repeat == Repeat::counts && !never_sent(http.failure))
        return not_known(fmt::format("{}: {}", what, why));
    return later(what, why);
}

bool says_lost(const Reply& reply) {
    return reply.detail.find("not loaded") != std::string::npos || reply.detail.find("not found") != std::string::npos;
}

bool says_missing(const Reply& reply) {
    return reply.detail.find("Checkpoint not found") != std::string::npos;
}

FailureKind kind_of(const Reply& reply) {
    if (says_missing(reply)) return FailureKind::missing;
    return says_lost(reply) ? FailureKind::lost : FailureKind::refused;
}

// A server holds so many models; one that is given up leaves in some minutes.
bool says_full(const Reply& reply) {
    return reply.detail.find("Maximum number") != std::string::npos;
}

// A redirect of the whole API, which is not followed: what is sent there has to be known.
std::string moved_to(const std::string& location) {
    if (location.empty()) return "it points elsewhere without saying where: set url to where the server is";
    const std::string page = location.substr(0, location.find('?'));
    const std::string server = page.substr(0, page.find("/api/v1/"));
    return fmt::format("it points to {}: set url", without_credentials(server.empty() ? page : server));
}

// What to do about it, where that is known; begins with ": ".
std::string advice(const HttpHead& head) {
    if (head.status >= 300 && head.status < 400) return ": " + moved_to(head.location);
    if (head.status == 413) return ": lower pack_tokens, or have the server's operator allow larger bodies";
    return "";
}

// Of a status that no repetition would change.
Answer refusal(const HttpResult& http, const Reply& reply, std::string_view body, const std::string& what) {
    const int status = http.head.status;
    const std::string message = fmt::format("{}: {}{}", what, said(http, reply, body), advice(http.head));
    if (status == 401 || status == 403) return failed(FailureKind::unauthorised, message);
    if (status == 410) return failed(FailureKind::lost, message);
    if (status == 400 || status == 404) return failed(kind_of(reply), message);
    return failed(FailureKind::refused, message);
}

std::optional<Answer> common(const HttpResult& http, const Reply& reply, std::string_view body,
                             const std::string& what) {
    const std::string why = said(http, reply, body);
    switch (http.head.status) {
        case 402: {
            Answer out = later(what, why);
            out.next = Next::billing;
            return out;
        }
        case 425:
        case 429:
            return later(what, why, http.head.retry_after);
        default:
            return std::nullopt;
    }
}

bool is_json(const HttpHead& head) {
    return head.content_type.find("json") != std::string::npos;
}

// Of a 200: a result, or a word on why there is none.
Answer of_body(Reply reply, const std::string& what) {
    if (reply.word("type") == "try_again") {
        Answer out = later(what, fmt::format("still in the queue ({})", one_line(reply.word("queue_state"), kShown)));
        out.next = Next::ask_now;
        return out;
    }
    if (reply.word("status") == "complete_metadata") {
        Answer out = later(what, "only its size was told");
        out.next = Next::ask_now;
        return out;
    }
    if (!reply.word("error").empty()) {
        const std::string error = reply.detail.empty() ? "the server names no reason" : reply.detail;
        return failed(kind_of(reply), fmt::format("{}: {}", what, error));
    }
    Answer out;
    out.next = Next::take;
    out.reply = std::move(reply);
    return out;
}

// The body, where it is JSON at all: proxies answer HTML.
Reply read_any(std::string_view body) {
    std::string why;
    auto reply = read_reply(body, why);
    return reply ? std::move(*reply) : Reply();
}

bool is_proto(const HttpHead& head) {
    return head.content_type.find("protobuf") != std::string::npos;
}

Answer good_proto(std::string_view body, const std::string& what, ReplyForm form) {
    std::string why;
    auto reply = read_proto_reply(body, form, why);
    if (!reply)
        return failed(FailureKind::malformed, fmt::format("{}: not the message that was asked for: {}", what, why));
    Answer out;
    out.next = Next::take;
    out.reply = std::move(*reply);
    return out;
}

Answer good(const HttpResult& http, std::string_view body, const std::string& what, ReplyForm form) {
    if (form != ReplyForm::json && is_proto(http.head)) return good_proto(body, what, form);
    std::string why;
    auto reply = read_reply(body, why);
    if (reply) return of_body(std::move(*reply), what);
    return failed(FailureKind::malformed,
                  fmt::format("{}: expected JSON, found {} ({}): {}", what,
                              is_json(http.head) ? "broken JSON" : "\"" + shown(http.head.content_type) + "\"", why,
                              shown(body)));
}

}  // namespace

Answer answer_to_submission(const HttpResult& http, std::string_view body, Repeat repeat, const std::string& what) {
    if (http.failure != HttpFailure::none) return without_answer(http, repeat, true, what);
    const int status = http.head.status;
    if (status >= 200 && status < 300) {
        Answer out = good(http, body, what, ReplyForm::json);
        // What a proxy says in the server's place tells nothing of what the server did.
        if (out.failure.kind == FailureKind::malformed && out.next == Next::fail && repeat == Repeat::counts)
            return not_known(out.failure.message);
        return out;
    }
    const Reply reply = read_any(body);
    if (auto known = common(http, reply, body, what)) return *known;
    if (status == 408 || status >= 500) {
        const std::string why = said(http, reply, body);
        if (repeat == Repeat::counts) return not_known(fmt::format("{}: {}", what, why));
        Answer out = later(what, why, http.head.retry_after);
        out.capped = status == 500;
        return out;
    }
    return refusal(http, reply, body, what);
}

Answer answer_to_poll(const HttpResult& http, std::string_view body, Repeat repeat, const std::string& what,
                      ReplyForm form) {
    if (http.failure != HttpFailure::none) return without_answer(http, repeat, false, what);
    const int status = http.head.status;
    if (status >= 200 && status < 300) {
        Answer out = good(http, body, what, form);
        if (out.next != Next::fail || out.failure.kind != FailureKind::malformed) return out;
        // What a proxy says in the server's place: the result is still there.
        out.next = Next::ask_later;
        out.capped = true;
        return out;
    }
    const Reply reply = read_any(body);
    if (auto known = common(http, reply, body, what)) return *known;
    const std::string why = said(http, reply, body);
    if (status == 408) {
        Answer out = later(what, why);
        out.next = Next::ask_now;
        return out;
    }
    if (status == 404 || (status == 410 && repeat == Repeat::counts))
        return failed(FailureKind::lost, fmt::format("{}: its promise is gone: {}", what, why));
    if (status == 410) {
        Answer out = later(what, why);
        out.next = Next::resubmit;
        return out;
    }
    if (status >= 500) {
        Answer out = later(what, why, http.head.retry_after);
        out.capped = status == 500;
        return out;
    }
    if (status == 400 && says_full(reply)) {
        Answer out = later(what, why);
        out.next = Next::resubmit;
        out.wait_s = kRoomWait;
        return out;
    }
    // Proxies answer a bare 400.
    if (status == 400 && reply.detail.empty()) {
        Answer out = later(what, why);
        out.capped = true;
        return out;
    }
    return refusal(http, reply, body, what);
}

}  // namespace retort::train::tinker

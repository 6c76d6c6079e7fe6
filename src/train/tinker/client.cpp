#include "train/tinker/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/http/http_model.h"
#include "train/tinker/proto_messages.h"
#include "train/tinker/waits.h"

namespace retort::train::tinker {
namespace {

constexpr double kMostRequestBytes = 1 << 30;      // that a server is believed to take
constexpr std::chrono::seconds kPollTimeout{330};  // servers answer a poll after 300 s at the latest
constexpr std::chrono::minutes kIdle{2};           // of a download, without a byte
constexpr std::size_t kShown = 1000;               // bytes of an answer that is no file
constexpr std::size_t kResultPiece = std::size_t{16}
                                     << 10;  // bytes that are read at once of a result, which may be long
constexpr std::chrono::minutes kQuiet{5};    // of a call whose server says no more than that it is at work
constexpr std::chrono::milliseconds kBetweenPolls{100};
constexpr const char* kProtoType = "Content-Type: application/x-protobuf";
constexpr const char* kAcceptProto = "Accept: application/x-protobuf";
constexpr const char* kPollPath = "/api/v1/retrieve_future";

using Steady = std::chrono::steady_clock;

Answer stopped(Answer answer) {
    answer.next = Next::fail;
    answer.failure = {FailureKind::stopped, answer.failure.message + "; stopped while waiting for it"};
    return answer;
}

// Nothing was done of what was sent with a token that the server no longer takes.
bool ran_out(const Answer& answer, const std::string& token) {
    return !token.empty() && answer.next == Next::fail && answer.failure.kind == FailureKind::unauthorised;
}

bool has_succeeded(const HttpResult& http) {
    return http.failure == HttpFailure::none && http.head.status >= 200 && http.head.status < 300;
}

// A name that is taken, mostly by a try whose answer did not come: the next try has another.
Answer taken_name(Answer answer) {
    answer.next = Next::ask_later;
    answer.capped = true;
    return answer;
}

Answer taken_unread() {
    Answer out;
    out.next = Next::take;
    return out;
}

// What a server without the binary form says of a body that is no JSON.
bool may_mean_no_proto(int status) {
    return status == 400 || status == 404 || status == 415 || status == 422 || status == 500;
}

// Where the file is that the server speaks of instead of giving it: by a redirect, or in words. "": it gave it.
std::string place_of_file(const HttpResult& http, std::string_view body, const std::string& url) {
    const int status = http.head.status;
    if (status >= 300 && status < 400) return url_of_redirect(url, http.head.location);
    if (!has_succeeded(http) || http.head.content_type.find("json") == std::string::npos) return "";
    std::string why;
    const auto reply = read_reply(body, why);
    return reply ? url_of_redirect(url, std::string(reply->word("url"))) : "";
}

// There are servers that have no such call.
bool means_no_flags(const Failure& failure) {
    return failure.kind == FailureKind::refused || failure.kind == FailureKind::lost ||
           failure.kind == FailureKind::malformed;
}

}  // namespace

Client::Client(asio::io_context& loop, ClientOptions options) : http_(loop), options_(std::move(options)) {}

HttpRequest Client::request_to(const std::string& url, const std::string& key) const {
    HttpRequest out;
    out.url = url;
    out.timeouts.idle = std::chrono::milliseconds(0);
    if (!key.empty()) out.headers.push_back((options_.bearer ? "Authorization: Bearer " : "X-API-Key: ") + key);
    return out;
}

Task<Client::Received> Client::send(HttpRequest request) {
    Received out;
    const OnBody on_body = [&out](const HttpHead&, std::string_view part) {
        out.body += part;
        return BodyVerdict::more;
    };
    out.http = co_await http_.send(std::move(request), on_body, options_.stop);
    co_return out;
}

Task<Client::Received> Client::try_once(const Call& call, std::string body, std::chrono::seconds timeout) {
    HttpRequest request = request_to(options_.url + call.path, call.by_key ? options_.key : key_now());
    request.post = !body.empty();
    const bool is_proto = call.proto_body && call.path != kPollPath;
    const bool packs = is_proto && packs_;
    request.body = packs ? packed(body) : std::move(body);
    request.timeouts.total = timeout;
    request.max_bytes = call.max_bytes;
    if (call.path == kPollPath) request.read_bytes = kResultPiece;
    // One that counts must not meet a kept connection that is dead: whether it was sent would not be known.
    request.own_connection = call.repeat == Repeat::counts && call.path != kPollPath;
    if (request.post) request.headers.emplace_back(is_proto ? kProtoType : "Content-Type: application/json");
    if (packs) request.headers.emplace_back("Content-Encoding: zstd");
    if (call.path == kPollPath && call.form != ReplyForm::json) request.headers.emplace_back(kAcceptProto);
    Received out = co_await send(std::move(request));
    co_return out;
}

// Until there is an answer to take, or a reason to end or to begin anew. With a promise: what was promised.
Task<Answer> Client::answered(const Call& call, std::optional<std::string> promise, std::string* text) {
    Waits waits(options_);
    Call sent = call;
    if (promise) sent.path = kPollPath;
    bool renewed = false;
    const Steady::time_point began = Steady::now();
    while (true) {
        const std::string token = sent.by_key ? std::string() : token_;
        std::string body = promise ? promise_body(*promise) : call.body ? call.body() : std::string();
        Received got = co_await try_once(sent, std::move(body), promise ? kPollTimeout : sent.timeout);
        Answer answer = promise ? answer_to_poll(got.http, got.body, call.repeat, call.what, call.form)
                        : text != nullptr && has_succeeded(got.http)
                            ? taken_unread()
                            : answer_to_submission(got.http, got.body, call.repeat, call.what);
        if (answer.next == Next::take)
            met_ = true;
        else
            answer.failure = named(std::move(answer.failure), got.http);
        if (sent.renamed && got.http.head.status == 409) answer = taken_name(std::move(answer));
        if (sent.proto_body && !promise && may_mean_no_proto(got.http.head.status))
            answer.failure.message += " (of a server without the binary form: tinker.wire = \"json\")";
        const bool quiet = Steady::now() - began > kQuiet;
        if (answer.next == Next::take || (answer.next == Next::ask_now && !quiet)) tell_recovery();
        if (ran_out(answer, token) && !std::exchange(renewed, true)) {
            const bool usable = co_await renew_token(token);
            if (usable) continue;
        }
        if (answer.next == Next::take && text != nullptr) *text = std::move(got.body);
        if (answer.next == Next::take || answer.next == Next::fail || answer.next == Next::resubmit) co_return answer;
        if (answer.next == Next::ask_now) {
            waits.heard();
            renewed = false;
            // So long that somebody should know of it, and may stop it.
            if (quiet) tell_outage(answer);
            const bool slept = co_await options_.sleep(kBetweenPolls, options_.stop);
            if (slept) continue;
            co_return stopped(std::move(answer));
        }
        tell_outage(answer);
        std::optional<Failure> over = co_await waits.wait(answer);
        if (!over) continue;
        answer.next = Next::fail;
        answer.failure = std::move(*over);
        co_return answer;
    }
}

Task<Result<Reply>> Client::ask(Call call) {
    Answer answer = co_await answered(call, std::nullopt);
    if (answer.next != Next::take) co_return answer.failure;
    co_return std::move(answer.reply);
}

Task<Result<std::string>> Client::ask_text(Call call) {
    std::string text;
    const Answer answer = co_await answered(call, std::nullopt, &text);
    if (answer.next != Next::take) co_return answer.failure;
    co_return text;
}

Task<Result<std::string>> Client::submit(Call call) {
    const Answer answer = co_await answered(call, std::nullopt);
    if (answer.next != Next::take) co_return answer.failure;
    std::string promise(answer.reply.word("request_id"));
    if (promise.empty())
        co_return named({FailureKind::malformed, call.what + ": expected a promise (request_id), found none"});
    co_return promise;
}

Task<void> Client::mention(Call call) {
    co_await try_once(call, call.body(), call.timeout);
}

Task<Result<Reply>> Client::result(std::string promise, Call call) {
    Answer answer = co_await answered(call, std::move(promise));
    if (answer.next != Next::take) co_return answer.failure;
    co_return std::move(answer.reply);
}

Task<Result<Reply>> Client::call(Call call) {
    Waits waits(options_);
    while (true) {
        Result<std::string> promise = co_await submit(call);
        if (!promise) co_return promise.error();
        Answer answer = co_await answered(call, std::move(*promise));
        if (answer.next == Next::take) co_return std::move(answer.reply);
        if (answer.next != Next::resubmit) co_return answer.failure;
        tell_outage(answer);
        const std::optional<Failure> over = co_await waits.wait(answer);
        if (over) co_return *over;
    }
}

Task<Result<bool>> Client::log_in() {
    Call flags{"/api/v1/client/config", "client/config", [] { return std::string(R"({"sdk_version":"0.0.0"})"); }};
    flags.by_key = true;
    const Result<Reply> reply = co_await ask(flags);
    if (!reply && means_no_flags(reply.error())) co_return false;
    if (!reply) co_return reply.error();
    packs_ = reply->word("proto_compress_fwdbwd") == "true";
    if (const auto bytes = reply->numbers.find("fwdbwd_max_chunk_bytes_count"); bytes != reply->numbers.end())
        most_bytes_ = static_cast<std::size_t>(std::clamp(bytes->second, 1.0, kMostRequestBytes));
    if (reply->word("pjwt_auth_enabled") != "true") co_return true;
    Result<bool> taken = co_await take_token();
    co_return taken;
}

Task<Result<bool>> Client::take_token() {
    Call login{"/api/v1/auth/token", "auth/token", [] { return std::string("{}"); }};
    login.by_key = true;
    const Result<Reply> reply = co_await ask(login);
    if (!reply) co_return reply.error();
    std::string token(reply->word("jwt"));
    if (token.empty()) co_return named({FailureKind::malformed, "auth/token: expected a token (jwt), found none"});
    token_ = std::move(token);
    co_return true;
}

// Of many calls the first renews it.
Task<bool> Client::renew_token(std::string old) {
    if (token_ != old) co_return true;
    const Result<bool> taken = co_await take_token();
    co_return taken.has_value();
}

// Once, through a redirect.
Task<Client::Received> Client::fetch(std::string path, std::size_t max_bytes) {
    const std::string url = options_.url + path;
    HttpRequest request = request_to(url, key_now());
    request.max_bytes = max_bytes;
    request.timeouts.idle = kIdle;
    Received got = co_await send(std::move(request));
    const std::string there = place_of_file(got.http, got.body, url);
    if (there.empty()) co_return got;
    request = request_to(there, there.starts_with(options_.url + "/") ? key_now() : std::string());
    request.max_bytes = max_bytes;
    request.timeouts.idle = kIdle;
    got = co_await send(std::move(request));
    co_return got;
}

Task<Result<std::string>> Client::download(std::string path, std::string what, std::size_t max_bytes) {
    Waits waits(options_);
    while (true) {
        Received got = co_await fetch(path, max_bytes);
        if (got.http.failure == HttpFailure::none && got.http.head.status == 200) {
            tell_recovery();
            co_return std::move(got.body);
        }
        if (got.http.failure == HttpFailure::too_large)
            co_return named(
                {FailureKind::malformed,
                 fmt::format("{}: more than {} bytes, which no adapter has: a whole model is to be served as "
                             "the model itself, without LoRA",
                             what, max_bytes)});
        Answer answer = answer_to_submission(got.http, got.body.substr(0, kShown), Repeat::harmless, what);
        answer.failure = named(std::move(answer.failure), got.http);
        if (answer.next != Next::ask_later && answer.next != Next::billing) co_return answer.failure;
        tell_outage(answer);
        const std::optional<Failure> over = co_await waits.wait(answer);
        if (over) co_return *over;
    }
}

// A proxy may say back what it was sent.
std::string Client::masked(std::string text) const {
    for (const std::string* secret : {&options_.key, &token_})
        for (std::size_t at = secret->empty() ? std::string::npos : text.find(*secret); at != std::string::npos;
             at = text.find(*secret, at + 3))
            text.replace(at, secret->size(), "***");
    return text;
}

// With what only this client knows of its server: where it is, and where the key is read.
Failure Client::named(Failure failure, const HttpResult& http) const {
    failure.message = masked(std::move(failure.message));
    if (failure.kind != FailureKind::stopped)
        failure.message += fmt::format(" ({})", without_credentials(options_.url));
    if (http.head.status == 404 && !met_ && !options_.bearer) failure.message += ": no Tinker server there";
    if (failure.kind == FailureKind::unauthorised && !options_.key_env.empty())
        failure.message += ": expected a key in " + options_.key_env;
    return failure;
}

void Client::tell_outage(const Answer& why) {
    const bool billing = why.next == Next::billing;
    if (outage_ && (!billing || told_of_pause_)) return;
    outage_ = true;
    told_of_pause_ = billing;
    const std::string& message = why.failure.message;
    if (why.next == Next::ask_now)
        options_.told(message + "; waiting for it");
    else
        options_.told(fmt::format("{}; waiting for {}, {:.0f} s at most", message,
                                  billing ? "the account" : "the server", longest_wait(why, options_)));
}

void Client::tell_recovery() {
    if (!outage_) return;
    outage_ = told_of_pause_ = false;
    options_.told(without_credentials(options_.url) + " answers again");
}

}  // namespace retort::train::tinker

#include "train/tinker/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "train/tinker/messages.h"

namespace retort::train::tinker {
namespace {

constexpr double kLongestWait = 30;  // seconds between tries
constexpr double kBillingWait = 5;   // while the account is paused
constexpr double kBillingPatience = 3600;
constexpr int kCappedTries = 5;
constexpr double kSubmitTimeout = 60;
constexpr double kPollTimeout = 330;  // servers answer a poll after 300 s at the latest
constexpr int kMostResubmissions = 3;
constexpr const char* kPollPath = "/api/v1/retrieve_future";

std::chrono::nanoseconds duration(double seconds) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace

// How long one call has waited, and whether it may go on.
class Client::Waits {
  public:
    explicit Waits(const ClientOptions& options) : options_(options) {}

    // The failure where the call has waited long enough.
    Task<std::optional<Failure>> wait(const Answer& answer) {
        const bool billing = answer.next == Next::billing;
        const double most = billing ? kBillingPatience : options_.patience_s;
        double seconds = billing ? kBillingWait : std::min(std::pow(2.0, tries_), kLongestWait);
        seconds = std::max(seconds, std::min(answer.wait_s, most));
        ++tries_;
        if (answer.capped && ++capped_ >= kCappedTries)
            co_return Failure{FailureKind::refused, fmt::format("{} ({} times)", answer.failure.message, capped_)};
        if (waited_ + seconds > most)
            co_return Failure{answer.failure.kind,
                              fmt::format("{}; given up after {:.0f} s of waiting", answer.failure.message, waited_)};
        waited_ += seconds;
        const bool slept = co_await options_.sleep(duration(seconds), options_.stop);
        if (!slept) co_return Failure{FailureKind::stopped, answer.failure.message + "; stopped while waiting for it"};
        co_return std::nullopt;
    }

    // The server is at work on it.
    void heard() { tries_ = 0, waited_ = 0; }

  private:
    const ClientOptions& options_;
    double waited_ = 0;
    int tries_ = 0;
    int capped_ = 0;
};

Client::Client(asio::io_context& loop, ClientOptions options) : http_(loop), options_(std::move(options)) {}

Task<Client::Received> Client::send(const Call& call, std::string body, double timeout_s) {
    Received out;
    HttpRequest request;
    request.post = !body.empty();
    request.url = options_.url + call.path;
    request.body = std::move(body);
    request.timeouts.idle = std::chrono::milliseconds(0);
    request.timeouts.total = std::chrono::milliseconds(static_cast<std::int64_t>(timeout_s * 1000));
    request.max_bytes = call.max_bytes;
    if (request.post) request.headers.emplace_back("Content-Type: application/json");
    const std::string& key = token_.empty() ? options_.key : token_;
    if (!key.empty()) request.headers.push_back("X-API-Key: " + key);
    const OnBody on_body = [&out](const HttpHead&, std::string_view part) {
        out.body += part;
        return BodyVerdict::more;
    };
    out.http = co_await http_.send(std::move(request), on_body, options_.stop);
    co_return out;
}

// Until there is an answer to take, or a reason to end. `resubmit`: the promise is gone and may be asked for again.
Task<Result<Reply>> Client::answered(const Call& call, bool poll, std::string promise, bool& resubmit) {
    Waits waits(options_);
    Call sent = call;
    if (poll) sent.path = kPollPath;
    while (true) {
        std::string body = poll ? promise_body(promise) : call.body ? call.body() : std::string();
        const Received got = co_await send(sent, std::move(body), poll ? kPollTimeout : kSubmitTimeout);
        Answer answer = poll ? answer_to_poll(got.http, got.body, call.repeat, call.what)
                             : answer_to_submission(got.http, got.body, call.repeat, call.what);
        if (answer.next == Next::take || answer.next == Next::ask_now) tell_recovery();
        if (answer.next == Next::take) co_return std::move(answer.reply);
        if (answer.next == Next::fail) co_return answer.failure;
        if (answer.next == Next::resubmit) {
            resubmit = true;
            co_return answer.failure;
        }
        if (answer.next == Next::ask_now) {
            waits.heard();
            continue;
        }
        tell_outage(answer.failure);
        const std::optional<Failure> over = co_await waits.wait(answer);
        if (over) co_return *over;
    }
}

Task<Result<Reply>> Client::ask(Call call) {
    bool resubmit = false;
    Result<Reply> reply = co_await answered(call, false, {}, resubmit);
    co_return reply;
}

Task<Result<std::string>> Client::submit(Call call) {
    bool resubmit = false;
    const Result<Reply> reply = co_await answered(call, false, {}, resubmit);
    if (!reply) co_return reply.error();
    std::string promise(reply->word("request_id"));
    if (promise.empty())
        co_return Failure{FailureKind::malformed, call.what + ": expected a promise (request_id), found none"};
    co_return promise;
}

Task<Result<Reply>> Client::result(std::string promise, Call call) {
    bool resubmit = false;
    Result<Reply> reply = co_await answered(call, true, std::move(promise), resubmit);
    co_return reply;
}

Task<Result<Reply>> Client::call(Call call) {
    for (int tries = 1;; ++tries) {
        Result<std::string> promise = co_await submit(call);
        if (!promise) co_return promise.error();
        bool resubmit = false;
        Result<Reply> reply = co_await answered(call, true, std::move(*promise), resubmit);
        if (!resubmit || tries == kMostResubmissions) co_return reply;
    }
}

Task<Result<bool>> Client::log_in() {
    const Call flags{"/api/v1/client/config", "client/config",
                     [] { return std::string(R"({"sdk_version":"0.0.0"})"); }};
    const Received got = co_await send(flags, flags.body(), kSubmitTimeout);
    std::string why;
    const std::optional<Reply> reply = read_reply(got.body, why);
    if (got.http.head.status != 200 || !reply || reply->word("pjwt_auth_enabled") != "true") co_return false;
    const Call login{"/api/v1/auth/token", "auth/token", [] { return std::string("{}"); }};
    const Result<Reply> token = co_await ask(login);
    if (!token) co_return token.error();
    token_ = token->word("jwt");
    if (token_.empty()) co_return Failure{FailureKind::malformed, "auth/token: expected a token (jwt), found none"};
    co_return true;
}

void Client::tell_outage(const Failure& why) {
    if (outage_) return;
    outage_ = true;
    options_.told(why.message + "; waiting for the server");
}

void Client::tell_recovery() {
    if (!outage_) return;
    outage_ = false;
    options_.told("the server answers again");
}

}  // namespace retort::train::tinker

// Calls to a training server over HTTP: promises polled, outages waited out, answers judged by the protocol's table.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "async/sleep.h"
#include "async/task.h"
#include "model/http/http_client.h"
#include "train/tinker/answer.h"
#include "train/tinker/failure.h"
#include "train/tinker/messages.h"
#include "train/tinker/reply.h"

namespace retort::train::tinker {

struct ClientOptions {
    std::string url;          // "http://host:8000"; paths are below it
    std::string key;          // X-API-Key; never shown
    bool bearer = false;      // the key is told as OpenAI's servers want it instead
    std::string key_env;      // where it came from, for messages
    double patience_s = 600;  // that the waits between tries of one call may come to
    std::function<void(const std::string&)> told = [](const std::string&) {};  // an outage begins or ends
    std::stop_token stop = {};                                                 // no further waiting
    Sleeper sleep = sleep_for;
};

struct Call {
    std::string path;                   // "/api/v1/forward"
    std::string what;                   // for people: "forward 12"
    std::function<std::string()> body;  // made anew for each try; null: a GET
    bool proto_body = false;            // it is a message of the binary form
    ReplyForm form = ReplyForm::json;   // of what is promised
    Repeat repeat = Repeat::harmless;
    bool renamed = false;                          // each try names what is made anew: a name that is taken is no end
    std::size_t max_bytes = std::size_t{1} << 20;  // of the answer
    bool by_key = false;                           // by the key itself, also where a token stands in its place
    std::chrono::seconds timeout{60};              // of one try
};

// All members on the loop's thread; any number of calls in flight.
class Client {
  public:
    // The loop must outlive this.
    Client(asio::io_context& loop, ClientOptions options);

    // The server answers at once.
    Task<Result<Reply>> ask(Call call);

    // Likewise: what it wrote, which need not be JSON.
    Task<Result<std::string>> ask_text(Call call);

    // The server answers with a promise: its id.
    Task<Result<std::string>> submit(Call call);

    // Once, whatever comes of it.
    Task<void> mention(Call call);

    // What was promised. `call` is what was submitted.
    Task<Result<Reply>> result(std::string promise, Call call);

    // Both, and again where the promise got lost or the server has no room yet.
    Task<Result<Reply>> call(Call call);

    // A token of the key is sent in its place from now on, where the server wants that, and another when it has run
    // out. Whether it has flags at all.
    Task<Result<bool>> log_in();

    // Messages of the binary form are packed from now on, where log_in() found that the server wants it.
    bool packs() const { return packs_; }

    // Of a forward or forward_backward: what the server takes, where log_in() found it told; else any.
    std::size_t most_bytes() const { return most_bytes_; }

    // A file of the server, or of another that it points to, which does not get the key.
    Task<Result<std::string>> download(std::string path, std::string what, std::size_t max_bytes);

    // Calls wait for a server that is not well.
    bool in_outage() const { return outage_; }

  private:
    struct Received {
        HttpResult http;
        std::string body;
    };
    Task<Result<bool>> take_token();
    Task<bool> renew_token(std::string old);
    HttpRequest request_to(const std::string& url, const std::string& key) const;
    const std::string& key_now() const { return token_.empty() ? options_.key : token_; }
    Task<Received> send(HttpRequest request);
    Task<Received> fetch(std::string path, std::size_t max_bytes);
    std::string masked(std::string text) const;
    Task<Received> try_once(const Call& call, std::string body, std::chrono::seconds timeout);
    // `text`: becomes the body of an answer that is taken; may be null.
    Task<Answer> answered(const Call& call, std::optional<std::string> promise, std::string* text = nullptr);
    // `http`: what came, where something did.
    Failure named(Failure failure, const HttpResult& http = {}) const;
    void tell_outage(const Answer& why);
    void tell_recovery();

    HttpClient http_;
    const ClientOptions options_;
    std::string token_;  // in the key's place
    bool packs_ = false;
    bool met_ = false;  // something was answered as the protocol has it
    std::size_t most_bytes_ = kAnyBytes;
    bool outage_ = false;
    bool told_of_pause_ = false;  // of the account, in this outage
};

}  // namespace retort::train::tinker

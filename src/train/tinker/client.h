// Calls to a training server over HTTP: promises polled, outages waited out, answers judged by the protocol's table.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>

#include "async/sleep.h"
#include "async/task.h"
#include "model/http/http_client.h"
#include "train/tinker/answer.h"
#include "train/tinker/failure.h"
#include "train/tinker/reply.h"

namespace retort::train::tinker {

struct ClientOptions {
    std::string url;          // "http://host:8000"; paths begin with /api/v1 below it
    std::string key;          // X-API-Key; never shown
    double patience_s = 600;  // that the waits between tries of one call may come to
    std::function<void(const std::string&)> told = [](const std::string&) {};  // an outage begins or ends
    std::stop_token stop = {};                                                 // no further waiting
    Sleeper sleep = sleep_for;
};

struct Call {
    std::string path;                   // "/api/v1/forward"
    std::string what;                   // for people: "forward 12"
    std::function<std::string()> body;  // made anew for each try; null: a GET
    Repeat repeat = Repeat::harmless;
    std::size_t max_bytes = std::size_t{1} << 20;  // of the answer
};

// All members on the loop's thread; any number of calls in flight.
class Client {
  public:
    // The loop must outlive this.
    Client(asio::io_context& loop, ClientOptions options);

    // The server answers at once.
    Task<Result<Reply>> ask(Call call);

    // The server answers with a promise: its id.
    Task<Result<std::string>> submit(Call call);

    // What was promised. `call` is what was submitted. Its failure may have Next::resubmit's meaning: see call().
    Task<Result<Reply>> result(std::string promise, Call call);

    // Both, and once more where the promise got lost and a repetition is harmless.
    Task<Result<Reply>> call(Call call);

    // A token of the key is sent in its place from now on, where the server wants that. 404: it does not.
    Task<Result<bool>> log_in();

    // Calls wait for a server that is not well.
    bool in_outage() const { return outage_; }

  private:
    struct Received {
        HttpResult http;
        std::string body;
    };
    class Waits;
    Task<Received> send(const Call& call, std::string body, double timeout_s);
    Task<Result<Reply>> answered(const Call& call, bool poll, std::string promise, bool& resubmit);
    void tell_outage(const Failure& why);
    void tell_recovery();

    HttpClient http_;
    const ClientOptions options_;
    std::string token_;  // in the key's place
    bool outage_ = false;
};

}  // namespace retort::train::tinker

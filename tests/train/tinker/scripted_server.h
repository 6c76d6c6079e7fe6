// A server that answers each path as told, and a client of it for which no time passes.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/mock_server.h"
#include "train/tinker/client.h"

namespace retort::train::tinker::test {

using nlohmann::json;
using retort::test::json_reply;
using retort::test::MockReply;
using retort::test::MockRequest;

inline MockReply hang_up() {
    MockReply out;
    out.close_before = true;
    return out;
}

inline MockReply plain(int status, const std::string& body, const std::string& type = "text/plain") {
    MockReply out;
    out.status = status;
    out.content_type = type;
    out.pieces = {body};
    return out;
}

inline MockReply promise(const std::string& id) {
    return json_reply(200, {{"request_id", id}});
}

// The key that it was sent with; empty: none.
inline std::string key_of(const MockRequest& request) {
    const auto found = request.headers.find("x-api-key");
    return found == request.headers.end() ? "" : found->second;
}

class ScriptedServer {
  public:
    // The n-th request of a path has its n-th answer; the last one stays. "retrieve_future 7" is the path of polls of
    // the promise 7, where it is there.
    explicit ScriptedServer(std::map<std::string, std::vector<MockReply>> answers)
        : answers_(std::move(answers)), server_(options()) {}

    std::string url() const { return fmt::format("http://127.0.0.1:{}", server_.port()); }

    // What came, by path; once the answers have.
    std::vector<MockRequest> requests(const std::string& path) const {
        const std::lock_guard lock(mutex_);
        const auto found = requests_.find("/api/v1/" + path);
        return found == requests_.end() ? std::vector<MockRequest>() : found->second;
    }

  private:
    retort::test::MockOptions options() {
        retort::test::MockOptions out;
        out.script = [this](const MockRequest& request) { return std::optional(answer(request)); };
        return out;
    }

    MockReply answer(const MockRequest& request) {
        const std::lock_guard lock(mutex_);
        requests_[request.path].push_back(request);
        std::string path = request.path;
        if (path.ends_with("retrieve_future")) {
            const std::string own = path + " " + request.json.value("request_id", "");
            if (answers_.contains(own.substr(std::string("/api/v1/").size()))) path = own;
        }
        std::vector<MockRequest>& seen = requests_[path];
        if (path != request.path) seen.push_back(request);
        const auto found = answers_.find(path.substr(std::string("/api/v1/").size()));
        if (found == answers_.end()) return json_reply(404, {{"detail", "Not Found"}});
        return found->second[std::min(seen.size(), found->second.size()) - 1];
    }

    const std::map<std::string, std::vector<MockReply>> answers_;
    mutable std::mutex mutex_;
    std::map<std::string, std::vector<MockRequest>> requests_;
    retort::test::MockServer server_;  // last: its thread uses all of the above
};

// Time that is noted and does not pass.
struct Waited {
    std::vector<double> seconds;
    std::size_t stops_after = 1000000;  // waits; what is waited for then is given up

    static Task<bool> wait(Waited& self, std::chrono::nanoseconds duration) {
        self.seconds.push_back(std::chrono::duration<double>(duration).count());
        co_return self.seconds.size() <= self.stops_after;
    }
};

struct ClientBench {
    explicit ClientBench(std::map<std::string, std::vector<MockReply>> answers) : server(std::move(answers)) {
        options.url = server.url();
        options.told = [this](const std::string& line) { told.push_back(line); };
        options.sleep = [this](std::chrono::nanoseconds duration, std::stop_token) {
            return Waited::wait(waited, duration);
        };
    }

    Client& client() {
        if (!client_) client_.emplace(loop, options);
        return *client_;
    }

    template <class T>
    T run(Task<T> task) {
        return run_to_end(loop, std::move(task));
    }

    ScriptedServer server;
    asio::io_context loop;
    ClientOptions options;  // until the client is asked for
    Waited waited;
    std::vector<std::string> told;

  private:
    std::optional<Client> client_;
};

}  // namespace retort::train::tinker::test

// What is known of the server behind an address.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/http/dialect.h"
#include "model/http/http_client.h"

namespace retort {

struct ServerProfile {
    Dialect dialect = kDialects.front();
    std::vector<std::string> models;  // that it lists
    std::int64_t context = 0;         // of the model asked for; 0: not said
    std::string note;                 // for people: why it is held for generic; empty when it said what it is
    bool answered = false;
    bool settled = true;  // false: nobody there, or still loading; worth asking again
};

struct ProbeOptions {
    std::string base_url;  // without a slash at its end
    std::string model;
    std::vector<std::string> headers;
    std::chrono::milliseconds bound{0};  // 0: by the address, see probe_bound
};

// 250 ms for an address of this machine, 3 s for others: a server that does not answer costs no more than that.
std::chrono::milliseconds probe_bound(std::string_view url);

// "http://host:port/v1" -> "http://host:port": where servers have what is theirs alone.
std::string server_root(std::string_view base_url);

// Asks GET {base}/models, and nothing else. Never fails: a server that says nothing useful is generic, with a note.
Task<ServerProfile> probe_server(HttpClient& client, ProbeOptions options, std::stop_token stop);

// What a body of GET /models says. Pure.
ServerProfile profile_from_models(std::string_view body, std::string_view model);

}  // namespace retort

// The file of a gateway: model servers, keys, names, and where it listens.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/serve_models.h"
#include "cli/settings.h"
#include "gateway/gateway.h"

namespace retort::cli {

// What is kept of requests, and where.
struct ServeJournal {
    std::optional<gateway::Keep> keep;  // none: nothing
    std::string file;                   // empty: in the user's folder for such files
    double days = 30;                   // 0: all
    std::int64_t bytes = std::int64_t{1} << 30;

    friend bool operator==(const ServeJournal&, const ServeJournal&) = default;
};

// "off", "metrics" or "full", as files and options have it; nothing else.
std::optional<gateway::Keep> keep_from(const std::string& word);

struct ServeFile {
    std::optional<std::string> listen;  // HOST:PORT
    std::optional<gateway::TlsFiles> tls;
    ServeJournal journal;
    std::vector<InProcessModel> in_process;
    gateway::GatewayRules rules;
};

// TOML. `name` stands in messages, which say line and expectation. Keys of servers come from the environment.
Outcome<ServeFile> parse_serve_file(const std::string& name, const std::string& text, const Environment& environment);

// What of it differs and holds from a start to the next alone, as the file calls it: "listen"; "[tls]" where it came or
// went.
std::vector<std::string> wanting_a_new_start(const ServeFile& started, const ServeFile& now);

}  // namespace retort::cli

// The file of a gateway: model servers, keys, names, and where it listens.
#pragma once

#include <optional>
#include <string>

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

}  // namespace retort::cli

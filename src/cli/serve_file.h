// The file of a gateway: model servers, keys, names, and where it listens.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "cli/settings.h"
#include "gateway/gateway.h"

namespace retort::cli {

struct ServeFile {
    std::optional<std::string> listen;  // HOST:PORT
    std::optional<gateway::TlsFiles> tls;
    gateway::GatewayRules rules;
};

// TOML. `name` stands in messages, which say line and expectation. Keys of servers come from the environment.
Outcome<ServeFile> parse_serve_file(const std::string& name, const std::string& text, const Environment& environment);

}  // namespace retort::cli

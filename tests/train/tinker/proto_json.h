// The binary form of the Tinker protocol as a server sees it: requests as the JSON that they stand for, results of
// JSON. Numbers of fields are written out here once more, by the protocol's page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace retort::train::tinker::test {

struct ProtoPass {
    bool forward_only = false;
    nlohmann::json body;  // of forward or forward_backward
};

// Throws protozero's exceptions.
ProtoPass read_proto_pass(std::string_view body);

// Of what zstd has packed.
std::string unpacked(std::string_view body);

// Of a result of forward, forward_backward ("loss_fn_outputs") or asample ("sequences").
std::string proto_of(const nlohmann::json& result);

}  // namespace retort::train::tinker::test

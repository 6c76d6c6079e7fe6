// GET /v1/models: what the model server lists, and what operators make of it. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retort::gateway {

struct Offer {
    std::vector<std::string> local;      // models in process
    std::string model;                   // the default; empty: none
    std::vector<std::string> operators;  // "pdr:4"
    std::map<std::string, std::string, std::less<>> aliases;
    std::int64_t created = 0;  // seconds since 1970
};

// `upstream`: its own list, whose entries stay as they are; empty: there is no upstream. Nothing where it is no list.
std::optional<std::string> model_list(std::string_view upstream, const Offer& offer);

// One entry of the gateway's own: of an operator, an alias or a model in process.
std::string model_entry(const std::string& id, const Offer& offer);

}  // namespace retort::gateway

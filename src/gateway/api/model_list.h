// GET /v1/models: what the model server lists, and what operators make of it. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
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

// `upstreams`: their own lists, whose entries stay as they are; of one model that several have, the first. What is no
// list is left out; nothing where there are some, and none is a list.
std::optional<std::string> model_list(const std::vector<std::string>& upstreams, const Offer& offer);

// The ids that such a list has; nothing where it is none.
std::optional<std::set<std::string, std::less<>>> ids_in(std::string_view list);

// The entry of this id in such a list; nothing where it has none.
std::optional<std::string> entry_in(std::string_view list, std::string_view id);

// One entry of the gateway's own: of an operator, an alias or a model in process.
std::string model_entry(const std::string& id, const Offer& offer);

}  // namespace retort::gateway

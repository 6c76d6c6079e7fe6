// The model's name in a request says which operator is meant, and which model it runs over.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace retort::gateway {

struct RequestedModel {
    std::string operator_name;  // "pdr:8,4"; empty: none, the request is passed on
    bool by_default = false;    // "retort": the operator that the gateway was started with
    std::string model;          // at the upstream; empty: the gateway's default
    bool as_it_is = false;      // the name is the upstream's own: nothing of the body changes
};

// "[operator][@model]", "retort/operator[@model]", "retort[@model]", an alias of one of these, or a name of the
// upstream's. Whatever begins with a method's name is an operator, also where the rest is none: that is told, not
// passed on.
RequestedModel requested_model(std::string_view name, const std::map<std::string, std::string, std::less<>>& aliases);

// What may have been meant by a name of the upstream's that it does not know: "pdr:2@qwen" by "pdrr:2@qwen". Empty: no
// operator is one edit away.
std::string nearly_operator(std::string_view name);

}  // namespace retort::gateway

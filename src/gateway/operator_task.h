// From a request that names an operator to what is to be run.
#pragma once

#include <string>
#include <string_view>

#include "gateway/api/chat_object.h"
#include "gateway/chat_run.h"
#include "gateway/models_in_reach.h"

namespace retort::gateway {

// An API by which operators answer.
struct OperatorApi {
    std::string_view path;
    ApiOutcome<ChatObject> (*chat_of)(std::string_view body);
    std::unique_ptr<ReplyWriter> (*writer)(ReplyIdentity identity);
    bool repeats = false;  // replies repeat what was asked for
};
const OperatorApi* operator_api(std::string_view path);  // null: by this one none answers

// A request for an operator, as far as its model's name and its headers say.
struct AskedOperator {
    const OperatorApi* api = nullptr;
    std::string operator_name;  // empty: `otherwise`, or else the prompt set's
    std::string otherwise;
    std::string model;
    std::string shown;  // the name that the client used
    std::string key;    // secret, the client's own for the model server; empty: none goes on
};

// Without identity and writer. The error says what no operator, or not this model, can keep to.
ApiOutcome<ChatTask> operator_task(const RequestHead& head, std::string_view body, const AskedOperator& asked,
                                   const ModelsInReach& models);

}  // namespace retort::gateway

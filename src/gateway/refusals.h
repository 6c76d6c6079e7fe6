// Why the gateway itself does not answer a request.
#pragma once

#include <optional>
#include <string>

#include "gateway/api/api_error.h"
#include "gateway/http/message.h"
#include "gateway/upstream/fleet.h"

namespace retort::gateway {

ApiError stopping();                                                   // the gateway ends
ApiError too_busy();                                                   // with runs of operators
ApiError all_servers_down(const Fleet::Outage& outage);                // with the time after which to ask again
std::optional<ApiError> not_ready(const Fleet& fleet);                 // none: some server is well
ApiError not_in_process(const RequestHead& head);                      // models in process answer other requests
ApiError misspelt(const std::string& name, const std::string& meant);  // an operator that is none

}  // namespace retort::gateway

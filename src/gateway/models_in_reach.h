// Which models operators can run over: those of the upstream by its names, those in process by theirs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/chat_run.h"
#include "gateway/gateway.h"

namespace retort::gateway {

class ModelsInReach {
  public:
    // Both outlive this; `upstream` may be null.
    ModelsInReach(const GatewayOptions& options, Upstream* upstream) : options_(options), upstream_(upstream) {}

    const LocalModel* local(std::string_view name) const;  // null: none of this name

    // With the models of the other roles. The error names the models that there are.
    ApiOutcome<ChatModel> find(const std::string& name) const;

    std::string local_names() const;  // "a, b"

  private:
    ApiOutcome<ChatModel> upstream_model(const std::string& name) const;

    const GatewayOptions& options_;
    Upstream* upstream_;
};

}  // namespace retort::gateway

// Which models operators can run over: those of the upstreams by their names, those in process by theirs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/chat_run.h"
#include "gateway/gateway.h"

namespace retort::gateway {

class ModelsInReach {
  public:
    // Both outlive this; `fleet` may be null.
    ModelsInReach(const GatewayOptions& options, Fleet* fleet) : options_(options), fleet_(fleet) {}

    const LocalModel* local(std::string_view name) const;  // null: none of this name

    // With the models of the other roles. The error names the models that there are. `key`: secret, for servers of
    // which the gateway has none.
    ApiOutcome<ChatModel> find(const std::string& name, const std::string& key) const;

    std::string local_names() const;  // "a, b"

  private:
    std::shared_ptr<LanguageModel> model_named(const std::string& name, const std::string& key) const;  // may be null

    const GatewayOptions& options_;
    Fleet* fleet_;
};

}  // namespace retort::gateway

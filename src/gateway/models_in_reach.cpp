#include "gateway/models_in_reach.h"

#include <fmt/format.h>

#include <algorithm>

namespace retort::gateway {
namespace {

ApiError no_model(std::string message) {
    ApiError out = not_found(std::move(message));
    out.code = "model_not_found";
    out.param = "model";
    return out;
}

}  // namespace

const LocalModel* ModelsInReach::local(std::string_view name) const {
    const auto found = std::find_if(options_.local.begin(), options_.local.end(),
                                    [&](const LocalModel& one) { return one.name == name; });
    return found == options_.local.end() ? nullptr : &*found;
}

std::string ModelsInReach::local_names() const {
    std::string out;
    for (const LocalModel& one : options_.local) out += (out.empty() ? "" : ", ") + one.name;
    return out;
}

ApiOutcome<ChatModel> ModelsInReach::find(const std::string& name, const std::string& key) const {
    if (const LocalModel* found = local(name)) {
        ChatModel out;
        out.models.by_name[name] = found->model.get();
        out.held.push_back(found->model);
        out.models.main = name;
        out.prompts = &found->prompts;
        return out;
    }
    if (fleet_ == nullptr)
        return no_model(fmt::format("there is no model \"{}\": expected one of {}", name, local_names()));
    if (name.empty())
        return bad_request("\"model\": expected operator@model, since the gateway was started without --model",
                           "model");
    return remote_model(name, key);
}

ApiOutcome<ChatModel> ModelsInReach::remote_model(const std::string& name, const std::string& key) const {
    ChatModel out;
    out.models.main = name;
    out.models.distil = options_.rules.roles.distil;
    out.models.judge = options_.rules.roles.judge;
    out.models.final = options_.rules.roles.final;
    out.prompts = &options_.prompts;
    for (const std::string& one :
         {name, options_.rules.roles.distil, options_.rules.roles.judge, options_.rules.roles.final}) {
        if (one.empty()) continue;
        std::shared_ptr<LanguageModel> model = fleet_->model(one, key);
        if (!model) return no_model(fmt::format("\"{}\": too many different models are being asked", one));
        out.models.by_name[one] = model.get();
        out.held.push_back(std::move(model));
    }
    return out;
}

}  // namespace retort::gateway

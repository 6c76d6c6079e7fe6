#include "gateway/models_in_reach.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/api/requested_model.h"
#include "gateway/refusals.h"

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
    const LocalModel* here = local(name);
    if (here == nullptr && fleet_ == nullptr) {
        if (const std::string meant = nearly_operator(name); !meant.empty()) return misspelt(name, meant);
        return no_model(fmt::format("there is no model \"{}\": expected one of {}", name, local_names()));
    }
    if (name.empty())
        return bad_request("\"model\": expected operator@model, since the gateway was started without --model",
                           "model");
    const RoleModels& roles = options_.rules.roles;
    ChatModel out;
    out.models.main = name;
    out.models.distil = roles.distil;
    out.models.judge = roles.judge;
    out.models.final = roles.final;
    out.prompts = here != nullptr ? &here->prompts : &options_.prompts;
    for (const std::string& one : {name, roles.distil, roles.judge, roles.final}) {
        if (one.empty()) continue;
        std::shared_ptr<LanguageModel> model = model_named(one, key);
        if (!model) return no_model(fmt::format("\"{}\": there is no such model, or too many are being asked", one));
        out.models.by_name[one] = model.get();
        out.held.push_back(std::move(model));
    }
    return out;
}

std::shared_ptr<LanguageModel> ModelsInReach::model_named(const std::string& name, const std::string& key) const {
    if (const LocalModel* found = local(name)) return found->model;
    return fleet_ == nullptr ? nullptr : fleet_->model(name, key);
}

}  // namespace retort::gateway

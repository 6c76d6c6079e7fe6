#include "gateway/api/model_list.h"

#include "gateway/api/reply_json.h"

namespace retort::gateway {
namespace {

// A server with many models would be listed many times over: there operators stand alone, over the default.
constexpr std::size_t kFewModels = 8;

ordered_json entry(const std::string& id, const Offer& offer) {
    return {{"id", id}, {"object", "model"}, {"created", offer.created}, {"owned_by", "retort"}};
}

void add_operators(ordered_json& data, const std::vector<std::string>& models, const Offer& offer) {
    for (const std::string& name : offer.operators)
        if (!offer.model.empty()) data.push_back(entry(name, offer));
    if (models.size() > kFewModels) return;
    for (const std::string& model : models)
        for (const std::string& name : offer.operators)
            if (model != offer.model) data.push_back(entry(name + "@" + model, offer));
}

}  // namespace

std::optional<std::string> model_list(std::string_view upstream, const Offer& offer) {
    ordered_json list{{"object", "list"}, {"data", ordered_json::array()}};
    if (!upstream.empty()) {
        list = ordered_json::parse(upstream, nullptr, false);
        if (!list.is_object() || !list.contains("data") || !list["data"].is_array()) return std::nullopt;
    }
    ordered_json& data = list["data"];
    std::vector<std::string> models;
    for (const ordered_json& one : data)
        if (one.is_object() && one.contains("id") && one["id"].is_string())
            models.push_back(one["id"].get<std::string>());
    for (const std::string& name : offer.local) {
        data.push_back(entry(name, offer));
        models.push_back(name);
    }
    for (const auto& [alias, meant] : offer.aliases) data.push_back(entry(alias, offer));
    add_operators(data, models, offer);
    return dumped(list);
}

std::string model_entry(const std::string& id, const Offer& offer) {
    return dumped(entry(id, offer));
}

}  // namespace retort::gateway

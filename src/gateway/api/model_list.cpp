#include "gateway/api/model_list.h"

#include <algorithm>

#include "gateway/api/reply_json.h"

namespace retort::gateway {
namespace {

// A server with many models would be listed many times over: there operators stand alone, over the default.
constexpr std::size_t kFewModels = 8;

ordered_json entry(const std::string& id, const Offer& offer) {
    return {{"id", id}, {"object", "model"}, {"created", offer.created}, {"owned_by", "retort"}};
}

bool is_list(const ordered_json& list) {
    return list.is_object() && list.contains("data") && list["data"].is_array();
}

void add_model(ordered_json& data, std::vector<std::string>& models, const std::string& id, const ordered_json& given) {
    if (std::find(models.begin(), models.end(), id) != models.end()) return;
    models.push_back(id);
    data.push_back(given);
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

std::optional<std::string> model_list(const std::vector<std::string>& upstreams, const Offer& offer) {
    ordered_json data = ordered_json::array();
    std::vector<std::string> models;
    bool none = !upstreams.empty();
    for (const std::string& text : upstreams) {
        const ordered_json list = ordered_json::parse(text, nullptr, false);
        if (!is_list(list)) continue;
        none = false;
        for (const ordered_json& one : list["data"])
            if (one.is_object() && one.contains("id") && one["id"].is_string())
                add_model(data, models, one["id"].get<std::string>(), one);
    }
    if (none) return std::nullopt;
    for (const std::string& name : offer.local) add_model(data, models, name, entry(name, offer));
    for (const auto& [alias, meant] : offer.aliases) data.push_back(entry(alias, offer));
    add_operators(data, models, offer);
    return dumped({{"object", "list"}, {"data", std::move(data)}});
}

std::optional<std::set<std::string, std::less<>>> ids_in(std::string_view list) {
    const ordered_json whole = ordered_json::parse(list, nullptr, false);
    if (!is_list(whole)) return std::nullopt;
    std::set<std::string, std::less<>> out;
    for (const ordered_json& one : whole["data"])
        if (one.is_object() && one.contains("id") && one["id"].is_string()) out.insert(one["id"].get<std::string>());
    return out;
}

std::optional<std::string> entry_in(std::string_view list, std::string_view id) {
    const ordered_json whole = ordered_json::parse(list, nullptr, false);
    if (!is_list(whole)) return std::nullopt;
    for (const ordered_json& one : whole["data"])
        if (one.is_object() && one.contains("id") && one["id"] == id) return dumped(one);
    return std::nullopt;
}

std::string model_entry(const std::string& id, const Offer& offer) {
    return dumped(entry(id, offer));
}

}  // namespace retort::gateway

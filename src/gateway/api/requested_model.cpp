#include "gateway/api/requested_model.h"

#include "operator/schedule.h"

namespace retort::gateway {
namespace {

constexpr std::string_view kDefault = "retort";
constexpr std::string_view kPrefix = "retort/";

}  // namespace

RequestedModel requested_model(std::string_view name, const std::map<std::string, std::string, std::less<>>& aliases) {
    RequestedModel out;
    const auto alias = aliases.find(name);
    const bool is_alias = alias != aliases.end();
    if (is_alias) name = alias->second;
    const bool ours = name.starts_with(kPrefix);
    if (ours) name.remove_prefix(kPrefix.size());
    const std::size_t at = name.find('@');
    const std::string_view before = name.substr(0, at);
    if (ours || before == kDefault || begins_with_method(before)) {
        out.by_default = before == kDefault;
        if (!out.by_default) out.operator_name = before;
        if (at != std::string_view::npos) out.model = name.substr(at + 1);
    } else if (at == 0) {
        out.model = name.substr(1);
    } else {
        out.model = name;
        out.as_it_is = !is_alias;
    }
    return out;
}

std::string nearly_operator(std::string_view name) {
    const std::string_view before = name.substr(0, name.find('@'));
    if (before.find(':') == std::string_view::npos) return "";
    const std::string meant = nearest_operator(std::string(before));
    return meant.empty() ? "" : meant + std::string(name.substr(before.size()));
}

}  // namespace retort::gateway

#include "operator/prompts_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "base/json_range.h"

namespace retort {
namespace {

using nlohmann::ordered_json;

void read_templates(const ordered_json& templates, PromptSet& set) {
    for (const auto& [name, value] : templates.items()) {
        const auto text = value.get<std::string>();
        set.templates.insert_or_assign(name, Template{name, text, sha256_hex(text)});
    }
}

Scope read_scope(const ordered_json& object) {
    Scope out;
    object.at("kind").get_to(out.kind);
    object.at("numbers").get_to(out.numbers);
    object.at("largest").get_to(out.largest);
    object.at("target_least").get_to(out.target_least);
    object.at("target_most").get_to(out.target_most);
    object.at("example").get_to(out.example);
    return out;
}

ordered_json scope_json(const Scope& scope) {
    return {{"kind", scope.kind},
            {"numbers", scope.numbers},
            {"largest", scope.largest},
            {"target_least", scope.target_least},
            {"target_most", scope.target_most},
            {"example", scope.example}};
}

PromptSet read_set(const ordered_json& object, const std::string& where) {
    PromptSet set;
    set.templates = compiled_prompt_sets().front().templates;
    object.at("name").get_to(set.name);
    object.at("about").get_to(set.about);
    object.at("match").get_to(set.match);
    object.at("marker").get_to(set.marker);
    object.at("operator").get_to(set.default_operator);
    const auto distiller = object.at("distiller").get<std::string>();
    const auto kind = distiller_from(distiller);
    if (!kind) throw ErrorException({ErrorKind::file, fmt::format("{}: unknown distiller \"{}\"", where, distiller)});
    set.defaults.distiller = *kind;
    object.at("k").get_to(set.defaults.k);
    object.at("workspace").get_to(set.defaults.workspace);
    object.at("think").get_to(set.defaults.think);
    object.at("max_answer").get_to(set.defaults.max_answer);
    if (const auto scope = object.find("scope"); scope != object.end()) set.scope = read_scope(*scope);
    read_templates(object.at("templates"), set);
    return set;
}

}  // namespace

std::string prompt_set_json(const PromptSet& set) {
    ordered_json templates = ordered_json::object();
    for (const auto& [file, value] : set.templates) templates[file] = value.text;
    ordered_json object{{"name", set.name},
                        {"about", set.about},
                        {"match", set.match},
                        {"marker", set.marker},
                        {"operator", set.default_operator},
                        {"distiller", name(set.defaults.distiller)},
                        {"k", set.defaults.k},
                        {"workspace", set.defaults.workspace},
                        {"think", set.defaults.think},
                        {"max_answer", set.defaults.max_answer},
                        {"templates", templates}};
    if (set.scope) object["scope"] = scope_json(*set.scope);
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Outcome<PromptSet> prompt_set_from_json(std::string_view text, const std::string& where) {
    try {
        PromptSet set = read_set(ordered_json::parse(text, within_64_bits<ordered_json>), where);
        if (auto error = wrong_values(set, where)) return Error{ErrorKind::file, error->message};
        return set;
    } catch (const ErrorException& error) {
        return error.error();
    } catch (const nlohmann::json::exception& error) {
        return Error{ErrorKind::file, fmt::format("{}: expected a prompt set: {}", where, error.what())};
    }
}

}  // namespace retort

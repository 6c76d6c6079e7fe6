#include "train/run/resume_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

namespace retort::train {
namespace {

using Values = std::map<std::string, std::string>;

// Of to_toml(): one key a line.
Values values_of(const std::string& toml) {
    Values out;
    std::istringstream lines(toml);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t equals = line.find(" = ");
        if (equals != std::string::npos) out.emplace(line.substr(0, equals), line.substr(equals + 3));
    }
    return out;
}

// A key that is newer than the checkpoint had its standard value there.
std::string value_in(const Values& values, const Values& standard, const std::string& key) {
    const auto found = values.find(key);
    return found == values.end() ? standard.at(key) : found->second;
}

std::vector<ConfigChange> changes_of(const std::string& before, const std::string& now) {
    const Values old_values = values_of(before);
    const Values new_values = values_of(now);
    const Values standard = values_of(to_toml(TrainConfig(), false));
    std::vector<ConfigChange> out;
    for (const auto& [key, value] : new_values)
        if (const std::string old_value = value_in(old_values, standard, key); old_value != value)
            out.push_back({key, old_value, value});
    for (const auto& [key, value] : old_values)
        if (!new_values.contains(key)) out.push_back({key, value, "not known"});
    return out;
}

std::optional<Error> changed_contents(const Values& before, const Values& now, const std::string& checkpoint) {
    for (const auto& [name, digest] : now) {
        const auto known = before.find(name);
        if (known == before.end() || known->second == digest) continue;
        return Error{ErrorKind::usage,
                     fmt::format("{} changed since {} was written (digest {:.12}, now {:.12}): a run goes on with what "
                                 "it began with; put the contents back, or begin another run",
                                 name, checkpoint, known->second, digest)};
    }
    return std::nullopt;
}

}  // namespace

std::string text_of(const std::vector<ConfigChange>& changes) {
    std::vector<std::string> parts;
    parts.reserve(changes.size());
    for (const ConfigChange& change : changes)
        parts.push_back(fmt::format("{} {} -> {}", change.key, change.from, change.to));
    return fmt::format("{}", fmt::join(parts, ", "));
}

Outcome<std::vector<ConfigChange>> changes_since(const RunInputs& before, const TrainConfig& config,
                                                 const Digests& digests, const std::string& checkpoint) {
    std::vector<ConfigChange> tuned;
    std::vector<ConfigChange> refused;
    for (ConfigChange& change : changes_of(before.config, to_toml(config, false))) {
        const OnResume rule = on_resume(change.key);
        if (rule == OnResume::free) continue;
        (rule == OnResume::fixed ? refused : tuned).push_back(std::move(change));
    }
    if (!refused.empty())
        return Error{ErrorKind::usage,
                     fmt::format("{} was written under another configuration: {}; retort train --keys says which keys "
                                 "may change on --resume",
                                 checkpoint, text_of(refused))};
    if (auto changed = changed_contents(before.digests, digests, checkpoint)) return *changed;
    return tuned;
}

}  // namespace retort::train

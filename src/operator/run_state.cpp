#include "operator/run_state.h"

#include <fmt/format.h>

namespace retort {

void Warnings::add(std::string text) {
    observer_->warned(text);
    lines_.push_back({std::move(text), {}, stage_});
}

void Warnings::add_note(const std::string& path, const std::string& note) {
    for (Line& line : lines_) {
        if (line.paths.empty() || line.text != note) continue;
        line.paths.push_back(path);
        return;
    }
    observer_->warned(fmt::format("{}: {}", path, note));
    lines_.push_back({note, {path}, stage_});
}

std::string Warnings::told(const Line& line) {
    if (line.paths.empty()) return line.text;
    // Landing order must not show: the first path by name speaks for all.
    const std::string& first = *std::min_element(line.paths.begin(), line.paths.end());
    const std::size_t more = line.paths.size() - 1;
    return more == 0 ? fmt::format("{}: {}", first, line.text)
                     : fmt::format("{} and {} more: {}", first, more, line.text);
}

std::vector<std::string> Warnings::lines() const {
    std::vector<std::pair<int, std::string>> staged;
    for (const Line& line : lines_) staged.emplace_back(line.stage, told(line));
    std::sort(staged.begin(), staged.end());
    std::vector<std::string> out;
    for (auto& [stage, text] : staged) out.push_back(std::move(text));
    return out;
}

const std::string& RunState::model_name(const std::string& of_step, const std::string& of_role) const {
    if (!of_step.empty()) return of_step;
    return of_role.empty() ? deps.models.main : of_role;
}

LanguageModel& RunState::model(const std::string& name) const {
    const auto found = deps.models.by_name.find(name);
    if (found == deps.models.by_name.end())
        throw ErrorException({ErrorKind::usage, fmt::format("no model named \"{}\" was opened", name)});
    return *found->second;
}

const Template& RunState::prompt(const std::string& name) const {
    const auto& templates = deps.prompts->templates;
    const auto found = templates.find(name);
    if (found == templates.end())
        throw ErrorException({ErrorKind::usage, fmt::format("prompt set {}: there is no template \"{}\" ({}.txt)",
                                                            deps.prompts->name, name, name)});
    return found->second;
}

Place RunState::place(int round, int draft, CallRole role, int turn) const {
    return {problem.id, settings.sample, round, draft, role, turn};
}

}  // namespace retort

#include "train/run/methods.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

namespace retort::train {
namespace {

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

bool read_number(const std::string& text, std::int64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0;
}

struct Words {
    StepDefaults defaults;
    std::optional<std::int64_t> final_think;
};

std::optional<Error> apply(const std::string& word, const std::string& text, Words& words) {
    StepDefaults& defaults = words.defaults;
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (key == "distiller") {
        const auto kind = distiller_from(value);
        if (!kind) return usage(fmt::format("\"{}\": unknown distiller \"{}\"", text, value));
        defaults.distiller = *kind;
        return std::nullopt;
    }
    std::int64_t number = 0;
    if (!read_number(value, number))
        return usage(fmt::format("\"{}\": expected key=value with a whole number, found \"{}\"", text, word));
    if (key == "think")
        defaults.think = number;
    else if (key == "final_think")
        words.final_think = number;
    else if (key == "max_answer")
        defaults.max_answer = number;
    else if (key == "workspace")
        defaults.workspace = number;
    else if (key == "k")
        defaults.k = static_cast<int>(number);
    else
        return usage(fmt::format(
            "\"{}\": unknown setting \"{}\"; known are distiller, k, workspace, think, final_think, max_answer", text,
            key));
    return std::nullopt;
}

}  // namespace

Outcome<std::vector<Schedule>> schedules_of(const char* name, const ArmSettings& arm) {
    StepDefaults defaults;
    defaults.distiller = *distiller_from(arm.distiller);
    defaults.k = static_cast<int>(arm.k);
    defaults.workspace = arm.workspace;
    defaults.think = arm.think;
    defaults.max_answer = arm.max_answer;
    std::vector<Schedule> out;
    std::istringstream words(arm.operator_name);
    for (std::string word; words >> word;) {
        auto schedule = parse_operator(word, defaults);
        if (!schedule) return usage(fmt::format("{}.operator: {}", name, schedule.error().message));
        if (arm.gradient == "refine" && schedule->finish.kind != FinishKind::call)
            return usage(
                fmt::format("{}: {} ends without a final call, so that gradient = \"refine\" would learn "
                            "nothing: take drafts or all",
                            name, word));
        if (arm.gradient == "drafts" && schedule->rounds.empty())
            return usage(fmt::format("{}: {} has no drafts: take gradient = \"refine\"", name, word));
        out.push_back(std::move(*schedule));
    }
    if (out.empty()) return usage(fmt::format("{}.operator: expected an operator such as pdr:4", name));
    return out;
}

GradientOf gradient_of(const ArmSettings& arm) {
    if (arm.gradient == "drafts") return GradientOf::drafts;
    return arm.gradient == "all" ? GradientOf::all : GradientOf::refine;
}

Outcome<NamedMethod> method_from(const std::string& text, const PromptSet& prompts) {
    std::istringstream words(text);
    std::string operator_name;
    words >> operator_name;
    Words settings{prompts.defaults, std::nullopt};
    for (std::string word; words >> word;)
        if (const auto wrong = apply(word, text, settings)) return *wrong;
    auto schedule = parse_operator(operator_name, settings.defaults);
    if (!schedule) return usage(fmt::format("eval.operators: {}", schedule.error().message));
    if (settings.final_think) schedule->finish.think = *settings.final_think;
    return NamedMethod{text, std::move(*schedule)};
}

}  // namespace retort::train

#include "verify/kinds/line.h"

#include <algorithm>
#include <cctype>

#include "verify/text.h"

namespace retort {
namespace {

constexpr std::size_t kMostLookedAt = std::size_t{64} << 10;

}  // namespace

KindResult kind_error(std::string message) {
    return {nullptr, "", "", std::move(message)};
}

std::optional<std::string> text_field(const nlohmann::json& line, const char* key) {
    const auto found = line.find(key);
    if (found == line.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

std::string reference_field(const nlohmann::json& line) {
    const auto found = line.find("answer");
    if (found == line.end()) return "";
    if (found->is_string()) return found->get<std::string>();
    return found->is_number() ? found->dump() : "";
}

bool has_letter(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
}

std::string_view text_end(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    text.remove_prefix(text.size() - most);
    const std::size_t line = text.find('\n');
    return line == std::string_view::npos ? text : text.substr(line + 1);
}

std::optional<std::string_view> tagged_answer(std::string_view text) {
    constexpr std::string_view kOpen = "<answer>", kClose = "</answer>";
    const std::size_t open = text.rfind(kOpen);
    if (open == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(open + kOpen.size());
    return rest.substr(0, std::min(rest.find(kClose), rest.size()));
}

std::vector<std::string> answer_regions(std::string_view solution) {
    solution = text_end(solution, kMostLookedAt);
    std::vector<std::string> out;
    if (const auto tagged = tagged_answer(solution)) out.emplace_back(*tagged);
    if (auto boxed = boxed_content(solution)) out.push_back(std::move(*boxed));
    if (const auto phrase = after_answer_phrase(solution)) out.emplace_back(*phrase);
    out.emplace_back(solution);
    return out;
}

}  // namespace retort

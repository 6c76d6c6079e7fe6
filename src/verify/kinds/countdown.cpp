// Countdown: an expression that makes a target of given numbers, each used exactly once. {"numbers":[..],"target":N}
#include <nlohmann/json.hpp>

#include "verify/kinds/kinds.h"
#include "verify/kinds/line.h"
#include "verify/kinds/number_game.h"

namespace retort {

KindResult make_countdown(std::string_view text) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object()) return kind_error("expected a JSON object");
    auto numbers = given_numbers(line);
    if (const auto* error = std::get_if<std::string>(&numbers)) return kind_error(*error);
    const auto target = given_target(line);
    if (const auto* error = std::get_if<std::string>(&target)) return kind_error(*error);
    return number_game(line, std::get<0>(std::move(numbers)), std::get<0>(target));
}

}  // namespace retort

// The game of 24: four numbers, each used exactly once, make 24. {"numbers":[a,b,c,d]} or {"problem":"a b c d"}
#include <nlohmann/json.hpp>

#include "verify/kinds/kinds.h"
#include "verify/kinds/line.h"
#include "verify/kinds/number_game.h"

namespace retort {

KindResult make_game24(std::string_view text) {
    constexpr const char* kExpected = "expected \"numbers\", four whole numbers, or \"problem\" that lists them";
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object()) return kind_error("expected a JSON object");
    auto numbers = given_numbers(line);
    if (numbers.index() == 1 || std::get<0>(numbers).size() != 4) return kind_error(kExpected);
    return number_game(line, std::get<0>(std::move(numbers)), 24);
}

}  // namespace retort

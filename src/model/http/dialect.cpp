#include "model/http/dialect.h"

#include <algorithm>

namespace retort {

std::optional<Dialect> dialect_named(std::string_view name) {
    const auto row = std::ranges::find(kDialects, name, &Dialect::name);
    if (row == kDialects.end()) return std::nullopt;
    return *row;
}

Dialect dialect_owned_by(std::string_view owner) {
    if (owner.empty()) return kDialects.front();
    const auto row = std::ranges::find(kDialects, owner, &Dialect::owned_by);
    return row == kDialects.end() ? kDialects.front() : *row;
}

}  // namespace retort

#include "verify/kind.h"

#include <array>
#include <nlohmann/json.hpp>

#include "verify/kinds/kinds.h"

namespace retort {
namespace {

constexpr std::array<VerifierKind, 1> kKinds{{
    {"math", "a value, compared by meaning with the reference", make_math},
}};

}  // namespace

std::span<const VerifierKind> verifier_kinds() {
    return kKinds;
}

KindResult make_verifier(std::string_view line) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object()) return {nullptr, "", "", "expected a JSON object"};
    const auto kind = object.find("kind");
    if (kind == object.end() || kind->is_null()) return make_math(line);
    std::string known;
    for (const VerifierKind& one : verifier_kinds()) {
        if (kind->is_string() && kind->get_ref<const std::string&>() == one.name) return one.make(line);
        known += (known.empty() ? "" : ", ") + std::string(one.name);
    }
    return {nullptr, "", "", "unknown kind " + kind->dump() + "; known are: " + known};
}

}  // namespace retort

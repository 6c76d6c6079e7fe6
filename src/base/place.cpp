#include "base/place.h"

#include <fmt/format.h>

#include <array>

#include "base/hash.h"

namespace retort {
namespace {

constexpr std::array<std::pair<CallRole, std::string_view>, 6> kNames{{{CallRole::draft, "draft"},
                                                                       {CallRole::summary, "summary"},
                                                                       {CallRole::select, "select"},
                                                                       {CallRole::analysis, "analysis"},
                                                                       {CallRole::judge, "judge"},
                                                                       {CallRole::final, "final"}}};

std::uint64_t hash_place(std::string_view purpose, std::uint64_t run_seed, const Place& place) {
    return hash64(fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", purpose, run_seed, place.problem,
                              place.sample, place.round, place.draft, name(place.role), place.turn));
}

}  // namespace

std::string_view name(CallRole role) {
    for (const auto& [value, text] : kNames)
        if (value == role) return text;
    return "unknown";
}

std::optional<CallRole> call_role(std::string_view text) {
    for (const auto& [value, known] : kNames)
        if (known == text) return value;
    return std::nullopt;
}

std::string Place::path() const {
    std::string out = role == CallRole::final ? std::string() : fmt::format("r{}.", round);
    if (role != CallRole::draft) out += name(role);
    if (draft >= 0) out += fmt::format("{}d{}", role == CallRole::draft ? "" : ".", draft);
    if (turn > 0) out += fmt::format(".t{}", turn);
    return out;
}

std::uint32_t call_seed(std::uint64_t run_seed, const Place& place) {
    return static_cast<std::uint32_t>(hash_place("call", run_seed, place) & 0x7fffffffU);
}

std::uint64_t choice_seed(std::uint64_t run_seed, const Place& place) {
    return hash_place("choice", run_seed, place);
}

}  // namespace retort

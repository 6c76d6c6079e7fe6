#include "distill/distiller.h"

#include <array>
#include <utility>

namespace retort {
namespace {

constexpr std::array<std::pair<DistillerKind, std::string_view>, 11> kNames{
    {{DistillerKind::summary, "summary"},
     {DistillerKind::topk, "topk"},
     {DistillerKind::topk_each, "topk-each"},
     {DistillerKind::random, "random"},
     {DistillerKind::conclusions, "conclusions"},
     {DistillerKind::parts, "parts"},
     {DistillerKind::full, "full"},
     {DistillerKind::oracle_correct, "oracle-correct"},
     {DistillerKind::oracle_incorrect, "oracle-incorrect"},
     {DistillerKind::none, "none"},
     {DistillerKind::analysis, "analysis"}}};
constexpr std::size_t kPublic = 9;

}  // namespace

std::string_view name(DistillerKind kind) {
    for (const auto& [value, text] : kNames)
        if (value == kind) return text;
    return "unknown";
}

std::optional<DistillerKind> distiller_from(std::string_view text) {
    for (std::size_t i = 0; i < kPublic; ++i)
        if (kNames[i].second == text) return kNames[i].first;
    return std::nullopt;
}

std::vector<std::string_view> distiller_names() {
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < kPublic; ++i) out.push_back(kNames[i].second);
    return out;
}

bool needs_reference(DistillerKind kind) {
    return kind == DistillerKind::oracle_correct || kind == DistillerKind::oracle_incorrect;
}

bool uses_k(DistillerKind kind) {
    switch (kind) {
        case DistillerKind::topk:
        case DistillerKind::topk_each:
        case DistillerKind::random:
        case DistillerKind::parts:
            return true;
        default:
            return needs_reference(kind);
    }
}

int distil_calls(DistillerKind kind, int readers) {
    switch (kind) {
        case DistillerKind::summary:
        case DistillerKind::topk:
        case DistillerKind::analysis:
            return 1;
        case DistillerKind::topk_each:
            return readers;
        default:
            return 0;
    }
}

bool is_per_reader(DistillerKind kind) {
    return kind == DistillerKind::topk_each || kind == DistillerKind::random;
}

}  // namespace retort

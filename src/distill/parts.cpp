#include "distill/parts.h"

#include <algorithm>

namespace retort {
namespace {

constexpr std::string_view kBetween = " ; ";
constexpr std::string_view kNone = "none";

struct Entry {
    std::size_t part = 0;
    std::size_t rank = 0;
};

// In the order in which they enter: every part's first candidate, then every part's second.
std::vector<Entry> by_rank(const std::vector<PartCandidates>& parts) {
    std::size_t most = 0;
    for (const PartCandidates& part : parts) most = std::max(most, part.candidates.size());
    std::vector<Entry> out;
    for (std::size_t rank = 0; rank < most; ++rank)
        for (std::size_t part = 0; part < parts.size(); ++part)
            if (rank < parts[part].candidates.size()) out.push_back({part, rank});
    return out;
}

std::string line_of(const PartCandidates& part, std::size_t kept) {
    std::string out;
    for (std::size_t rank = 0; rank < kept; ++rank)
        out.append(rank == 0 ? std::string_view(" ") : kBetween).append(part.candidates[rank].answer);
    if (part.candidates.empty()) out.append(" ").append(kNone);
    return out.empty() ? out : part.label + ":" + out;
}

// With the first so many of the entries.
std::string text_of(const std::vector<PartCandidates>& parts, const std::vector<Entry>& entries, std::size_t many) {
    std::vector<std::size_t> kept(parts.size());
    for (std::size_t i = 0; i < many; ++i) ++kept[entries[i].part];
    std::string out;
    for (std::size_t part = 0; part < parts.size(); ++part) {
        const std::string line = line_of(parts[part], kept[part]);
        if (!line.empty()) out.append(out.empty() ? "" : "\n").append(line);
    }
    return out;
}

// How many of the entries fit.
Task<std::size_t> most_that_fit(const std::vector<PartCandidates>& parts, const std::vector<Entry>& entries,
                                std::int64_t kappa, CountTokens& count) {
    std::size_t low = 0, high = entries.size();
    while (low < high) {
        const std::size_t tried = low == 0 && high == entries.size() ? high : (low + high + 1) / 2;
        const TokenCount counted = co_await count(text_of(parts, entries, tried));
        if (counted.tokens <= kappa)
            low = tried;
        else
            high = tried - 1;
    }
    co_return low;
}

}  // namespace

Task<Workspace> assemble_parts(std::vector<PartCandidates> parts, std::int64_t kappa, CountTokens count) {
    const std::vector<Entry> entries = by_rank(parts);
    std::size_t many = entries.size();
    if (kappa > 0) many = co_await most_that_fit(parts, entries, kappa, count);
    Workspace out;
    if (many > 0) out.text = text_of(parts, entries, many);
    const TokenCount total = co_await count(out.text);
    out.tokens = out.text.empty() ? 0 : total.tokens;
    out.exact = total.exact;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const PartCandidate& one = parts[entries[i].part].candidates[entries[i].rank];
        if (i >= many) {
            const TokenCount whole = co_await count(one.answer);
            out.cuts.push_back({one.path, whole.tokens, 0});
        } else if (std::find(out.sources.begin(), out.sources.end(), one.path) == out.sources.end()) {
            out.sources.push_back(one.path);
        }
    }
    out.truncated = !out.cuts.empty();
    co_return out;
}

}  // namespace retort

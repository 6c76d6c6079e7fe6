#include "distill/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.h"

namespace retort {
namespace {

constexpr std::int64_t kNoBound = std::numeric_limits<std::int64_t>::max();

// A source with how much of it stands in the workspace.
struct Part {
    const Source* source = nullptr;
    std::string_view kept;  // empty: left out
};

std::string join(const std::vector<Part>& parts) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].kept.empty()) continue;
        if (!out.empty()) out += "\n\n";
        out += fmt::format("Candidate {}:\n{}", i + 1, parts[i].kept);
    }
    return out;
}

// The longest prefix that ends at one of the points (ascending) and for which fits(prefix) holds; empty when none does.
// fits must be monotone.
template <class Fits>
Task<std::string_view> longest_fitting_prefix(std::string_view text, std::vector<std::size_t> points, Fits fits) {
    std::size_t low = 0;  // how many of the first points are known to fit
    std::size_t high = points.size();
    while (low < high) {
        const std::size_t middle = (low + high + 1) / 2;
        const bool fitting = co_await fits(text.substr(0, points[middle - 1]));
        if (fitting)
            low = middle;
        else
            high = middle - 1;
    }
    co_return low == 0 ? std::string_view() : trim(text.substr(0, points[low - 1]));
}

std::vector<std::size_t> word_ends(std::string_view text) {
    std::vector<std::size_t> ends;
    for (std::size_t i = 1; i < text.size(); ++i)
        if (text[i] == ' ' && text[i - 1] != ' ') ends.push_back(i);
    return ends;
}

Task<bool> within(CountTokens count, std::string text, std::int64_t bound) {
    const TokenCount counted = co_await count(std::move(text));
    co_return counted.tokens <= bound;
}

// Tries parts in a workspace; keeps the count of the last that was measured.
class Fitting {
  public:
    Fitting(std::vector<Part>& parts, std::int64_t bound, CountTokens& count)
        : parts_(parts), bound_(bound), count_(count) {}

    // Everything whole, when it fits: the usual case, for one count.
    Task<bool> take_all() {
        for (Part& part : parts_) part.kept = part.source->text;
        const bool fitting = co_await within(count_, join(parts_), bound_);
        if (!fitting)
            for (Part& part : parts_) part.kept = {};
        co_return fitting;
    }

    Task<void> take_whole(std::size_t i) {
        const std::string_view whole = parts_[i].source->text;
        const bool fitting = co_await fits(i, whole);
        if (fitting) parts_[i].kept = whole;
    }

    Task<void> take_part(std::size_t i) {
        const std::string_view whole = parts_[i].source->text;
        const auto fits_prefix = [this, i](std::string_view prefix) { return fits(i, prefix); };
        parts_[i].kept = co_await longest_fitting_prefix(whole, sentence_ends(whole), fits_prefix);
    }

  private:
    // Whether the workspace fits with this much of part i.
    Task<bool> fits(std::size_t i, std::string_view kept) {
        const std::string_view before = std::exchange(parts_[i].kept, kept);
        std::string tried = join(parts_);
        parts_[i].kept = before;
        const bool fitting = co_await within(count_, std::move(tried), bound_);
        co_return fitting;
    }

    std::vector<Part>& parts_;
    std::int64_t bound_;
    CountTokens& count_;
};

}  // namespace

Task<Workspace> assemble_workspace(std::vector<Source> sources, std::int64_t kappa, CountTokens count) {
    std::vector<Part> parts;
    for (const Source& source : sources) parts.push_back({&source, {}});
    Fitting fitting(parts, kappa > 0 ? kappa : kNoBound, count);
    const bool all = co_await fitting.take_all();
    for (std::size_t i = 0; !all && i < parts.size(); ++i) co_await fitting.take_whole(i);
    for (std::size_t i = 0; !all && i < parts.size(); ++i)
        if (parts[i].kept.empty()) co_await fitting.take_part(i);

    Workspace out;
    out.text = join(parts);
    const TokenCount total = co_await count(out.text);
    out.tokens = out.text.empty() ? 0 : total.tokens;
    out.exact = total.exact;
    for (const Part& part : parts) {
        if (!part.kept.empty()) out.sources.push_back(part.source->path);
        if (part.kept.size() == part.source->text.size()) continue;
        const TokenCount whole = co_await count(part.source->text);
        const TokenCount kept = co_await count(std::string(part.kept));
        out.cuts.push_back({part.source->path, whole.tokens, part.kept.empty() ? 0 : kept.tokens});
    }
    out.truncated = !out.cuts.empty();
    co_return out;
}

Task<Workspace> bound_workspace(std::string text, std::int64_t kappa, CountTokens count) {
    Workspace out;
    out.text = trim(text);
    const TokenCount whole = co_await count(out.text);
    out.exact = whole.exact;
    out.tokens = whole.tokens;
    if (kappa <= 0 || whole.tokens <= kappa) co_return out;

    const std::string uncut = std::move(out.text);
    const auto fits = [&count, kappa](std::string_view prefix) { return within(count, std::string(prefix), kappa); };
    out.text = co_await longest_fitting_prefix(uncut, sentence_ends(uncut), fits);
    if (out.text.empty()) out.text = co_await longest_fitting_prefix(uncut, word_ends(uncut), fits);
    const TokenCount kept = co_await count(out.text);
    out.tokens = out.text.empty() ? 0 : kept.tokens;
    out.truncated = true;
    co_return out;
}

std::vector<Source> conclusions_of(const std::vector<Source>& drafts) {
    std::vector<Source> out;
    for (const Source& draft : drafts)
        if (draft.answer) out.push_back({draft.draft, draft.path, *draft.answer, draft.answer});
    return out;
}

std::string number_candidates(const std::vector<Source>& drafts) {
    std::string out;
    for (std::size_t i = 0; i < drafts.size(); ++i)
        out += fmt::format("{}Candidate {}:\n{}", i == 0 ? "" : "\n\n", i + 1, drafts[i].text);
    return out;
}

}  // namespace retort

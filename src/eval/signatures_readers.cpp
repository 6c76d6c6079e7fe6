#include "eval/signatures_readers.h"

#include <algorithm>
#include <string_view>

namespace retort {
namespace {

// A draft of many turns has the path of its last call ("r2.d0.t3"); workspaces name its place ("r2.d0").
bool is_place_of(std::string_view reader, std::string_view path) {
    return path.starts_with(reader) && (path.size() == reader.size() || path.substr(reader.size()).starts_with(".t"));
}

const WorkspaceFacts* read_by(const RoundFacts& round, const std::string& path) {
    for (const WorkspaceFacts& workspace : round.workspaces)
        if (!workspace.empty && std::any_of(workspace.read_by.begin(), workspace.read_by.end(),
                                            [&](const std::string& reader) { return is_place_of(reader, path); }))
            return &workspace;
    return nullptr;
}

}  // namespace

std::vector<Reader> readers_after(const SampleFacts& sample, std::size_t round) {
    std::vector<Reader> out;
    const RoundFacts& before = sample.rounds[round];
    if (round + 1 < sample.rounds.size()) {
        for (const DraftFacts& draft : sample.rounds[round + 1].drafts)
            if (draft.counts()) out.push_back({draft.path, draft.right, read_by(before, draft.path)});
    } else if (sample.final && sample.final != Finish::cancelled) {
        out.push_back({"final", sample.right, read_by(before, "final")});
    }
    return out;
}

std::optional<double> draft_accuracy(const RoundFacts& round) {
    double right = 0;
    double counted = 0;
    for (const DraftFacts& draft : round.drafts) {
        if (!draft.counts()) continue;
        ++counted;
        right += draft.right ? 1 : 0;
    }
    return counted == 0 ? std::nullopt : std::optional<double>(right / counted);
}

}  // namespace retort

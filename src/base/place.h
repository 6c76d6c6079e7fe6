// The place of a model call in the work. Seeds and journal keys come from it, never from the order of arrival.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace retort {

// What a call is for.
enum class CallRole {
    draft,     // one attempt of a round
    summary,   // a distiller's call that writes the workspace
    select,    // a distiller's call that chooses drafts
    analysis,  // a distiller's call that finds flaws in the last solution
    judge,     // a finish's call that scores or compares drafts
    final,     // the finish: the call whose solution is the answer
};

std::string_view name(CallRole role);
std::optional<CallRole> call_role(std::string_view name);

struct Place {
    std::string problem;  // the problem's id
    int sample = 0;
    int round = 0;   // 1 for the first round; the finish is one past the last round
    int draft = -1;  // index in the round, or the reader that a selection is for; of a judge's call the draft that it
                     // scores, or the number of the comparison through all levels; -1: the call is the round's own
    CallRole role = CallRole::draft;
    int turn = 0;  // calls at one place: a tool loop's turns, a selection or a score asked again, votes on a comparison

    // Unique within a sample, for people and JSON: "r1.d0", "r1.d0.t1", "r1.summary", "r2.select.d3", "r2.judge.d3",
    // "final".
    std::string path() const;

    friend auto operator<=>(const Place&, const Place&) = default;
};

// The seed of a call: a hash of the run's seed and the place. 31 bits, since that is what every server accepts.
std::uint32_t call_seed(std::uint64_t run_seed, const Place& place);

// The seed of a choice that is made without a model (random-k and the like), 64 bits.
std::uint64_t choice_seed(std::uint64_t run_seed, const Place& place);

}  // namespace retort

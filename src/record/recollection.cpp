#include "record/recollection.h"

#include <algorithm>
#include <tuple>

namespace retort {
namespace {

// A step of a run: the drafts of a round, then what is made of them.
std::pair<int, int> step(const Place& place) {
    return {place.round, place.role == CallRole::draft ? 0 : 1};
}

// Where calls follow one another in turns.
using Seat = std::tuple<int, int, CallRole>;
Seat seat(const Place& place) {
    return {place.round, place.draft, place.role};
}

bool completed(const PastCall& call) {
    return call.state == RecordedCall::State::ended && (call.finish == Finish::stop || call.finish == Finish::length);
}

// The completed calls, which will be given back: when was one last asked that may have read the outcome of a call?
class Readers {
  public:
    explicit Readers(const std::vector<PastCall>& past) {
        for (const PastCall& call : past) {
            if (!completed(call)) continue;
            CallKey& at_step = last_of_step_[step(call.place)];
            at_step = std::max(at_step, call.key);
            CallKey& at_turn = last_of_seat_[seat(call.place)][call.place.turn];
            at_turn = std::max(at_turn, call.key);
        }
        // From here on: the last of this step or a later one.
        CallKey last = 0;
        for (auto at = last_of_step_.rbegin(); at != last_of_step_.rend(); ++at)
            at->second = last = std::max(last, at->second);
    }

    bool has_been_read(const PastCall& call) const {
        const auto later = last_of_step_.upper_bound(step(call.place));
        if (later != last_of_step_.end() && later->second > call.outcome) return true;
        const auto found = last_of_seat_.find(seat(call.place));
        if (found == last_of_seat_.end()) return false;
        const auto& turns = found->second;
        return std::any_of(turns.upper_bound(call.place.turn), turns.end(),
                           [&](const auto& turn) { return turn.second > call.outcome; });
    }

  private:
    std::map<std::pair<int, int>, CallKey> last_of_step_;
    std::map<Seat, std::map<int, CallKey>> last_of_seat_;
};

}  // namespace

Recollection::Recollection(const std::vector<PastCall>& past, Recall recall) {
    const Readers readers(past);
    for (const PastCall& call : past) {
        if (call.state != RecordedCall::State::ended) continue;
        if (recall == Recall::replay || completed(call) || readers.has_been_read(call))
            given_[call.place] = {call.key, call.outcome};
        else
            given_.erase(call.place);
    }
    for (const PastCall& call : past) {
        if (call.state != RecordedCall::State::ended) continue;
        const auto given = find(call.place);
        if (!given || given->outcome != call.outcome) spent_before_[call.place] += call.usage;
    }
    for (const auto& [place, given] : given_) landings_.push_back(given.outcome);
    std::sort(landings_.begin(), landings_.end());
}

std::optional<Recollection::Given> Recollection::find(const Place& place) const {
    const auto at = given_.find(place);
    if (at == given_.end()) return std::nullopt;
    return at->second;
}

Usage Recollection::spent_before(const Place& place) const {
    const auto at = spent_before_.find(place);
    return at == spent_before_.end() ? Usage() : at->second;
}

}  // namespace retort

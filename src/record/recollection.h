// What a sample's past calls mean for a run that resumes or replays it. Pure.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "record/recorded.h"

namespace retort {

// A call as far as the decision needs it.
struct PastCall {
    CallKey key = 0;
    Place place;
    RecordedCall::State state = RecordedCall::State::in_flight;
    Finish finish = Finish::error;  // when it has ended
    OutcomeKey outcome = 0;
    Usage usage = {};  // its failed attempts included
};

enum class Recall {
    resume,  // what a run that goes on is given back
    replay,  // everything that ended, exactly as it ended
};

// One sample of one problem. A resumed run is given back every completed call (stop or length), and a failed or
// cancelled one when a completed call of a later step was made without it: asking it again would change what that call
// read. Any other failed, cancelled or lost call is asked again. Where a place was called several times the last one
// that ended counts.
class Recollection {
  public:
    // `past` is in the order of asking.
    Recollection(const std::vector<PastCall>& past, Recall recall);

    // The call to be given back at this place, if any.
    struct Given {
        CallKey call = 0;
        OutcomeKey outcome = 0;
    };
    std::optional<Given> find(const Place& place) const;

    // What the calls at this place cost that ended and are not given back: it was paid for all the same.
    Usage spent_before(const Place& place) const;

    // The outcomes to be given back, in the order in which they landed.
    const std::vector<OutcomeKey>& landings() const { return landings_; }

  private:
    std::map<Place, Given> given_;
    std::map<Place, Usage> spent_before_;
    std::vector<OutcomeKey> landings_;
};

}  // namespace retort

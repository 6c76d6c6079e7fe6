#include "operator/policy.h"

namespace retort {

Decision FixedSchedule::decide(const RunView& run) const {
    if (run.outstanding() > 0) return Wait{};
    if (run.rounds.size() < schedule_.rounds.size()) return schedule_.rounds[run.rounds.size()];
    return schedule_.finish;
}

Schedule FixedSchedule::rest(const RunView& run) const {
    Schedule out{schedule_.name, {}, schedule_.finish};
    for (std::size_t i = run.rounds.size() + 1; i < schedule_.rounds.size(); ++i)
        out.rounds.push_back(schedule_.rounds[i]);
    return out;
}

}  // namespace retort

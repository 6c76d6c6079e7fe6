// Gives recorded calls back in the order in which they landed. Loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "async/gate.h"
#include "record/recollection.h"

namespace retort {

// A policy sees drafts as they land, so a resumed or replayed run must land them as the first one did. Each sample of
// a problem has its own order. A call waits until every outcome before its own has been given back; one that nobody
// asks for is passed over once the loop has had nothing else to do for a while. A call that must be asked now lands
// after those that landed then.
class LandingOrder {
  public:
    // `busy`: something is under way that may soon lead to another recorded call.
    explicit LandingOrder(std::function<bool()> busy = {}) : busy_(std::move(busy)) {}

    // Returns when it is this outcome's turn in the sample that `recollection` is of.
    Task<void> turn(std::shared_ptr<const Recollection> recollection, OutcomeKey outcome);

    // Returns when no outcome of that sample is waiting to be given back.
    Task<void> after_those_waiting(std::shared_ptr<const Recollection> recollection);

  private:
    struct Sample {
        std::size_t next = 0;  // index of the first landing that was not given back or passed over
        std::set<std::pair<OutcomeKey, Gate*>> waiting;
    };
    static bool is_next(const Sample& sample, const Recollection& recollection, OutcomeKey outcome);
    static void give(Sample& sample, const Recollection& recollection, OutcomeKey outcome);

    std::function<bool()> busy_;
    std::map<std::shared_ptr<const Recollection>, Sample> samples_;
};

}  // namespace retort

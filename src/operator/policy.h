// What comes next. A policy looks at the run so far and answers with the next round, or the finish, or waits.
#pragma once

#include <memory>
#include <variant>

#include "operator/run_view.h"
#include "operator/schedule.h"

namespace retort {

struct Wait {};  // let the drafts that are under way land
using Decision = std::variant<Wait, Round, FinishStep>;

// Const and without state: everything it knows is in the view. Asked at the start, after each landed draft, and never
// twice in a row without a change. An answer other than Wait while drafts are under way cancels those (recorded).
// Wait with none under way is an error of the policy.
class Policy {
  public:
    virtual ~Policy() = default;
    virtual std::string name() const = 0;
    virtual Decision decide(const RunView& run) const = 0;

    // What is still to come at most after what decide() gave, so that budgets can be divided.
    virtual Schedule rest(const RunView& run) const = 0;
};

// The trivial policy: the rounds of a schedule, each waited for, then its finish.
class FixedSchedule : public Policy {
  public:
    explicit FixedSchedule(Schedule schedule) : schedule_(std::move(schedule)) {}
    std::string name() const override { return schedule_.name; }
    Decision decide(const RunView& run) const override;
    Schedule rest(const RunView& run) const override;

  private:
    Schedule schedule_;
};

}  // namespace retort

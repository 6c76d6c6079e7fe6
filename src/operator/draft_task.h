// How one draft is made. Today one model call; a tool loop or an agent is another task, with the loop unchanged.
#pragma once

#include "async/task.h"
#include "base/completion.h"
#include "operator/run_view.h"

namespace retort {

// What a task may use: the problem, the prompt, and calls in a row. Every call is seeded, journalled, limited by the
// budget and put into the ledger as a child of the one before.
class DraftContext {
  public:
    virtual ~DraftContext() = default;
    virtual const Problem& problem() const = 0;
    virtual const std::vector<Message>& prompt() const = 0;
    virtual Task<Completion> call(std::vector<Message> messages) = 0;
};

class DraftTask {
  public:
    virtual ~DraftTask() = default;

    // The completion whose solution is the draft's. `context` outlives the task.
    virtual Task<Completion> attempt(DraftContext& context) const = 0;
};

// One call with the prompt as it is.
class SingleCall : public DraftTask {
  public:
    Task<Completion> attempt(DraftContext& context) const override { return context.call(context.prompt()); }
};

}  // namespace retort

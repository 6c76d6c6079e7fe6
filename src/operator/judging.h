// The verdict on an answer, by the problem's verifier; off the loop where that takes time. Not public.
#pragma once

#include <optional>
#include <string>

#include "async/task.h"
#include "operator/run_view.h"

namespace retort {

// None where nothing can be judged; a missing answer is `different`. The problem outlives the task.
Task<std::optional<Verdict>> verdict_on(const Problem& problem, std::optional<std::string> answer);

}  // namespace retort

// Examples of the calls between drafts and answer: summaries, selections, scores, analyses; and of reading them.
// Not public.
#pragma once

#include "train/tasks/countdown_examples.h"

namespace retort::train::countdown {

// One of them: "summary", "select", "compare", "judge", "analysis", "refine-notes", "revise".
Example call_between(const Problem& problem, generate::Draws& draws, double progress);

}  // namespace retort::train::countdown

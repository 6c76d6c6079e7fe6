// The problems and worked examples that a run learns from, kept apart from what it is tested on.
#pragma once

#include "train/run/listener.h"
#include "train/run/problems.h"
#include "train/run/resume_rules.h"
#include "train/tasks/example_file.h"

namespace retort::train {

// Those of data.*, less what is in `tests` or in the suites of data.against. Errors: what cannot be read; no problem
// left; a problem that has no answer to be judged by. `digests`: those of all that was read are added.
Outcome<Suite> learning_problems(const DataSettings& settings, const Suite& tests, TrainListener& listener,
                                 Digests& digests);

// The worked examples of a file, less those that ask what is in such a test set; errors and digests are alike.
Outcome<ExampleFile> learning_examples(const std::string& file, const ExampleStyle& style, const DataSettings& settings,
                                       const Suite& tests, TrainListener& listener, Digests& digests);

}  // namespace retort::train

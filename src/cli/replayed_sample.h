// One sample of an evaluation, or of a training's rollouts, as the run of `solve` that gives it again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "record/journal_reader.h"

namespace retort::cli {

struct SampleChoice {
    std::optional<std::string> run;      // the beginning of its id; none: the last that has the sample
    std::optional<std::string> problem;  // its id
    int sample = 0;
};

struct ReplayedSample {
    RunKey run = 0;
    std::string config_json;  // of a RunConfig
};

// Errors of kind usage: no problem is chosen, or no evaluation of the journal has the sample.
Outcome<ReplayedSample> replayed_sample(JournalReader& reader, const std::vector<RecordedRun>& runs,
                                        const std::string& path, const SampleChoice& choice);

}  // namespace retort::cli

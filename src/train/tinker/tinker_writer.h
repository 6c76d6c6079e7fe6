// Calls written by a server, all that may be in flight side by side. Each lands when it is finished; its
// tokens depend on the weights and its seed, not on its company (but for the server's own floats).
#pragma once

#include <cstdint>
#include <memory>

#include "model/llama/tokenizer.h"
#include "train/rollout/writer.h"
#include "train/tinker/sample_source.h"

namespace retort::train::tinker {

struct WriterSettings {
    std::int64_t in_flight = 1024;  // samples, at most
    std::int64_t vocabulary = 0;    // tokens; ids beyond it are an error
};

// The thinking ends at its budget as in process: what was sampled beyond it is dropped, its end is put there, and the
// server goes on from that. The first call after a step takes a new snapshot of the weights, and none is sampled
// after the next step: there are servers on which that would undo the training. Link and tokenizer are not owned. A
// sample that the server refuses is a failed completion; where none of a phase comes through, and for what else ends
// the run, it is a FailureException.
std::unique_ptr<Writer> tinker_writer(Link& link, const llama::Tokenizer& tokenizer,
                                      std::unique_ptr<SampleSource> source, WriterSettings settings);

}  // namespace retort::train::tinker

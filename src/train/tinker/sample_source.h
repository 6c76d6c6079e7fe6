// Where the samples of a writer come from: the training server itself, or another one that has the same weights.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "train/tinker/link.h"

namespace retort::train::tinker {

class SampleSource {
  public:
    virtual ~SampleSource() = default;

    // The weights as they are, until the next step, by the name that sample() wants. The trainer's thread; what the
    // server does is a FailureException.
    virtual std::string snapshot() = 0;

    // One sequence after the prompt, as the server tells it: whether it can be is for the caller to see. The link's
    // thread; any number side by side, none beyond this object's life.
    virtual Task<Result<SampledSequence>> sample(std::string snapshot, TokenSequence prompt,
                                                 SampleParameters parameters) = 0;

    // Nothing is sampled any more. The trainer's thread.
    virtual void close() {}
};

// The training server's own samples. `ends`: ids that end a sequence. The link is not owned.
std::unique_ptr<SampleSource> training_server_source(Link& link, std::vector<TokenId> ends);

}  // namespace retort::train::tinker

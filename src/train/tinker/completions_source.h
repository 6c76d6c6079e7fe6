// Samples from a server of OpenAI's API beside the training server (vLLM, SGLang, llama.cpp, the hosted service's own),
// which has the weights that were saved for it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "train/tinker/sample_source.h"

namespace retort::train::tinker {

struct CompletionsSettings {
    ClientOptions server;  // url: what "/completions" comes after, "http://host:8000/v1"
    std::string model;     // as the server calls it; empty: by the path that the training server saved the weights to
    // A folder that the server sees under the same path: each snapshot's adapter is put there, and loaded by vLLM's
    // /load_lora_adapter under a name of its own; the one before is taken away. Empty: the server has the weights by
    // itself.
    std::string adapters;
};

// The server has to be there, else that is a FailureException. `ends`: ids that end a sequence. The link is not owned.
std::unique_ptr<SampleSource> completions_source(Link& link, CompletionsSettings settings, std::vector<TokenId> ends);

}  // namespace retort::train::tinker

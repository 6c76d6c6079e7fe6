// The model that a run trains: from a file, or new with a tokenizer of the task or of a file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/llama/live_model.h"
#include "model/llama/tokenizer.h"
#include "operator/prompts.h"
#include "train/gguf/model_file.h"
#include "train/run/config.h"
#include "train/tasks/teacher.h"

namespace retort::train {

struct TrainedModel {
    ModelFile file;  // as the run began
    std::shared_ptr<const llama::Tokenizer> tokenizer;
    PromptSet prompts;
};

// `teacher` may be null where the model or its tokenizer comes from a file. A new model is written to run/init.gguf,
// where its tokenizer is read from.
Outcome<TrainedModel> set_up_model(const TrainConfig& config, const Teacher* teacher);

NetOptions net_options(const TrainConfig& config);

// The model in llama.cpp with these weights, for rollouts to be written by it; null but for rl.sampler = "llama".
Outcome<std::unique_ptr<llama::LiveModel>> live_model(const TrainConfig& config, const TrainedModel& model,
                                                      const std::vector<NamedTensor>& tensors);

// The model without its weights, for --dry-run. Nothing is written.
Outcome<TrainedModel> planned_model(const TrainConfig& config, const Teacher* teacher);

// Of live_model().
llama::LiveOptions live_options(const TrainConfig& config, const NetShape& shape);

// What embeddings begin with, by token text: Fourier features of numbers, vectors of marks (see Teacher).
struct WordTraits {
    std::map<std::string, double> numbers;
    std::map<std::string, std::vector<std::string>> marks;
};

// Weights of a model that has learnt nothing.
std::vector<NamedTensor> initial_weights(const NetShape& shape, std::uint64_t seed, const WordTraits& traits,
                                         const std::vector<std::string>& tokens);

}  // namespace retort::train

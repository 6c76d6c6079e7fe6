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
#include "train/rollout/writer.h"
#include "train/run/config.h"
#include "train/tasks/teacher.h"

namespace retort::train {

struct TrainedModel {
    ModelFile file;  // as the run began; where a server trains: of its shape vocabulary and context alone
    std::shared_ptr<const llama::Tokenizer> tokenizer;
    PromptSet prompts;
};

// `teacher` may be null where the model or its tokenizer comes from a file. A new model is written to run/init.gguf,
// where its tokenizer is read from.
Outcome<TrainedModel> set_up_model(const TrainConfig& config, const Teacher* teacher);

// The file of model.from, which may name a run's folder.
std::string model_path(const TrainConfig& config);

NetOptions net_options(const TrainConfig& config);

// Who writes rollouts of a net in this process: as rl.sampler says. Net and model are not owned. The error is that of
// llama.cpp, which does not take the model.
Outcome<std::unique_ptr<Writer>> local_writer(const TrainConfig& config, const TrainedModel& model, const Net& net);

// The model without its weights, for --dry-run. Nothing is written.
Outcome<TrainedModel> planned_model(const TrainConfig& config, const Teacher* teacher);

// Of the llama.cpp that writes rollouts.
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

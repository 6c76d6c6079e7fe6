// Calls written in this process. What is begun together is written together, so that the floats depend on the work
// alone.
#pragma once

#include <cstdint>
#include <memory>

#include "model/llama/tokenizer.h"
#include "train/net/net.h"
#include "train/rollout/writer.h"

namespace retort::train {

// By the net itself, at most `rows` sequences side by side. Neither is owned.
std::unique_ptr<Writer> net_writer(const Net& net, const llama::Tokenizer& tokenizer, std::int64_t rows);

// By llama.cpp, to which the net's weights are handed over. The net is not owned.
std::unique_ptr<Writer> llama_writer(const Net& net, std::unique_ptr<llama::LiveModel> live);

}  // namespace retort::train

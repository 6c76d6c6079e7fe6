// A LoRA adapter, as a training server gives it away, put into the weights of the model that it was trained on.
//
// What is read is PEFT's layout as SkyRL 0.3 writes it: adapter_config.json with r and lora_alpha, and
// adapter_model.safetensors with "base_model.model.MODULE.lora_A.weight" {r, in} and "...lora_B.weight" {out, r} for
// Hugging Face's Llama modules ("model.layers.0.self_attn.q_proj", ..., "lm_head"). Of "model.embed_tokens" A is
// {vocabulary, r} and B {r, width}. W becomes W + lora_alpha / r * B A (A B of the embedding).
//
// Rows of queries and keys. Hugging Face's rotary positions turn float i of a head together with float i + d / 2; files
// of the architecture "llama", and so our nets, turn neighbours together. Row h d + s d / 2 + i of such a product (head
// h of width d, half s) is therefore added to row h d + 2 i + s.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "train/gguf/model_file.h"

namespace retort::train {

using AdapterFiles = std::map<std::string, std::string>;  // contents by name, as unpack_tar_gz() gives them

// What the files are instead of an adapter; none where they are one. There are servers that give a whole model away.
std::optional<Error> fault_of_adapter(const AdapterFiles& files);

// Where B is 0 the weights stay as they are, bit by bit. Errors (ErrorKind::model) name the file, tensor or setting
// that is missing, damaged or not supported; the model is then unchanged. Not supported: other kinds of adapters, other
// modules, and an adapter of embedding or output where one matrix is both. One thread, some 2 r floating-point
// operations a weight.
Outcome<void> merge_adapter(ModelFile& base, const AdapterFiles& files);

}  // namespace retort::train

// What Metadata holds. Not public.
#pragma once

#include <gguf.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "model/llama/gguf_file.h"
#include "model/llama/tokenizer.h"
#include "train/gguf/model_file.h"

namespace retort::train {

// Const: any thread.
class Metadata {
  public:
    // `values` without those that NetShape says. The error says why llama.cpp cannot use the tokenizer; `where` names
    // the file or the model.
    static Outcome<std::shared_ptr<const Metadata>> make(llama::GgufHandle values, const std::string& where);

    const gguf_context* values() const { return values_.get(); }
    const llama::Vocabulary& vocabulary() const { return tokenizer_->vocabulary(); }

  private:
    Metadata(llama::GgufHandle values, std::shared_ptr<const llama::Tokenizer> tokenizer)
        : values_(std::move(values)), tokenizer_(std::move(tokenizer)) {}

    llama::GgufHandle values_;
    std::shared_ptr<const llama::Tokenizer> tokenizer_;
};

}  // namespace retort::train

// What Metadata holds. Not public.
#pragma once

#include <gguf.h>
#include <llama.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "model/llama/gguf_file.h"
#include "model/llama/vocabulary.h"
#include "train/gguf/model_file.h"

namespace retort::train {

// Const: any thread.
class Metadata {
  public:
    // `values` without those that NetShape says. The error says why llama.cpp cannot use the tokenizer; `where` names
    // the file or the model.
    static Outcome<std::shared_ptr<const Metadata>> make(llama::GgufHandle values, const std::string& where);

    const gguf_context* values() const { return values_.get(); }
    const llama::Vocabulary& vocabulary() const { return vocabulary_; }

  private:
    struct FreeModel {
        void operator()(llama_model* model) const { llama_model_free(model); }
    };
    using ModelHandle = std::unique_ptr<llama_model, FreeModel>;

    Metadata(llama::GgufHandle values, ModelHandle model);

    llama::GgufHandle values_;
    ModelHandle model_;  // its vocabulary alone
    llama::Vocabulary vocabulary_;
};

}  // namespace retort::train

// What of a GGUF turns messages into tokens and tokens into text, without its weights. Not public.
#pragma once

#include <gguf.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "model/llama/chat_prompt.h"
#include "model/llama/generation.h"
#include "model/llama/vocabulary.h"

namespace retort::llama {

// How the model writes reasoning.
ReasoningRules reasoning_rules(const Vocabulary& vocabulary, const ReasoningMarks* marks);

// The template of the GGUF; empty where it has none.
std::string chat_template_of(const llama_model* model);

// Const: any thread.
class Tokenizer {
  public:
    // The error of a file that is no GGUF, is cut short, or has a tokenizer that llama.cpp does not know. A chat
    // template that is `known` to be harmless is rendered in this process, some ten times as fast.
    static Outcome<std::shared_ptr<const Tokenizer>> open(const std::string& path, const std::string& known = {});

    // Of the metadata of a file that need not exist; `where` begins the message of an error.
    static Outcome<std::shared_ptr<const Tokenizer>> of(gguf_context& metadata, const std::string& where,
                                                        const std::string& known = {});

    ~Tokenizer();

    const Vocabulary& vocabulary() const;
    const ChatPrompt& chat() const;
    const ReasoningRules& reasoning() const;

  private:
    struct Loaded;
    explicit Tokenizer(std::unique_ptr<Loaded> loaded);
    std::unique_ptr<Loaded> loaded_;
};

}  // namespace retort::llama

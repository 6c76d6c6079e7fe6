// Messages to tokens by the model's chat template. Not public.
#pragma once

#include <string>
#include <vector>

#include "base/completion.h"
#include "base/error.h"
#include "model/llama/reasoning.h"
#include "model/llama/vocabulary.h"

namespace retort::llama {

struct RenderedPrompt {
    std::vector<TokenId> tokens;
    bool inside_reasoning = false;  // the prompt ends within the reasoning
};

// What users wrote is never read as control tokens: a message that contains "<|im_end|>" cannot end its turn.
// Const: any thread.
class ChatPrompt {
  public:
    // `chat_template` as in the GGUF; empty where it has none.
    ChatPrompt(const Vocabulary& vocabulary, std::string chat_template);

    // `think` 0 closes the reasoning of a model that marks it. Error: the template is not known.
    Outcome<RenderedPrompt> render(const std::vector<Message>& messages, bool think) const;

    const ReasoningMarks* marks() const { return marks_; }

    // What the user should know about the template; empty when all is well.
    const std::string& note() const { return note_; }

  private:
    struct Part {
        std::string text;
        bool user;  // written by a user, not by the template
    };
    Outcome<std::vector<Part>> parts(const std::vector<Message>& messages) const;
    std::vector<TokenId> tokens_of(const std::vector<Part>& parts) const;
    bool opens_reasoning() const;

    const Vocabulary& vocabulary_;
    std::string template_;
    std::string name_;    // what llama.cpp is given: the template, or "chatml"; empty: contents only
    bool trims_ = false;  // the template trims what users wrote
    std::string note_;
    const ReasoningMarks* marks_;
};

}  // namespace retort::llama

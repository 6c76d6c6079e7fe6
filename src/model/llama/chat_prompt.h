// Messages to tokens by the model's chat template. Not public.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/completion.h"
#include "base/error.h"
#include "model/llama/control_texts.h"
#include "model/llama/family_template.h"
#include "model/llama/jinja_template.h"
#include "model/llama/reasoning.h"
#include "model/llama/template_part.h"
#include "model/llama/vocabulary.h"

namespace retort::llama {

struct RenderedPrompt {
    std::vector<TokenId> tokens;
    bool inside_reasoning = false;  // the prompt ends within the reasoning
};

// Today's date at 0:00 UTC, or that of SOURCE_DATE_EPOCH; seconds since 1970.
std::int64_t date_of_today();

// The GGUF's own template where it can be rendered, else llama.cpp's version of its family, else ChatML where the
// vocabulary has its tokens.
//
// What users wrote is never read as control tokens: a message that contains "<|im_end|>" cannot end its turn. Otherwise
// the tokens are those of a server that renders the same template.
// Const: any thread.
class ChatPrompt {
  public:
    // `chat_template` as in the GGUF; empty where it has none. `date`: for templates that write it.
    ChatPrompt(const Vocabulary& vocabulary, std::string chat_template, std::int64_t date = date_of_today(),
               JinjaRenderer render = render_apart);

    // `think` false closes the reasoning of a model that marks it, where the template does not. Errors: the template
    // cannot be rendered, or refuses these messages; roles other than system, user and assistant.
    Outcome<RenderedPrompt> render(const std::vector<Message>& messages, bool think) const;

    const ReasoningMarks* marks() const { return marks_; }

    // What the user should know about the template; empty when all is well.
    const std::string& note() const { return note_; }

  private:
    struct Draft {
        std::vector<TemplatePart> parts;
        std::string tail;  // what the template wrote after the last message
    };
    void choose(std::int64_t date, JinjaRenderer render);
    void fall_back();
    Outcome<Draft> draft(const std::vector<Message>& messages, bool think) const;
    Outcome<Draft> draft_by_jinja(const std::vector<Message>& messages, bool think) const;
    Outcome<Draft> draft_by_family(const std::vector<Message>& messages) const;
    bool place_reasoning(Draft& draft, bool think) const;
    bool source_opens_reasoning() const;
    std::vector<TokenId> tokens_of(std::vector<TemplatePart> parts) const;
    void append_tokens(std::string_view text, const std::vector<TextSpan>& real,
                       const std::vector<TextSpan>& false_ones, std::vector<TokenId>& out) const;

    const Vocabulary& vocabulary_;
    ControlTexts controls_;
    std::string source_;
    std::optional<JinjaTemplate> jinja_;
    std::optional<FamilyTemplate> family_;  // where there is no jinja_; without both: contents only
    std::string refusal_;                   // why jinja_ is not there though the GGUF has a template
    std::string note_;
    const ReasoningMarks* marks_;
};

}  // namespace retort::llama

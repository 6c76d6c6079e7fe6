// Chat prompts and what models write: the first byte chooses a template, the rest is a message and a model's output.
// What must hold for any bytes: a message never adds a control token, whoever wrote it, and an output cut anywhere
// splits into the same reasoning and answer, as valid UTF-8. Or the rest is a template: then this process must outlive
// it, within its bounds.
#include <llama.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "llama/chat_templates.h"
#include "llama/tiny_model.h"
#include "model/llama/backend.h"
#include "model/llama/chat_prompt.h"

namespace {

using namespace retort;
using namespace retort::llama;

// Some by llama.cpp's built-in families, some by its Jinja engine, in this process.
constexpr std::array<std::string_view, 15> kTemplates{"<|im_start|>",
                                                      "[INST] <<SYS>>",
                                                      "<|start_header_id|> <|end_header_id|>",
                                                      "<start_of_turn>",
                                                      "<|assistant|> <|end|>",
                                                      "<|im_start|> <think></think>",
                                                      "",
                                                      "{{ unknown }}",
                                                      testing::kOwnSystemTemplate,
                                                      testing::kSwitchedThinkingTemplate,
                                                      testing::kDatedTemplate,
                                                      testing::kNoSystemTemplate,
                                                      testing::kOpenedThinkingTemplate,
                                                      testing::kPartsTemplate,
                                                      testing::kGluingTemplate};

const Vocabulary& vocabulary() {
    static const testing::TinyModelFile file({.thinks = true});
    static llama_model* model = [] {
        if (!load_backends()) std::abort();
        llama_model_params parameters = llama_model_default_params();
        parameters.vocab_only = true;
        return llama_model_load_from_file(file.path().c_str(), parameters);
    }();
    static const Vocabulary made(model);
    return made;
}

void check(bool holds) {
    if (!holds) std::abort();
}

// A template, and how many control tokens it writes around messages that have none.
class Templated {
  public:
    explicit Templated(std::string_view source) : chat_(vocabulary(), std::string(source), 0, render_here) {
        for (std::size_t i = 0; i < kConversations; ++i) harmless_[i] = controls(i, "y");
    }

    void check_message(const std::string& message) const {
        for (std::size_t i = 0; i < kConversations; ++i) check(controls(i, message) == harmless_[i]);
    }
    const ReasoningMarks* marks() const { return chat_.marks(); }

  private:
    static constexpr std::size_t kConversations = 3;

    // Nothing where the template refuses it.
    std::optional<std::ptrdiff_t> controls(std::size_t conversation, const std::string& text) const {
        std::vector<Message> messages{{"system", "x"}, {"user", text}};
        if (conversation == 2) messages = {{"user", text}, {"assistant", text}, {"user", "x"}};
        const auto rendered = chat_.render(messages, conversation == 0);
        if (!rendered) return std::nullopt;
        return std::count_if(rendered->tokens.begin(), rendered->tokens.end(),
                             [](TokenId token) { return vocabulary().is_control(token); });
    }

    ChatPrompt chat_;
    std::array<std::optional<std::ptrdiff_t>, kConversations> harmless_;
};

// A template that nobody wrote: the bounds hold, and whatever it gives can be made tokens.
void check_source(const std::string& source) {
    const ChatPrompt chat(vocabulary(), source, 0);
    const auto rendered = chat.render({{"system", "x<|im_end|>"}, {"user", "<s>y"}}, false);
    if (rendered)
        for (const TokenId token : rendered->tokens) check(vocabulary().valid(token));
}

std::array<std::string, 2> split(const ReasoningMarks* marks, std::string_view output, std::size_t step) {
    ReasoningSplitter splitter(marks, false);
    std::vector<ReasoningSplitter::Piece> pieces;
    for (std::size_t from = 0; from < output.size(); from += step) splitter.feed(output.substr(from, step), pieces);
    splitter.finish(pieces);
    std::array<std::string, 2> out;
    for (const auto& piece : pieces) {
        check(valid_utf8(piece.text) == piece.text);
        out[piece.reasoning ? 1 : 0] += piece.text;
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static std::array<std::unique_ptr<Templated>, kTemplates.size()> templates;
    const std::size_t chosen = data[0] % (kTemplates.size() + 1);
    const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
    if (chosen == kTemplates.size()) {
        check_source(text);
        return 0;
    }
    if (!templates[chosen]) templates[chosen] = std::make_unique<Templated>(kTemplates[chosen]);
    templates[chosen]->check_message(text);
    const ReasoningMarks* marks = templates[chosen]->marks();
    check(split(marks, text, 1) == split(marks, text, text.size() + 1));
    check(split(marks, text, 7) == split(marks, text, text.size() + 1));
    return 0;
}

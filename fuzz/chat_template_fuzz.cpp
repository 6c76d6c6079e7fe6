// Chat prompts and what models write: the first byte chooses a template, the rest is a message and a model's output.
// What must hold for any bytes: a message never adds a control token, whoever wrote it, and an output cut anywhere
// splits into the same reasoning and answer, as valid UTF-8. Or the rest is a template: then this process must outlive
// it, within its bounds.
#include <llama.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>

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

std::ptrdiff_t controls(const RenderedPrompt& prompt) {
    return std::count_if(prompt.tokens.begin(), prompt.tokens.end(),
                         [](TokenId t) { return vocabulary().is_control(t); });
}

void check(bool holds) {
    if (!holds) std::abort();
}

void check_prompt(const ChatPrompt& chat, const std::string& message) {
    const auto asked = [&](const std::string& text) { return std::vector<Message>{{"system", "x"}, {"user", text}}; };
    const auto talk = [&](const std::string& text) {
        return std::vector<Message>{{"user", "x"}, {"assistant", text}, {"user", text}};
    };
    for (const bool think : {false, true}) {
        const auto harmless = chat.render(asked("y"), think);
        const auto rendered = chat.render(asked(message), think);
        check(harmless.has_value() == rendered.has_value());
        if (rendered) check(controls(*rendered) == controls(*harmless));
    }
    const auto harmless = chat.render(talk("y"), true);
    const auto rendered = chat.render(talk(message), true);
    check(harmless.has_value() == rendered.has_value());
    if (rendered) check(controls(*rendered) == controls(*harmless));
}

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
    static std::array<std::unique_ptr<ChatPrompt>, kTemplates.size()> chats;
    const std::size_t chosen = data[0] % (kTemplates.size() + 1);
    const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
    if (chosen == kTemplates.size()) {
        check_source(text);
        return 0;
    }
    if (!chats[chosen])
        chats[chosen] = std::make_unique<ChatPrompt>(vocabulary(), std::string(kTemplates[chosen]), 0, render_here);
    check_prompt(*chats[chosen], text);
    const ReasoningMarks* marks = chats[chosen]->marks();
    check(split(marks, text, 1) == split(marks, text, text.size() + 1));
    check(split(marks, text, 7) == split(marks, text, text.size() + 1));
    return 0;
}

#include "model/llama/tokenizer.h"

#include <fmt/format.h>
#include <llama.h>

#include "model/llama/backend.h"
#include "model/llama/gguf_file.h"

namespace retort::llama {
namespace {

struct FreeModel {
    void operator()(llama_model* model) const { llama_model_free(model); }
};
using ModelHandle = std::unique_ptr<llama_model, FreeModel>;

llama_model_params vocabulary_only() {
    llama_model_params params = llama_model_default_params();
    params.vocab_only = true;
    return params;
}

Error unreadable(const std::string& where, const LogCapture& log) {
    return {ErrorKind::file, fmt::format("llama.cpp cannot read the tokenizer of {}{}", where, log.reason())};
}

}  // namespace

ReasoningRules reasoning_rules(const Vocabulary& vocabulary, const ReasoningMarks* marks) {
    ReasoningRules rules;
    rules.marks = marks;
    if (marks == nullptr) return rules;
    rules.forced_end = vocabulary.control("\n" + std::string(marks->end) + "\n\n");
    rules.begin_token = vocabulary.single(marks->begin);
    rules.end_token = vocabulary.single(marks->end);
    return rules;
}

std::string chat_template_of(const llama_model* model) {
    const char* text = llama_model_chat_template(model, nullptr);
    return text == nullptr ? std::string() : std::string(text);
}

struct Tokenizer::Loaded {
    explicit Loaded(ModelHandle m, const std::string& known = {})
        : model(std::move(m)),
          vocabulary(model.get()),
          chat(vocabulary, chat_template_of(model.get()), date_of_today(),
               chat_template_of(model.get()) == known ? render_here : render_apart),
          reasoning(reasoning_rules(vocabulary, chat.marks())) {}

    ModelHandle model;
    Vocabulary vocabulary;
    ChatPrompt chat;
    ReasoningRules reasoning;
};

Tokenizer::Tokenizer(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
Tokenizer::~Tokenizer() = default;

Outcome<std::shared_ptr<const Tokenizer>> Tokenizer::open(const std::string& path, const std::string& known) {
    if (const Outcome<void> backends = load_backends(); !backends) return backends.error();
    if (const Outcome<GgufHandle> file = open_gguf(path); !file) return file.error();
    const LogCapture log;
    ModelHandle model(llama_model_load_from_file(path.c_str(), vocabulary_only()));
    if (!model) return unreadable(path, log);
    return std::shared_ptr<const Tokenizer>(new Tokenizer(std::make_unique<Loaded>(std::move(model), known)));
}

Outcome<std::shared_ptr<const Tokenizer>> Tokenizer::of(gguf_context& metadata, const std::string& where,
                                                        const std::string& known) {
    if (const Outcome<void> backends = load_backends(); !backends) return backends.error();
    const LogCapture log;
    ModelHandle model(llama_model_init_from_user(&metadata, nullptr, nullptr, vocabulary_only()));
    if (!model) return unreadable(where, log);
    return std::shared_ptr<const Tokenizer>(new Tokenizer(std::make_unique<Loaded>(std::move(model), known)));
}

const Vocabulary& Tokenizer::vocabulary() const {
    return loaded_->vocabulary;
}
const ChatPrompt& Tokenizer::chat() const {
    return loaded_->chat;
}
const ReasoningRules& Tokenizer::reasoning() const {
    return loaded_->reasoning;
}

}  // namespace retort::llama

#include "model/llama/chat_prompt.h"

#include <llama.h>

#include <algorithm>

#include "base/text.h"

namespace retort::llama {
namespace {

// Stands for the content of message i while the template is rendered. U+E000 and up are for private use; no template
// contains them.
std::string placeholder(std::size_t i) {
    return "\xEE\x80\x80" + std::to_string(i) + "\xEE\x80\x81";
}

// Nothing when llama.cpp does not know the template.
std::optional<std::string> render_by(const std::string& name, const std::vector<Message>& messages) {
    std::vector<llama_chat_message> chat;
    chat.reserve(messages.size());
    for (const Message& message : messages) chat.push_back({message.role.c_str(), message.content.c_str()});
    const int size = llama_chat_apply_template(name.c_str(), chat.data(), chat.size(), true, nullptr, 0);
    if (size < 0) return std::nullopt;
    std::string out(static_cast<std::size_t>(size) + 1, '\0');
    llama_chat_apply_template(name.c_str(), chat.data(), chat.size(), true, out.data(), size + 1);
    out.resize(static_cast<std::size_t>(size));
    return out;
}

bool known(const std::string& name) {
    return render_by(name, {Message{"user", "x"}}).has_value();
}

// Some templates trim what users wrote, so a placeholder between spaces shows whether this one does.
bool trims(const std::string& name) {
    const std::string padded = " " + placeholder(0) + " ";
    const std::optional<std::string> rendered = render_by(name, {Message{"user", padded}});
    return rendered && rendered->find(padded) == std::string::npos;
}

Error unknown_template() {
    return {ErrorKind::model,
            "the chat template of this GGUF is not known to llama.cpp: use a GGUF with a common template (retort model "
            "info FILE shows it), or a server with --url"};
}

void append(std::vector<TokenId>& out, const std::vector<TokenId>& more) {
    out.insert(out.end(), more.begin(), more.end());
}

}  // namespace

ChatPrompt::ChatPrompt(const Vocabulary& vocabulary, std::string chat_template)
    : vocabulary_(vocabulary),
      template_(std::move(chat_template)),
      marks_(find_marks(template_, [&](std::string_view mark) { return vocabulary.single(mark) >= 0; })) {
    if (!template_.empty() && known(template_)) {
        name_ = template_;
    } else if (vocabulary.single("<|im_start|>") >= 0 && vocabulary.single("<|im_end|>") >= 0) {
        name_ = "chatml";
        note_ = template_.empty()
                    ? "the GGUF has no chat template: ChatML is used, since the vocabulary has its tokens"
                    : "the chat template of the GGUF is not known: ChatML is used, since the vocabulary has its tokens";
    } else if (template_.empty()) {
        note_ = "the GGUF has no chat template: the model reads the messages' contents alone";
    }
    trims_ = !name_.empty() && trims(name_);
}

Outcome<RenderedPrompt> ChatPrompt::render(const std::vector<Message>& messages, bool think) const {
    const Outcome<std::vector<Part>> rendered = parts(messages);
    if (!rendered) return rendered.error();
    RenderedPrompt out;
    out.tokens = tokens_of(*rendered);
    if (marks_ == nullptr) return out;
    if (!think) {
        append(out.tokens,
               vocabulary_.control(std::string(marks_->begin) + "\n\n" + std::string(marks_->end) + "\n\n"));
    } else if (opens_reasoning()) {
        append(out.tokens, vocabulary_.control(std::string(marks_->begin) + "\n"));
        out.inside_reasoning = true;
    }
    return out;
}

Outcome<std::vector<ChatPrompt::Part>> ChatPrompt::parts(const std::vector<Message>& messages) const {
    std::vector<Part> out;
    if (name_.empty()) {
        if (!template_.empty()) return unknown_template();
        for (const Message& message : messages) out.push_back({message.content + "\n", true});
        return out;
    }
    std::vector<Message> hollow = messages;
    for (std::size_t i = 0; i < hollow.size(); ++i) hollow[i].content = placeholder(i);
    const std::optional<std::string> rendered = render_by(name_, hollow);
    if (!rendered) return unknown_template();
    std::size_t from = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const std::string mark = placeholder(i);
        const std::size_t at = rendered->find(mark, from);
        if (at == std::string::npos)
            return Error{ErrorKind::model, "the model's chat template leaves out messages of role " + messages[i].role +
                                               ": use the roles system, user and assistant"};
        out.push_back({rendered->substr(from, at - from), false});
        out.push_back({trims_ ? std::string(trim(messages[i].content)) : messages[i].content, true});
        from = at + mark.size();
    }
    out.push_back({rendered->substr(from), false});
    return out;
}

// A text in which nothing that a user wrote looks like a control token is tokenised as one, as servers do; else each
// part by itself, what users wrote as plain text.
std::vector<TokenId> ChatPrompt::tokens_of(const std::vector<Part>& parts) const {
    std::string whole;
    std::vector<TokenId> apart;
    bool harmless = true;
    if (vocabulary_.opening() >= 0) apart.push_back(vocabulary_.opening());
    for (const Part& part : parts) {
        whole += part.text;
        const std::vector<TokenId> tokens = part.user ? vocabulary_.plain(part.text) : vocabulary_.control(part.text);
        if (part.user) harmless = harmless && tokens == vocabulary_.control(part.text);
        append(apart, tokens);
    }
    const auto controls = [&](const std::vector<TokenId>& tokens) {
        return std::count_if(tokens.begin(), tokens.end(), [&](TokenId t) { return vocabulary_.is_control(t); });
    };
    std::vector<TokenId> joined = vocabulary_.control(whole, true);
    std::vector<TokenId>& out = harmless && controls(joined) == controls(apart) ? joined : apart;
    const bool twice = out.size() > 1 && out[0] == vocabulary_.opening() && out[1] == vocabulary_.opening();
    if (twice) out.erase(out.begin());  // the template wrote it as well
    return std::move(out);
}

// Some templates end the prompt with the beginning mark; llama.cpp's renderings leave it out.
bool ChatPrompt::opens_reasoning() const {
    const std::size_t tail = template_.rfind("add_generation_prompt");
    if (tail == std::string::npos) return false;
    const std::string_view text = std::string_view(template_).substr(tail);
    return text.find(marks_->begin) != std::string_view::npos && text.find(marks_->end) == std::string_view::npos;
}

}  // namespace retort::llama

#include "model/llama/family_template.h"

#include <llama.h>

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

// Some templates trim what users wrote, so a placeholder between spaces shows whether this one does.
bool trims(const std::string& name) {
    const std::string padded = " " + placeholder(0) + " ";
    const std::optional<std::string> rendered = render_by(name, {Message{"user", padded}});
    return rendered && rendered->find(padded) == std::string::npos;
}

}  // namespace

FamilyTemplate::FamilyTemplate(std::string name) : name_(std::move(name)), trims_(trims(name_)) {}

std::optional<FamilyTemplate> FamilyTemplate::find(const std::string& name) {
    if (name.empty() || !render_by(name, {Message{"user", "x"}})) return std::nullopt;
    return FamilyTemplate(name);
}

Outcome<std::vector<TemplatePart>> FamilyTemplate::render(const std::vector<Message>& messages) const {
    std::vector<Message> hollow = messages;
    for (std::size_t i = 0; i < hollow.size(); ++i) hollow[i].content = placeholder(i);
    const std::string rendered = render_by(name_, hollow).value_or("");
    std::vector<TemplatePart> out;
    std::size_t from = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const std::string mark = placeholder(i);
        const std::size_t at = rendered.find(mark, from);
        if (at == std::string::npos)
            return Error{ErrorKind::model, "the model's chat template leaves out messages of role " + messages[i].role};
        out.push_back({rendered.substr(from, at - from), false});
        out.push_back({trims_ ? std::string(trim(messages[i].content)) : messages[i].content, true});
        from = at + mark.size();
    }
    out.push_back({rendered.substr(from), false});
    return out;
}

}  // namespace retort::llama

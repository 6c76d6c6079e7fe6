#include "model/llama/chat_prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>

#include "base/text.h"

namespace retort::llama {
namespace {

constexpr std::array<std::string_view, 3> kRoles{"system", "user", "assistant"};

void append(std::vector<TokenId>& out, const std::vector<TokenId>& more) {
    out.insert(out.end(), more.begin(), more.end());
}

// What the template wrote after the last message.
std::string tail_of(const std::vector<TemplatePart>& parts) {
    const auto last = std::find_if(parts.rbegin(), parts.rend(), [](const TemplatePart& part) { return part.user; });
    std::string out;
    for (auto part = last.base(); part != parts.end(); ++part) out += part->text;
    return out;
}

}  // namespace

std::int64_t date_of_today() {
    constexpr std::int64_t kDay = 86400;
    const char* const given = std::getenv("SOURCE_DATE_EPOCH");
    std::int64_t seconds = std::time(nullptr);
    if (given != nullptr) std::from_chars(given, given + std::string_view(given).size(), seconds);
    return seconds / kDay * kDay;
}

ChatPrompt::ChatPrompt(const Vocabulary& vocabulary, std::string chat_template, std::int64_t date, JinjaRenderer render)
    : vocabulary_(vocabulary),
      controls_(vocabulary),
      source_(std::move(chat_template)),
      marks_(find_marks(source_, [&](std::string_view mark) { return vocabulary.single(mark) >= 0; })) {
    choose(date, render);
}

void ChatPrompt::choose(std::int64_t date, JinjaRenderer render) {
    if (source_.empty()) return fall_back();
    const auto text_of = [&](TokenId token) { return token < 0 ? std::string() : vocabulary_.piece(token, true); };
    Outcome<JinjaTemplate> opened =
        JinjaTemplate::open(source_, {text_of(vocabulary_.begin()), text_of(vocabulary_.end()), date}, render);
    if (!opened) {
        refusal_ = opened.error().message;
        return fall_back();
    }
    jinja_ = std::move(*opened);
    if (jinja_->dated()) note_ = "the model's chat template writes the date into prompts: another day, other prompts";
}

void ChatPrompt::fall_back() {
    const std::string found =
        source_.empty() ? "the GGUF has no chat template" : "the GGUF's chat template is not rendered: " + refusal_;
    family_ = FamilyTemplate::find(source_);
    if (family_) {
        note_ = found + ". llama.cpp's own version of it is used, which leaves out what the template adds by itself";
    } else if (vocabulary_.single("<|im_start|>") >= 0 && vocabulary_.single("<|im_end|>") >= 0) {
        family_ = FamilyTemplate::find("chatml");
        note_ = found + ". ChatML is used, since the vocabulary has its tokens";
    } else if (source_.empty()) {
        note_ = found + ": the model reads the messages' contents alone";
    }
}

Outcome<RenderedPrompt> ChatPrompt::render(const std::vector<Message>& messages, bool think) const {
    for (const Message& message : messages)
        if (std::find(kRoles.begin(), kRoles.end(), message.role) == kRoles.end())
            return Error{ErrorKind::model, fmt::format("a message of role '{}': expected one of {}, {} or {}",
                                                       message.role, kRoles[0], kRoles[1], kRoles[2])};
    Outcome<Draft> drafted = draft(messages, think);
    if (!drafted) return drafted.error();
    RenderedPrompt out;
    if (marks_ != nullptr) out.inside_reasoning = place_reasoning(*drafted, think);
    out.tokens = tokens_of(std::move(drafted->parts));
    return out;
}

Outcome<ChatPrompt::Draft> ChatPrompt::draft(const std::vector<Message>& messages, bool think) const {
    if (jinja_) return draft_by_jinja(messages, think);
    if (family_) return draft_by_family(messages);
    if (!source_.empty())
        return Error{ErrorKind::model,
                     fmt::format("the chat template of this GGUF cannot be rendered: {}. Use a GGUF with another, or a "
                                 "server with --url",
                                 refusal_)};
    Draft out;
    for (const Message& message : messages) out.parts.push_back({message.content + "\n", true});
    return out;
}

// Rendered twice: with what users wrote, where only what looks like control tokens is hidden, since templates look into
// contents; and with all of it hidden. If both have the same control tokens, then all are the template's and none was
// put together from pieces. Else the second it is, with the contents as they were written.
Outcome<ChatPrompt::Draft> ChatPrompt::draft_by_jinja(const std::vector<Message>& messages, bool think) const {
    HiddenTexts controls, contents;
    std::vector<Message> open = messages, hollow = messages;
    for (Message& message : open) message.content = controls.hide_controls(message.content, controls_);
    for (Message& message : hollow) message.content = contents.hide_whole(message.content, controls_);
    const Outcome<std::vector<std::string>> texts = jinja_->render({std::move(open), std::move(hollow)}, think);
    if (!texts) return texts.error();
    std::optional<std::vector<TemplatePart>> natural = controls.show((*texts)[0]);
    std::optional<std::vector<TemplatePart>> safe = contents.show((*texts)[1]);
    if (!safe) return Error{ErrorKind::model, "the model's chat template: cuts messages into pieces"};
    Draft out{{}, tail_of(*safe)};
    const bool same = natural && control_sequence(controls_, *natural) == control_sequence(controls_, *safe);
    out.parts = same ? std::move(*natural) : std::move(*safe);
    return out;
}

Outcome<ChatPrompt::Draft> ChatPrompt::draft_by_family(const std::vector<Message>& messages) const {
    Outcome<std::vector<TemplatePart>> parts = family_->render(messages);
    if (!parts) return parts.error();
    // llama.cpp's versions leave the mark out.
    if (marks_ != nullptr && source_opens_reasoning()) parts->push_back({std::string(marks_->begin) + "\n", false});
    Draft out{std::move(*parts), ""};
    out.tail = tail_of(out.parts);
    return out;
}

// Opens or closes the reasoning where the template did not, and says whether the prompt ends within it.
bool ChatPrompt::place_reasoning(Draft& draft, bool think) const {
    const std::size_t begin = draft.tail.rfind(marks_->begin);
    const std::size_t end = draft.tail.rfind(marks_->end);
    const bool inside = begin != std::string::npos && (end == std::string::npos || end < begin);
    if (think) return inside;
    if (inside) {
        draft.parts.push_back({"\n" + std::string(marks_->end) + "\n\n", false});
    } else if (!trim(draft.tail).ends_with(marks_->end)) {
        draft.parts.push_back({std::string(marks_->begin) + "\n\n" + std::string(marks_->end) + "\n\n", false});
    }
    return false;
}

bool ChatPrompt::source_opens_reasoning() const {
    const std::size_t tail = source_.rfind("add_generation_prompt");
    if (tail == std::string::npos) return false;
    const std::string_view text = std::string_view(source_).substr(tail);
    return text.find(marks_->begin) != std::string_view::npos && text.find(marks_->end) == std::string_view::npos;
}

// A text in which nothing that a user wrote looks like a control token is tokenised as one, as servers do.
std::vector<TokenId> ChatPrompt::tokens_of(std::vector<TemplatePart> parts) const {
    std::vector<TokenId> out;
    if (vocabulary_.opening() >= 0) {
        out.push_back(vocabulary_.opening());
        const std::string bos = vocabulary_.piece(vocabulary_.opening(), true);
        // The template wrote it as well.
        if (!parts.empty() && !parts.front().user && parts.front().text.starts_with(bos))
            parts.front().text.erase(0, bos.size());
    }
    const std::string text = text_of(parts);
    const std::vector<TextSpan> users = user_spans(parts);
    const std::vector<TextSpan> all = controls_.find(text);
    const auto by_user = [&](const TextSpan& span) { return touches(span, users); };
    std::vector<TextSpan> false_ones;
    std::copy_if(all.begin(), all.end(), std::back_inserter(false_ones), by_user);
    append_tokens(text, apart(all, by_user), false_ones, out);
    return out;
}

// Between two control tokens of the template, a stretch with a false one is tokenised by itself, as plain text.
void ChatPrompt::append_tokens(std::string_view text, const std::vector<TextSpan>& real,
                               const std::vector<TextSpan>& false_ones, std::vector<TokenId>& out) const {
    std::size_t from = 0;      // what is not tokenised yet
    std::size_t previous = 0;  // the end of the last control token
    auto next_false = false_ones.begin();
    const auto stretch = [&](std::size_t begin, std::size_t end) {
        while (next_false != false_ones.end() && next_false->end <= begin) ++next_false;
        if (next_false == false_ones.end() || next_false->begin >= end) return;
        append(out, vocabulary_.control(text.substr(from, begin - from)));
        append(out, vocabulary_.plain(text.substr(begin, end - begin)));
        from = end;
    };
    for (const TextSpan& token : real) {
        stretch(previous, token.begin);
        previous = token.end;
    }
    stretch(previous, text.size());
    append(out, vocabulary_.control(text.substr(from)));
}

}  // namespace retort::llama

#include "model/llama/jinja_template.h"

#include <fmt/format.h>

#include <string_view>

namespace retort::llama {
namespace {

// Those of the large models have some 20 KB.
constexpr std::size_t kMostBytes = std::size_t{256} << 10;

// What probes say; no template says it.
constexpr std::string_view kProbeUser = "retort-probe-user";
constexpr std::string_view kProbeSystem = "retort-probe-system";

// "S" and "U" become "S\nU" in the second's role.
void merge_system(std::vector<Message>& messages) {
    if (messages.empty() || messages.front().role != "system") return;
    if (messages.size() == 1) {
        messages.front().role = "user";
        return;
    }
    messages[1].content = messages.front().content + "\n" + messages[1].content;
    messages.erase(messages.begin());
}

bool has(const Outcome<std::string>& text, std::string_view what) {
    return text && text->find(what) != std::string::npos;
}

}  // namespace

Outcome<JinjaTemplate> JinjaTemplate::open(std::string source, JinjaSurroundings surroundings, JinjaRenderer render) {
    if (!has_jinja())
        return Error{ErrorKind::model, "this build has no Jinja engine, which comes with llama.cpp's source"};
    if (source.size() > kMostBytes)
        return Error{ErrorKind::model, fmt::format("it has {} bytes, of at most {}", source.size(), kMostBytes)};
    JinjaTemplate out(std::move(source), std::move(surroundings), render);
    if (const Outcome<void> learnt = out.learn_contents(); !learnt) return learnt.error();
    const Outcome<std::string> both =
        out.probe({{"system", std::string(kProbeSystem)}, {"user", std::string(kProbeUser)}});
    out.takes_system_ = has(both, kProbeSystem) && has(both, kProbeUser);
    return out;
}

// Contents are texts; some templates take them as lists of parts alone.
Outcome<void> JinjaTemplate::learn_contents() {
    const Outcome<std::string> plain = probe({{"user", std::string(kProbeUser)}});
    if (has(plain, kProbeUser)) return {};
    const bool beyond_bounds = !plain && plain.error().kind == ErrorKind::file;
    if (beyond_bounds) return plain.error();
    content_parts_ = true;
    if (has(probe({{"user", std::string(kProbeUser)}}), kProbeUser)) return {};
    if (!plain) return plain.error();
    return Error{ErrorKind::model, "leaves out what users write"};
}

Outcome<std::string> JinjaTemplate::probe(std::vector<Message> messages) {
    const Outcome<JinjaReply> reply = ask({std::move(messages)}, true);
    if (!reply) return reply.error();
    dated_ = dated_ || reply->dated;
    return reply->texts.front();
}

Outcome<JinjaReply> JinjaTemplate::ask(std::vector<std::vector<Message>> conversations, bool think) const {
    const std::size_t expected = conversations.size();
    Outcome<JinjaReply> reply = render_({source_, std::move(conversations), think, content_parts_, surroundings_.bos,
                                         surroundings_.eos, surroundings_.date});
    if (reply && reply->texts.size() != expected) return Error{ErrorKind::file, "gave an answer that is not whole"};
    return reply;
}

Outcome<std::vector<std::string>> JinjaTemplate::render(std::vector<std::vector<Message>> conversations,
                                                        bool think) const {
    if (!takes_system_)
        for (std::vector<Message>& messages : conversations) merge_system(messages);
    Outcome<JinjaReply> reply = ask(std::move(conversations), think);
    if (!reply) return Error{ErrorKind::model, "the model's chat template: " + reply.error().message};
    return std::move(reply->texts);
}

}  // namespace retort::llama

#include "model/llama/jinja_engine.h"

#include <jinja/lexer.h>
#include <jinja/parser.h>
#include <jinja/runtime.h>
#include <jinja/value.h>

#include <array>
#include <ctime>
#include <stdexcept>

#include "base/text.h"

namespace retort::llama {
namespace {

jinja::value text(const std::string& bytes) {
    return jinja::mk_val<jinja::value_string>(bytes);
}

jinja::value content(const std::string& bytes, bool as_parts) {
    if (!as_parts) return text(bytes);
    const jinja::value_object part = jinja::mk_val<jinja::value_object>();
    part->insert("type", text("text"));
    part->insert("text", text(bytes));
    const jinja::value_array out = jinja::mk_val<jinja::value_array>();
    out->push_back(part);
    return out;
}

jinja::value list(const std::vector<Message>& messages, bool content_parts) {
    const jinja::value_array out = jinja::mk_val<jinja::value_array>();
    for (const Message& message : messages) {
        const jinja::value_object one = jinja::mk_val<jinja::value_object>();
        one->insert("role", text(message.role));
        one->insert("content", content(message.content, content_parts));
        out->push_back(one);
    }
    return out;
}

std::string date_text(std::int64_t date, const std::string& format) {
    const std::time_t seconds = date;
    std::tm parts{};
    std::array<char, 256> out{};
    if (gmtime_r(&seconds, &parts) == nullptr || std::strftime(out.data(), out.size(), format.c_str(), &parts) == 0)
        throw std::runtime_error("the template asks for the date in a format that gives nothing");
    return out.data();
}

// In place of the engine's own, which reads the clock and the time zone.
jinja::value clock_of(std::int64_t date, bool& asked) {
    return jinja::mk_val<jinja::value_func>("strftime_now", [date, &asked](const jinja::func_args& arguments) {
        asked = true;
        return text(date_text(date, arguments.get_pos(0)->as_string().str()));
    });
}

// The engine wraps what went wrong into the place where it did, over several lines.
std::string reason(const std::string& what) {
    constexpr std::string_view kBefore = "Error: ";
    constexpr std::size_t kMost = 240;
    const std::size_t last = what.rfind(kBefore);
    std::string_view out =
        trim(last == std::string::npos ? what : std::string_view(what).substr(last + kBefore.size()));
    out = utf8_prefix(out.substr(0, out.find('\n')), kMost);
    return valid_utf8(out);
}

JinjaReply render(const JinjaRequest& request) {
    const jinja::program program = jinja::parse_from_tokens(jinja::lexer().tokenize(request.source));
    JinjaReply reply;
    for (const std::vector<Message>& messages : request.conversations) {
        jinja::context context(request.source);
        context.set_val("messages", list(messages, request.content_parts));
        context.set_val("add_generation_prompt", jinja::mk_val<jinja::value_bool>(true));
        context.set_val("enable_thinking", jinja::mk_val<jinja::value_bool>(request.think));
        context.set_val("bos_token", text(request.bos));
        context.set_val("eos_token", text(request.eos));
        context.set_val("strftime_now", clock_of(request.date, reply.dated));
        const jinja::value written = jinja::runtime(context).execute(program);
        reply.texts.push_back(jinja::runtime::gather_string_parts(written)->val_str.str());
    }
    return reply;
}

}  // namespace

bool has_jinja() {
    return true;
}

JinjaReply render_jinja(const JinjaRequest& request) {
    try {
        return render(request);
    } catch (const std::exception& failure) {
        throw std::runtime_error(reason(failure.what()));
    }
}

}  // namespace retort::llama

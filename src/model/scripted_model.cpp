#include "model/scripted_model.h"

#include <cctype>

namespace retort {

std::int64_t count_words(std::string_view text) {
    std::int64_t words = 0;
    bool inside = false;
    for (const char c : text) {
        const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
        words += !space && !inside;
        inside = !space;
    }
    return words;
}

std::string prompt_text(const Prompt& prompt) {
    std::string out;
    if (const auto* messages = std::get_if<Messages>(&prompt))
        for (const Message& message : **messages) out += message.content + "\n";
    return out;
}

Completion scripted_text(std::string text, std::string reasoning) {
    Completion out;
    out.finish = Finish::stop;
    out.text = std::move(text);
    out.reasoning = std::move(reasoning);
    return out;
}

ScriptedModel::ScriptedModel(Script script, Latency latency)
    : script_(std::move(script)), latency_(std::move(latency)), info_{"scripted", 0, false, "scripted"} {}

Task<Completion> ScriptedModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) {
    asked_.push_back(request);
    bool whole = true;
    if (latency_) {
        whole = co_await sleep_for(latency_(request), stop);
    } else {
        co_await yield_to_loop();
        whole = !stop.stop_requested();
    }
    if (!whole) {
        Completion cancelled;
        cancelled.finish = Finish::cancelled;
        co_return cancelled;
    }
    Completion out = script_(request);
    if (out.ok()) {
        if (out.usage.in == 0) out.usage.in = count_words(prompt_text(request.prompt));
        if (out.usage.reasoning == 0) out.usage.reasoning = count_words(out.reasoning);
        if (out.usage.out == 0) out.usage.out = count_words(out.text) + out.usage.reasoning;
        if (on_delta) on_delta({out.text, false, out.usage.out});
    }
    co_return out;
}

Task<TokenCount> ScriptedModel::count_tokens(std::string text) {
    co_return TokenCount{count_words(text), true};
}

Task<TokenCount> ScriptedModel::count_prompt(Prompt prompt) {
    co_return TokenCount{count_words(prompt_text(prompt)), true};
}

}  // namespace retort

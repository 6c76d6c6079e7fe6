// Replies of POST /v1/chat/completions.
#include "gateway/api/reply_json.h"

namespace retort::gateway {
namespace {

class ChatWriter : public ReplyWriter {
  public:
    explicit ChatWriter(ReplyIdentity identity) : identity_(std::move(identity)) {}

    std::string begin() override { return data_event(delta_chunk({{"role", "assistant"}, {"content", ""}})); }
    std::string progress(std::string_view text) override {
        return data_event(delta_chunk({{"reasoning_content", text}}));
    }
    std::string text(std::string_view text) override { return data_event(delta_chunk({{"content", text}})); }

    std::string end(const ChatAnswer& answer, const BudgetTotals& budget) override {
        std::string out;
        if (!answer.tool_calls.empty()) out += chunk_of_tool_calls(answer.tool_calls);
        ordered_json last = chunk(choice({{"delta", ordered_json::object()}}, finish_reason(answer)));
        last["retort"] = retort_usage(answer, budget);
        out += data_event(last);
        if (identity_.wants_usage) {
            ordered_json usage = chunk(ordered_json::array());
            usage["usage"] = chat_usage(answer, budget);
            out += data_event(usage);
        }
        return out + "data: [DONE]\n\n";
    }

    std::string failed(const ApiError& error) override { return "data: " + error_body(error) + "\n\ndata: [DONE]\n\n"; }

    std::string whole(const ChatAnswer& answer, const BudgetTotals& budget) override {
        ordered_json message{{"role", "assistant"}, {"content", answer.text}};
        if (!answer.reasoning.empty()) message["reasoning_content"] = answer.reasoning;
        if (!answer.tool_calls.empty()) {
            message["tool_calls"] = ordered_json::parse(answer.tool_calls);
            if (answer.text.empty()) message["content"] = nullptr;
        }
        ordered_json out = framed("chat.completion", choice({{"message", std::move(message)}}, finish_reason(answer)));
        out["usage"] = chat_usage(answer, budget);
        return dumped(out);
    }

  private:
    // The one choice, with what it holds.
    static ordered_json choice(ordered_json content, const ordered_json& finish) {
        ordered_json one{{"index", 0}};
        one.update(content);
        one["finish_reason"] = finish;
        return ordered_json::array({std::move(one)});
    }

    ordered_json framed(const char* object, ordered_json choices) const {
        return {{"id", "chatcmpl-" + identity_.id},
                {"object", object},
                {"created", identity_.created},
                {"model", identity_.model},
                {"choices", std::move(choices)}};
    }

    ordered_json chunk(ordered_json choices) const { return framed("chat.completion.chunk", std::move(choices)); }

    ordered_json delta_chunk(ordered_json delta) const { return chunk(choice({{"delta", std::move(delta)}}, nullptr)); }

    std::string chunk_of_tool_calls(const std::string& tool_calls) const {
        ordered_json calls = ordered_json::parse(tool_calls);
        for (std::size_t i = 0; i < calls.size(); ++i) calls[i]["index"] = i;
        return data_event(delta_chunk({{"tool_calls", std::move(calls)}}));
    }

    ReplyIdentity identity_;
};

}  // namespace

std::unique_ptr<ReplyWriter> chat_writer(ReplyIdentity identity) {
    return std::make_unique<ChatWriter>(std::move(identity));
}

}  // namespace retort::gateway

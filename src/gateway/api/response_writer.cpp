// Replies of POST /v1/responses: items of output, and events that build them up.
#include <fmt/format.h>

#include "gateway/api/reply_json.h"

namespace retort::gateway {
namespace {

class ResponseWriter : public ReplyWriter {
  public:
    explicit ResponseWriter(ReplyIdentity identity)
        : identity_(std::move(identity)), asked_(ordered_json::parse(identity_.request, nullptr, false)) {
        identity_.request.clear();
    }

    std::string begin() override {
        const ordered_json response = framed("in_progress");
        return event("response.created", {{"response", response}}) +
               event("response.in_progress", {{"response", response}});
    }

    // An item that is done says no more: what a last call thinks that was made again, or between its words, is a
    // comment.
    std::string progress(std::string_view text) override {
        if (reasoned_ || speaks_) return comment(text);
        std::string out;
        if (!reasons_) {
            reasons_ = true;
            out += event("response.output_item.added", {{"output_index", 0}, {"item", reasoning_item("in_progress")}});
            out += event("response.reasoning_summary_part.added", with_reasoning({{"part", summary_part("")}}));
        }
        reasoning_ += text;
        return out + event("response.reasoning_summary_text.delta", with_reasoning({{"delta", text}}));
    }

    std::string text(std::string_view text) override {
        std::string out = end_reasoning() + begin_message();
        text_ += text;
        return out + event("response.output_text.delta",
                           with_message({{"delta", text}, {"logprobs", ordered_json::array()}}));
    }

    std::string end(const ChatAnswer& answer, const BudgetTotals& budget) override {
        std::string out = end_reasoning();
        if (answer.tool_calls.empty() || speaks_) out += begin_message();
        if (speaks_) out += end_message(status_of_message(answer));
        ordered_json items = ordered_json::array();
        if (reasons_) items.push_back(reasoning_item("completed"));
        if (speaks_) items.push_back(message_item(status_of_message(answer), text_));
        for (ordered_json& call : function_calls(answer)) {
            out += events_of_call(call, items.size());
            items.push_back(std::move(call));
        }
        const ordered_json response = finished(answer, budget, std::move(items));
        return out + event(answer.cut ? "response.incomplete" : "response.completed", {{"response", response}});
    }

    std::string failed(const ApiError& error) override {
        ordered_json response = framed("failed");
        response["error"] = {{"code", error.code.empty() ? error.type : error.code}, {"message", error.message}};
        return event("response.failed", {{"response", std::move(response)}});
    }

    std::string whole(const ChatAnswer& answer, const BudgetTotals& budget) override {
        ordered_json items = ordered_json::array();
        reasoning_ = answer.reasoning;
        if (!reasoning_.empty()) items.push_back(reasoning_item("completed"));
        if (answer.tool_calls.empty() || !answer.text.empty())
            items.push_back(message_item(status_of_message(answer), answer.text));
        for (ordered_json& call : function_calls(answer)) items.push_back(std::move(call));
        return dumped(finished(answer, budget, std::move(items)));
    }

  private:
    std::string event(const char* type, ordered_json content) {
        ordered_json out{{"type", type}, {"sequence_number", sequence_++}};
        out.update(content);
        return fmt::format("event: {}\n", type) + data_event(out);
    }

    // What the API repeats of the request, with what it has where nothing was said.
    void repeat(ordered_json& out) const {
        const ordered_json usual{
            {"instructions", nullptr},     {"max_output_tokens", nullptr},   {"metadata", ordered_json::object()},
            {"parallel_tool_calls", true}, {"temperature", nullptr},         {"text", nullptr},
            {"tool_choice", "auto"},       {"tools", ordered_json::array()}, {"top_p", nullptr}};
        for (const auto& [name, otherwise] : usual.items()) {
            const bool said = asked_.is_object() && asked_.contains(name) && !asked_[name].is_null();
            if (said || name != "text") out[name] = said ? asked_[name] : otherwise;
        }
    }

    ordered_json framed(const char* status) const {
        ordered_json out{{"id", "resp_" + identity_.id},
                         {"object", "response"},
                         {"created_at", identity_.created},
                         {"status", status},
                         {"error", nullptr},
                         {"incomplete_details", nullptr},
                         {"model", identity_.model},
                         {"output", ordered_json::array()},
                         {"store", false},  // whatever was asked for: nothing can be asked for again
                         {"truncation", "disabled"}};
        repeat(out);
        return out;
    }

    ordered_json finished(const ChatAnswer& answer, const BudgetTotals& budget, ordered_json items) const {
        ordered_json out = framed(answer.cut ? "incomplete" : "completed");
        if (answer.cut) out["incomplete_details"] = {{"reason", "max_output_tokens"}};
        out["output"] = std::move(items);
        out["usage"] = {{"input_tokens", budget.tokens_in},
                        {"input_tokens_details", {{"cached_tokens", budget.tokens_cached}}},
                        {"output_tokens", budget.tokens_out},
                        {"output_tokens_details", {{"reasoning_tokens", budget.tokens_reasoning}}},
                        {"total_tokens", budget.tokens_in + budget.tokens_out},
                        {"retort", retort_usage(answer, budget)}};
        return out;
    }

    static ordered_json summary_part(std::string_view text) { return {{"type", "summary_text"}, {"text", text}}; }

    ordered_json reasoning_item(const char* status) const {
        ordered_json summary = ordered_json::array();
        if (!reasoning_.empty()) summary.push_back(summary_part(reasoning_));
        return {
            {"type", "reasoning"}, {"id", "rs_" + identity_.id}, {"status", status}, {"summary", std::move(summary)}};
    }

    static ordered_json text_part(std::string_view text) {
        return {{"type", "output_text"},
                {"text", text},
                {"annotations", ordered_json::array()},
                {"logprobs", ordered_json::array()}};
    }

    // At a limit it is the last item that was cut: calls of tools come after the message.
    static const char* status_of_message(const ChatAnswer& answer) {
        return answer.cut && answer.tool_calls.empty() ? "incomplete" : "completed";
    }

    ordered_json message_item(const char* status, std::string_view text) const {
        ordered_json content = ordered_json::array();
        if (std::string_view(status) != "in_progress") content.push_back(text_part(text));
        return {{"type", "message"},
                {"id", "msg_" + identity_.id},
                {"status", status},
                {"role", "assistant"},
                {"content", std::move(content)}};
    }

    ordered_json with_reasoning(ordered_json content) const {
        ordered_json out{{"item_id", "rs_" + identity_.id}, {"output_index", 0}, {"summary_index", 0}};
        out.update(content);
        return out;
    }

    int place_of_message() const { return reasons_ ? 1 : 0; }

    ordered_json with_message(ordered_json content) const {
        ordered_json out{
            {"item_id", "msg_" + identity_.id}, {"output_index", place_of_message()}, {"content_index", 0}};
        out.update(content);
        return out;
    }

    std::string end_reasoning() {
        if (!reasons_ || reasoned_) return "";
        reasoned_ = true;
        return event("response.reasoning_summary_text.done", with_reasoning({{"text", reasoning_}})) +
               event("response.reasoning_summary_part.done", with_reasoning({{"part", summary_part(reasoning_)}})) +
               event("response.output_item.done", {{"output_index", 0}, {"item", reasoning_item("completed")}});
    }

    std::string begin_message() {
        if (speaks_) return "";
        speaks_ = true;
        return event("response.output_item.added",
                     {{"output_index", place_of_message()}, {"item", message_item("in_progress", "")}}) +
               event("response.content_part.added", with_message({{"part", text_part("")}}));
    }

    std::string end_message(const char* status) {
        return event("response.output_text.done",
                     with_message({{"text", text_}, {"logprobs", ordered_json::array()}})) +
               event("response.content_part.done", with_message({{"part", text_part(text_)}})) +
               event("response.output_item.done",
                     {{"output_index", place_of_message()}, {"item", message_item(status, text_)}});
    }

    static std::vector<ordered_json> function_calls(const ChatAnswer& answer) {
        std::vector<ordered_json> out;
        if (answer.tool_calls.empty()) return out;
        for (const ordered_json& call : ordered_json::parse(answer.tool_calls)) {
            const ordered_json function = call.value("function", ordered_json::object());
            out.push_back({{"type", "function_call"},
                           {"id", "fc_" + call.value("id", "")},
                           {"call_id", call.value("id", "")},
                           {"name", function.value("name", "")},
                           {"arguments", function.value("arguments", "")},
                           {"status", "completed"}});
        }
        if (answer.cut && !out.empty()) out.back()["status"] = "incomplete";
        return out;
    }

    std::string events_of_call(const ordered_json& call, std::size_t index) {
        ordered_json begun = call;
        begun["arguments"] = "";
        begun["status"] = "in_progress";
        const auto place = [&](ordered_json content) {
            ordered_json out{{"item_id", call["id"]}, {"output_index", index}};
            out.update(content);
            return out;
        };
        return event("response.output_item.added", {{"output_index", index}, {"item", std::move(begun)}}) +
               event("response.function_call_arguments.delta", place({{"delta", call["arguments"]}})) +
               event("response.function_call_arguments.done", place({{"arguments", call["arguments"]}})) +
               event("response.output_item.done", {{"output_index", index}, {"item", call}});
    }

    ReplyIdentity identity_;
    ordered_json asked_;
    std::int64_t sequence_ = 0;
    std::string reasoning_;
    std::string text_;
    bool reasons_ = false;   // the item of reasoning has begun
    bool reasoned_ = false;  // and ended
    bool speaks_ = false;    // the message has begun
};

}  // namespace

std::unique_ptr<ReplyWriter> response_writer(ReplyIdentity identity) {
    return std::make_unique<ResponseWriter>(std::move(identity));
}

}  // namespace retort::gateway

// Replies of POST /v1/completions: text alone. What the work is at goes as comments, which clients pass over.
#include "gateway/api/reply_json.h"

namespace retort::gateway {
namespace {

class TextWriter : public ReplyWriter {
  public:
    explicit TextWriter(ReplyIdentity identity) : identity_(std::move(identity)) {}

    std::string begin() override { return ": begun\n\n"; }
    std::string progress(std::string_view text) override { return comment(text); }
    std::string text(std::string_view text) override { return data_event(framed(text, nullptr)); }

    std::string end(const ChatAnswer& answer, const BudgetTotals& budget) override {
        ordered_json last = framed("", finish_reason(answer));
        last["retort"] = retort_usage(answer, budget);
        std::string out = data_event(last);
        if (identity_.wants_usage) {
            ordered_json usage = framed("", nullptr);
            usage["choices"] = ordered_json::array();
            usage["usage"] = chat_usage(answer, budget);
            out += data_event(usage);
        }
        return out + "data: [DONE]\n\n";
    }

    std::string failed(const ApiError& error) override { return "data: " + error_body(error) + "\n\ndata: [DONE]\n\n"; }

    std::string whole(const ChatAnswer& answer, const BudgetTotals& budget) override {
        ordered_json out = framed(answer.text, finish_reason(answer));
        out["usage"] = chat_usage(answer, budget);
        return dumped(out);
    }

  private:
    ordered_json framed(std::string_view text, const ordered_json& finish) const {
        ordered_json choice{{"index", 0}, {"text", text}, {"logprobs", nullptr}, {"finish_reason", finish}};
        return {{"id", "cmpl-" + identity_.id},
                {"object", "text_completion"},
                {"created", identity_.created},
                {"model", identity_.model},
                {"choices", ordered_json::array({std::move(choice)})}};
    }

    ReplyIdentity identity_;
};

}  // namespace

std::unique_ptr<ReplyWriter> text_writer(ReplyIdentity identity) {
    return std::make_unique<TextWriter>(std::move(identity));
}

}  // namespace retort::gateway

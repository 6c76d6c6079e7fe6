#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/harness.h"

namespace retort {
namespace {

using nlohmann::json;
using test::ask;
using test::chat_chunk;
using test::error_reply;
using test::HttpBench;
using test::MockOptions;
using test::MockReply;
using test::MockRequest;
using test::MockUsage;
using test::stream_of;
using testing::HasSubstr;

// A model that thinks `thinks` words, then answers `answers` words; a message that it is to continue is taken up.
MockReply thinker(const MockRequest& request, int thinks, int answers) {
    const std::int64_t limit = request.json.value("max_tokens", 0);
    const std::string start = request.json["messages"].back()["role"] == "assistant"
                                  ? request.json["messages"].back()["content"].get<std::string>()
                                  : "";
    const bool closed = start.find("</think>") != std::string::npos;
    const std::size_t answered = closed ? static_cast<std::size_t>(std::count(start.begin(), start.end(), 'a')) : 0;
    std::vector<std::string> texts;
    if (!closed)
        for (int i = 0; i < thinks; ++i) texts.push_back(i == 0 ? "<think>t " : i + 1 == thinks ? "t</think>" : "t ");
    for (int i = static_cast<int>(answered); i < answers; ++i) texts.push_back("a ");
    const bool cut = static_cast<std::int64_t>(texts.size()) > limit;
    if (cut) texts.resize(static_cast<std::size_t>(limit));
    const auto out = static_cast<std::int64_t>(texts.size());
    return stream_of(texts, MockUsage{10, out}, cut ? "length" : "stop");
}

struct Thinking {
    HttpBench bench;
    std::unique_ptr<HttpModel> model;
    std::vector<json> asked;

    Thinking(std::string_view dialect, int thinks, int answers)
        : bench(MockOptions{.script = [this, thinks, answers](const MockRequest& request) -> std::optional<MockReply> {
              asked.push_back(request.json);
              return thinker(request, thinks, answers);
          }}) {
        model = bench.model(*dialect_named(dialect));
    }
    Completion complete(std::int64_t think, std::int64_t answer) {
        return bench.run(model->complete(ask("q", think, answer), {}, {}));
    }
};

TEST(ThinkingBudget, CutReasoningIsClosedAndTheAnswerAskedFor) {
    Thinking it("vllm", 50, 3);
    const Completion out = it.complete(8, 5);
    EXPECT_EQ(out.finish, Finish::stop);
    EXPECT_EQ(out.requests, 2);
    EXPECT_EQ(out.thinking, ThinkingControl::continued);
    EXPECT_TRUE(out.thinking_cut);
    EXPECT_EQ(out.reasoning, "t t t t t t t t ");
    EXPECT_EQ(out.text, "a a a ");
    EXPECT_EQ(out.usage, (Usage{20, 11, 0, 0, false}));
    ASSERT_EQ(it.asked.size(), 2u);
    EXPECT_EQ(it.asked[0]["max_tokens"], 8);
    EXPECT_EQ(it.asked[1]["max_tokens"], 5);
    EXPECT_EQ(it.asked[1]["messages"].back()["content"], "<think>\nt t t t t t t t\n</think>\n\n");
    EXPECT_EQ(it.asked[1]["continue_final_message"], true);
}

TEST(ThinkingBudget, AModelThatStopsThinkingEarlyIsNotCut) {
    Thinking it("vllm", 3, 3);
    const Completion out = it.complete(20, 5);
    EXPECT_EQ(out.requests, 1);
    EXPECT_FALSE(out.thinking_cut);
    EXPECT_EQ(out.thinking, ThinkingControl::continued);
    EXPECT_EQ(out.text, "a a a ");
}

TEST(ThinkingBudget, AnAnswerThatIsCutByTheFirstLimitGoesOnWithWhatIsLeft) {
    Thinking it("vllm", 3, 6);
    const Completion out = it.complete(5, 10);
    EXPECT_EQ(out.requests, 2);
    EXPECT_FALSE(out.thinking_cut);
    EXPECT_EQ(out.text, "a a a a a a ");
    EXPECT_EQ(it.asked[1]["max_tokens"], 10);
    EXPECT_EQ(out.finish, Finish::stop);
}

TEST(ThinkingBudget, AModelThatMarksNoReasoningIsAskedOnceFromThenOn) {
    Thinking it("vllm", 0, 4);
    const Completion out = it.complete(2, 10);
    EXPECT_EQ(out.thinking, ThinkingControl::none);
    EXPECT_EQ(it.asked.size(), 2u);
    it.complete(2, 10);
    ASSERT_EQ(it.asked.size(), 3u);
    EXPECT_EQ(it.asked[2]["max_tokens"], 12);
    EXPECT_FALSE(it.model->info().marks_reasoning);
}

TEST(ThinkingBudget, ByTheServersParameterOnceTheModelIsKnownToThink) {
    Thinking it("vllm", 3, 3);
    it.complete(20, 5);
    const Completion out = it.complete(20, 5);
    EXPECT_EQ(it.asked.back()["thinking_token_budget"], 20);
    EXPECT_EQ(it.asked.back()["max_tokens"], 25);
    EXPECT_EQ(out.thinking, ThinkingControl::parameter);
    EXPECT_TRUE(it.model->info().marks_reasoning);
}

TEST(ThinkingBudget, AServerThatContinuesNoMessageFallsBackToTheTokenLimit) {
    std::vector<json> asked;
    HttpBench bench(MockOptions{.script = [&](const MockRequest& request) -> std::optional<MockReply> {
        asked.push_back(request.json);
        if (request.json.contains("continue_final_message")) return error_reply(400, "cannot continue");
        return thinker(request, 50, 3);
    }});
    const auto model = bench.model(*dialect_named("vllm"));
    std::vector<std::int64_t> marks;
    OnDelta on_delta = [&](const Delta& delta) { marks.push_back(delta.tokens_out); };
    CompletionRequest request = ask("q", 8, 5);
    const Completion out = bench.run(model->complete(request, on_delta, {}));
    EXPECT_EQ(out.finish, Finish::length);
    ASSERT_EQ(out.failed.size(), 1u);
    EXPECT_EQ(out.failed[0].usage, (Usage{10, 8, 0, 0, false}));
    EXPECT_EQ(asked.size(), 3u);
    EXPECT_EQ(std::count(marks.begin(), marks.end(), -1), 1);
    EXPECT_NE(out.thinking, ThinkingControl::continued);
}

TEST(ThinkingBudget, LlamaServerTakesItAtOnce) {
    Thinking it("llama-server", 3, 2);
    const Completion out = it.complete(0, 10);
    EXPECT_EQ(it.asked.at(0)["thinking_budget_tokens"], 1);
    EXPECT_EQ(it.asked[0]["max_tokens"], 10);
    EXPECT_EQ(out.thinking, ThinkingControl::parameter);
}

TEST(ThinkingBudget, AParameterThatIsIgnoredIsFoundOutAndReplaced) {
    std::vector<json> asked;
    HttpBench bench(MockOptions{.script = [&](const MockRequest& request) -> std::optional<MockReply> {
        asked.push_back(request.json);
        MockReply reply = stream_of({}, MockUsage{10, 90});
        std::string body;
        for (int i = 1; i <= 80; ++i)
            body += test::sse(
                {{"choices", {{{"delta", {{"reasoning_content", "t "}}}}}}, {"timings", {{"predicted_n", i}}}});
        reply.pieces.insert(reply.pieces.begin(), body + chat_chunk({{"content", "a"}}));
        return reply;
    }});
    const auto model = bench.model(*dialect_named("llama-server"));
    const Completion out = bench.run(model->complete(ask("q", 10, 200), {}, {}));
    EXPECT_EQ(out.usage.reasoning, 80);
    EXPECT_TRUE(out.thinking_cut);
    EXPECT_THAT(out.notes.at(0), HasSubstr("did not keep 'thinking_budget_tokens'"));
    bench.run(model->complete(ask("q", 10, 200), {}, {}));
    EXPECT_FALSE(asked.back().contains("thinking_budget_tokens"));
    EXPECT_EQ(asked[1]["max_tokens"], 10);
}

TEST(ThinkingBudget, WithoutAnyOfTheseTheTokenLimitHolds) {
    Thinking it("generic", 50, 3);
    const Completion out = it.complete(8, 5);
    EXPECT_EQ(out.finish, Finish::length);
    EXPECT_EQ(out.thinking, ThinkingControl::token_limit);
    EXPECT_EQ(out.usage.out, 13);
    EXPECT_EQ(it.asked.size(), 1u);
}

}  // namespace
}  // namespace retort

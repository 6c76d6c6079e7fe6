#include "model/http/chat_request.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/http/server_profile.h"

namespace retort {
namespace {

using nlohmann::json;

CompletionRequest request() {
    CompletionRequest out;
    out.prompt = std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", "2 + 2?"}});
    out.think = 100;
    out.max_answer = 20;
    out.seed = 7;
    return out;
}

json body_for(std::string_view dialect, RequestPlan plan, const Learned& learned = {}) {
    return json::parse(request_body(*dialect_named(dialect), learned, "m", request(), plan));
}

TEST(Request, SaysWhatIsAskedForAndNothingElse) {
    EXPECT_EQ(body_for("generic", {120, {}, {}}), (json{{"model", "m"},
                                                        {"messages", {{{"role", "user"}, {"content", "2 + 2?"}}}},
                                                        {"temperature", 1.0},
                                                        {"top_p", 1.0},
                                                        {"seed", 7},
                                                        {"max_tokens", 120},
                                                        {"stream", true},
                                                        {"stream_options", {{"include_usage", true}}}}));
}

TEST(Request, DialectsDifferByTheirRow) {
    EXPECT_EQ(body_for("openai", {120, {}, {}})["max_completion_tokens"], 120);
    const json llama = body_for("llama-server", {120, 100, {}});
    EXPECT_EQ(llama["thinking_budget_tokens"], 100);
    EXPECT_EQ(llama["timings_per_token"], true);
    EXPECT_EQ(llama["top_k"], 0);
    const json vllm = body_for("vllm", {20, {}, Continuation{" so ", ""}});
    EXPECT_EQ(vllm["continue_final_message"], true);
    EXPECT_EQ(vllm["add_generation_prompt"], false);
    EXPECT_EQ(vllm["messages"].back(), (json{{"role", "assistant"}, {"content", "<think>\nso\n</think>\n\n"}}));
    EXPECT_EQ(vllm["stream_options"]["continuous_usage_stats"], true);
}

TEST(Request, AContinuedMessageStandsWhereTheServerWantsIt) {
    const json llama = body_for("llama-server", {20, {}, Continuation{"so", "4"}});
    EXPECT_EQ(llama["messages"].back(), (json{{"role", "assistant"}, {"content", "4"}, {"reasoning_content", "so"}}));
    EXPECT_EQ(llama["continue_final_message"], "content");
    const json bare = body_for("llama-server", {20, {}, Continuation{"", "4"}});
    EXPECT_EQ(bare["messages"].back(), (json{{"role", "assistant"}, {"content", "4"}}));
    const json none = body_for("vllm", {20, {}, Continuation{}});
    EXPECT_EQ(none["messages"].back()["content"], "<think>\n\n</think>\n\n");
}

TEST(Request, SaysThatNoThinkingIsWanted) {
    CompletionRequest plain = request();
    plain.think = 0;
    const json body = json::parse(request_body(*dialect_named("llama-server"), {}, "m", plain, {20, 0, {}}));
    EXPECT_EQ(body["chat_template_kwargs"]["enable_thinking"], false);
    EXPECT_EQ(body["thinking_budget_tokens"], 1);
}

TEST(Request, APromptOfTokensHasNoMessages) {
    CompletionRequest tokens = request();
    tokens.prompt = std::make_shared<const std::vector<TokenId>>(std::vector<TokenId>{1, 2});
    const json body = json::parse(request_body(*dialect_named("vllm"), {}, "m", tokens, {5, {}, {}}));
    EXPECT_EQ(body["prompt"], (json{1, 2}));
    EXPECT_FALSE(body.contains("messages"));
}

TEST(Request, InvalidUtf8InAPromptIsSentAsReplacement) {
    CompletionRequest broken = request();
    broken.prompt = std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", "a\xff"}});
    const json body = json::parse(request_body(*dialect_named("generic"), {}, "m", broken, {5, {}, {}}));
    EXPECT_EQ(body["messages"][0]["content"], "a\xef\xbf\xbd");
}

std::string adapt(const std::string& refusal, std::string_view dialect, Learned& learned, RequestPlan plan) {
    const Dialect row = *dialect_named(dialect);
    return adapt_to_refusal(refusal, request_body(row, learned, "m", request(), plan), row, learned);
}

TEST(Refusal, SwitchesTheNameOfTheTokenLimit) {
    Learned learned;
    const std::string refusal =
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    EXPECT_EQ(adapt(refusal, "generic", learned, {120, {}, {}}), "max_tokens");
    EXPECT_EQ(body_for("generic", {120, {}, {}}, learned)["max_completion_tokens"], 120);
    EXPECT_FALSE(body_for("generic", {120, {}, {}}, learned).contains("max_tokens"));
}

TEST(Refusal, ALimitThatIsTooLargeIsNoUnknownField) {
    Learned learned;
    EXPECT_EQ(
        adapt("max_completion_tokens is too large: 9. This model supports at most 5", "openai", learned, {9, {}, {}}),
        "");
}

TEST(Refusal, LeavesOutAnOptionalFieldThatIsNamed) {
    Learned learned;
    EXPECT_EQ(adapt("{\"detail\":[{\"loc\":[\"body\",\"stream_options\"]}]}", "generic", learned, {9, {}, {}}),
              "stream_options");
    EXPECT_FALSE(body_for("generic", {9, {}, {}}, learned).contains("stream_options"));
    EXPECT_EQ(adapt("stream_options again", "generic", learned, {9, {}, {}}), "");
}

TEST(Refusal, AWordThatContainsAFieldDoesNotNameIt) {
    Learned learned;
    EXPECT_EQ(adapt("the seeds are bad", "generic", learned, {9, {}, {}}), "");
    EXPECT_EQ(adapt("unknown field 'seed'", "generic", learned, {9, {}, {}}), "seed");
}

TEST(Refusal, AThinkingBudgetThatTheServerCannotKeepIsLeftOut) {
    Learned learned;
    const std::string refusal = "thinking_token_budget is set but reasoning_config is not configured";
    EXPECT_EQ(adapt(refusal, "vllm", learned, {9, 5, {}}), "thinking_token_budget");
}

TEST(Profile, KnowsServersByWhoOwnsTheirModels) {
    const ServerProfile vllm = profile_from_models(
        R"({"data":[{"id":"a","owned_by":"vllm","max_model_len":4096},{"id":"b","owned_by":"vllm"}]})", "a");
    EXPECT_EQ(vllm.dialect.name, "vllm");
    EXPECT_EQ(vllm.context, 4096);
    EXPECT_EQ(vllm.models, (std::vector<std::string>{"a", "b"}));
    const ServerProfile llama =
        profile_from_models(R"({"data":[{"id":"x.gguf","owned_by":"llamacpp","meta":{"n_ctx":8192}}]})", "any");
    EXPECT_EQ(llama.dialect.name, "llama-server");
    EXPECT_EQ(llama.context, 8192);
    EXPECT_EQ(profile_from_models(R"({"data":[{"id":"x","owned_by":"library"}]})", "x").dialect.name, "ollama");
    EXPECT_EQ(profile_from_models("<html>", "x").dialect.name, "generic");
    EXPECT_EQ(profile_from_models(R"({"data":[{"id":7,"owned_by":[]}]})", "x").dialect.name, "generic");
}

TEST(Profile, OwnServersAreGivenLessTimeToAnswer) {
    for (const char* url :
         {"http://127.0.0.1:1/v1", "http://localhost/v1", "http://[::1]:80", "http://u:p@127.0.0.2/x"})
        EXPECT_EQ(probe_bound(url).count(), 250) << url;
    for (const char* url : {"https://example.com/v1", "http://localhost.example.com", "x"})
        EXPECT_EQ(probe_bound(url).count(), 3000) << url;
    EXPECT_EQ(server_root("http://h:1/v1/"), "http://h:1");
    EXPECT_EQ(server_root("http://h:1/api"), "http://h:1/api");
}

}  // namespace
}  // namespace retort

#include "model/http/http_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/nursery.h"
#include "http/harness.h"
#include "model/retrying_model.h"

namespace retort {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::ask;
using test::chat_chunk;
using test::error_reply;
using test::HttpBench;
using test::json_reply;
using test::MockOptions;
using test::MockReply;
using test::MockRequest;
using test::stream_of;
using testing::HasSubstr;
using testing::Not;

bool is_completion(const MockRequest& request) {
    return request.path.ends_with("/completions");
}

// Only completions are scripted: GET /models answers as usual.
MockOptions completions(std::function<MockReply(const MockRequest&)> script) {
    MockOptions options;
    options.script = [script](const MockRequest& request) -> std::optional<MockReply> {
        if (!is_completion(request)) return std::nullopt;
        return script(request);
    };
    return options;
}

TEST(HttpModel, AnswersWithWhatTheServerMetered) {
    HttpBench bench;
    const auto model = bench.model();
    std::string seen;
    const Completion out =
        bench.run(model->complete(ask("one two three"), [&](const Delta& d) { seen += d.text; }, {}));
    EXPECT_EQ(out.finish, Finish::stop);
    EXPECT_EQ(seen, out.text);
    EXPECT_THAT(out.text, HasSubstr("FINAL SOLUTION"));
    EXPECT_EQ(out.usage, (Usage{3, 24, 0, 0, false}));
    EXPECT_EQ(out.requests, 1);
    EXPECT_GT(out.wall_s, 0);
    EXPECT_GT(out.first_token_s, 0);
    const test::MockCounts counts = bench.server.settled_counts();
    EXPECT_EQ(counts.tokens_in, 3);
    EXPECT_EQ(counts.tokens_out, 24);
    EXPECT_EQ(counts.gets, 1);
    EXPECT_THAT(model->info().where, HasSubstr("(generic)"));
}

TEST(HttpModel, AsksWhatTheServerIsOnceForAllCalls) {
    HttpBench bench;
    const auto model = bench.model();
    const auto many = [](HttpModel* asked) -> Task<int> {
        Nursery<Completion> nursery(co_await asio::this_coro::executor);
        for (int i = 0; i < 20; ++i) nursery.spawn(asked->complete(ask("q"), {}, {}));
        int fine = 0;
        while (nursery.outstanding() > 0) {
            const Nursery<Completion>::Landed landed = co_await nursery.next();
            fine += landed.value.ok() ? 1 : 0;
        }
        co_return fine;
    };
    EXPECT_EQ(bench.run(many(model.get())), 20);
    EXPECT_EQ(bench.server.counts().gets, 1);
}

TEST(HttpModel, AServerThatDoesNotSayWhatItIsIsGeneric) {
    MockOptions options;
    options.script = [](const MockRequest& request) -> std::optional<MockReply> {
        if (is_completion(request)) return std::nullopt;
        MockReply silent;
        silent.latency = 60s;
        return silent;
    };
    HttpBench bench(options);
    HttpModelOptions chosen = bench.options();
    chosen.probe_time = 20ms;
    HttpModel model(bench.client, chosen);
    EXPECT_EQ(bench.run(model.complete(ask("q"), {}, {})).finish, Finish::stop);
    EXPECT_THAT(model.info().where, HasSubstr("generic: GET /models did not answer in time"));
}

TEST(HttpModel, SendsTheKeyAndNeverShowsIt) {
    std::string sent;
    HttpBench bench(completions([&](const MockRequest& request) {
        sent = request.headers.at("authorization");
        return error_reply(401, "bad key");
    }));
    HttpModelOptions options = bench.options();
    options.api_key = "sk-secret\n";
    options.api_key_variable = "MY_KEY";
    HttpModel model(bench.client, options);
    const Completion out = bench.run(model.complete(ask("q"), {}, {}));
    EXPECT_EQ(sent, "Bearer sk-secret");
    EXPECT_EQ(out.error->kind, CallErrorKind::unauthorised);
    EXPECT_THAT(out.error->message, HasSubstr("the key in MY_KEY was not accepted"));
    EXPECT_THAT(out.error->message, Not(HasSubstr("sk-secret")));
}

TEST(HttpModel, CredentialsInTheAddressAreNotShown) {
    HttpBench bench;
    HttpModelOptions options = bench.options();
    options.base_url = "http://user:pass@127.0.0.1:1/v1";
    HttpModel model(bench.client, options);
    const Completion out = bench.run(model.complete(ask("q"), {}, {}));
    EXPECT_THAT(out.error->message, HasSubstr("nothing answers at http://127.0.0.1:1/v1"));
    EXPECT_THAT(model.info().where, Not(HasSubstr("pass")));
    EXPECT_FALSE(out.error->retryable);
}

TEST(HttpModel, ReadsAPlainBodyThoughAStreamWasAskedFor) {
    HttpBench bench(completions([](const MockRequest&) {
        return json_reply(200, {{"choices", {{{"message", {{"content", "42"}}}}}},
                                {"usage", {{"prompt_tokens", 4}, {"completion_tokens", 1}}}});
    }));
    const Completion out = bench.run(bench.model()->complete(ask("q"), {}, {}));
    EXPECT_EQ(out.finish, Finish::stop);
    EXPECT_EQ(out.text, "42");
    EXPECT_EQ(out.usage, (Usage{4, 1, 0, 0, false}));
}

TEST(HttpModel, UsageThatIsNotReportedIsEstimatedAndMarked) {
    HttpBench bench(completions([](const MockRequest&) { return stream_of({"123456789"}, std::nullopt); }));
    const Completion out = bench.run(bench.model()->complete(ask("12345678"), {}, {}));
    EXPECT_EQ(out.usage, (Usage{4, 3, 0, 0, true}));
}

TEST(HttpModel, AStreamThatEndsAfterItsFinishReasonIsWhole) {
    HttpBench bench(completions([](const MockRequest&) {
        MockReply reply = stream_of({"4", "2"}, std::nullopt, "length");
        reply.pieces.back() = chat_chunk(json::object(), "length");
        reply.close_inside = true;
        return reply;
    }));
    const Completion out = bench.run(bench.model()->complete(ask("q"), {}, {}));
    EXPECT_EQ(out.finish, Finish::length);
    EXPECT_EQ(out.text, "42");
}

TEST(HttpModel, AStreamThatIsCutIsAFailureThatMayPass) {
    for (const bool orderly : {true, false}) {
        HttpBench bench(completions([orderly](const MockRequest&) {
            MockReply reply = stream_of({"half "}, std::nullopt);
            reply.pieces.pop_back();
            reply.close_inside = !orderly;
            return reply;
        }));
        const Completion out = bench.run(bench.model()->complete(ask("q"), {}, {}));
        ASSERT_EQ(out.finish, Finish::error);
        EXPECT_TRUE(out.error->retryable) << out.error->message;
        EXPECT_TRUE(out.usage.estimated);
        EXPECT_GT(out.usage.out, 0);
        EXPECT_EQ(out.requests, 0);
    }
}

TEST(HttpModel, APageInsteadOfAReply) {
    HttpBench bench(completions([](const MockRequest&) {
        MockReply reply;
        reply.content_type = "text/html";
        reply.pieces = {"<html>welcome"};
        return reply;
    }));
    const Completion out = bench.run(bench.model()->complete(ask("q"), {}, {}));
    EXPECT_EQ(out.error->kind, CallErrorKind::protocol);
    EXPECT_THAT(out.error->message, HasSubstr("found an HTML page"));
    EXPECT_FALSE(out.error->retryable);
}

TEST(HttpModel, AMissingModelNamesThoseTheServerLists) {
    MockOptions options = completions([](const MockRequest&) { return error_reply(404, "model 'x' not found"); });
    options.model = "the-one";
    HttpBench bench(options);
    const Completion out = bench.run(bench.model()->complete(ask("q"), {}, {}));
    EXPECT_EQ(out.error->kind, CallErrorKind::no_such_model);
    EXPECT_THAT(out.error->message, HasSubstr("it has: the-one"));
}

TEST(HttpModel, AFieldThatTheServerRefusesIsLeftOutAndTheAttemptCounted) {
    HttpBench bench(completions([](const MockRequest& request) {
        if (request.json.contains("max_tokens"))
            return error_reply(400, "use 'max_completion_tokens', not 'max_tokens'");
        return stream_of({"42"}, test::MockUsage{1, 1});
    }));
    const auto model = bench.model();
    const Completion out = bench.run(model->complete(ask("q"), {}, {}));
    EXPECT_EQ(out.text, "42");
    ASSERT_EQ(out.failed.size(), 1u);
    EXPECT_EQ(out.failed[0].error.http_status, 400);
    EXPECT_THAT(out.notes.at(0), HasSubstr("max_tokens"));
    EXPECT_TRUE(bench.run(model->complete(ask("q"), {}, {})).failed.empty());
}

TEST(HttpModel, ACancelledCallKeepsWhatWasMetered) {
    HttpBench bench(completions([](const MockRequest&) {
        MockReply reply = stream_of({"a"}, std::nullopt);
        reply.pieces = {test::sse(
            {{"choices", {{{"delta", {{"content", "a"}}}}}}, {"timings", {{"prompt_n", 5}, {"predicted_n", 1}}}})};
        reply.hang = true;
        return reply;
    }));
    std::stop_source stop;
    const auto model = bench.model(*dialect_named("llama-server"));
    const Completion out =
        bench.run(model->complete(ask("q"), [&](const Delta&) { stop.request_stop(); }, stop.get_token()));
    EXPECT_EQ(out.finish, Finish::cancelled);
    EXPECT_EQ(out.usage, (Usage{5, 1, 0, 0, false}));
    EXPECT_EQ(out.requests, 0);
    EXPECT_TRUE(bench.server_counts([](const test::MockCounts& counts) { return counts.hung_up == 1; }));
}

TEST(HttpModel, PromptsOfTokensGoToServersThatTakeThem) {
    std::string path;
    json prompt;
    HttpBench bench(completions([&](const MockRequest& request) {
        path = request.path;
        prompt = request.json["prompt"];
        MockReply reply = stream_of({}, test::MockUsage{2, 1});
        reply.pieces.insert(reply.pieces.begin(), test::sse({{"choices", {{{"text", "42"}}}}}));
        return reply;
    }));
    CompletionRequest request = ask("");
    request.prompt = std::make_shared<const std::vector<TokenId>>(std::vector<TokenId>{5, 6});
    EXPECT_EQ(bench.run(bench.model(*dialect_named("vllm"))->complete(request, {}, {})).text, "42");
    EXPECT_EQ(path, "/v1/completions");
    EXPECT_EQ(prompt, (json{5, 6}));
    const Completion refused = bench.run(bench.model()->complete(request, {}, {}));
    EXPECT_EQ(refused.error->kind, CallErrorKind::refused);
}

TEST(HttpModel, PromptsAreCountedUpwardsUntilTheServerSaysMore) {
    HttpBench bench(completions([](const MockRequest&) { return stream_of({"x"}, test::MockUsage{26, 1}); }));
    const auto model = bench.model();
    const Prompt prompt = ask(std::string(100, 'x')).prompt;
    const TokenCount before = bench.run(model->count_prompt(prompt));
    EXPECT_EQ(before.tokens, 104 / 2 + 16);  // two bytes a token, and a chat template around the message
    EXPECT_FALSE(before.exact);
    bench.run(model->complete(ask(std::string(100, 'x')), {}, {}));
    EXPECT_EQ(bench.run(model->count_prompt(prompt)).tokens, 33);  // 26 of 104 bytes, and a quarter more
}

TEST(HttpModel, TokenizersAreAskedOnceAText) {
    std::atomic<int> asked = 0;
    MockOptions options;
    options.script = [&](const MockRequest& request) -> std::optional<MockReply> {
        if (request.path == "/apply-template") return json_reply(200, {{"prompt", "<u>" + std::string("q")}});
        if (request.path != "/tokenize") return std::nullopt;
        ++asked;
        return json_reply(200, {{"tokens", json::array({1, 2, 3})}});
    };
    HttpBench bench(options);
    const auto model = bench.model(*dialect_named("llama-server"));
    for (int i = 0; i < 3; ++i) {
        const TokenCount count = bench.run(model->count_tokens("some text"));
        EXPECT_EQ(count.tokens, 3);
        EXPECT_TRUE(count.exact);
    }
    EXPECT_EQ(asked, 1);
    EXPECT_TRUE(bench.run(model->count_prompt(ask("q").prompt)).exact);
    EXPECT_EQ(asked, 2);
}

TEST(HttpModel, ATokenizerThatFailsIsReplacedByAnEstimate) {
    HttpBench bench;
    const auto model = bench.model(*dialect_named("llama-server"));
    EXPECT_FALSE(bench.run(model->count_tokens("some text")).exact);
}

TEST(HttpModel, SurvivesEveryFaultWithRetries) {
    MockOptions options;
    options.fault_every = 2;
    HttpBench bench(options);
    RetryPolicy policy;
    policy.base_delay = 1ms;
    RetryingModel model(std::make_shared<HttpModel>(bench.client, bench.options()), policy);
    std::size_t failed = 0;
    const int calls = 40;
    for (int i = 0; i < calls; ++i) {
        CompletionRequest request = ask("q");
        request.seed = static_cast<std::uint32_t>(i);
        const Completion out = bench.run(model.complete(request, {}, {}));
        ASSERT_TRUE(out.ok()) << out.error->message;
        EXPECT_THAT(out.text, HasSubstr("\\boxed{"));
        EXPECT_EQ(out.usage, (Usage{1, 24, 0, 0, false}));
        failed += out.failed.size();
    }
    const test::MockCounts counts = bench.server.settled_counts();
    EXPECT_EQ(static_cast<std::int64_t>(failed), counts.failed);
    EXPECT_EQ(counts.requests, counts.failed + calls);
}

}  // namespace
}  // namespace retort

// The in-process engine over a tiny random model, F32 throughout, so that tokens can be compared exactly.
#include "model/llama/llama_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "llama/model_bench.h"
#include "llama/tiny_model.h"

namespace retort {
namespace {

using namespace testing;
using ::testing::HasSubstr;

const TinyModelFile& tiny() {
    static const TinyModelFile file;
    return file;
}

const TinyModelFile& thinking() {
    static const TinyModelFile file({.thinks = true});
    return file;
}

LlamaOptions exact(const TinyModelFile& file = tiny()) {
    LlamaOptions out;
    out.path = file.path();
    out.threads = 1;  // as steps are so short that threads would only wait for each other
    out.kv_type = KvType::f32;
    return out;
}

LlamaOptions endless(LlamaOptions options) {
    options.ignore_end = true;
    return options;
}

std::vector<TokenId> joined(std::vector<TokenId> a, const std::vector<TokenId>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

void expect_same(const Completion& a, const Completion& b) {
    EXPECT_EQ(a.trace.ids, b.trace.ids);
    ASSERT_EQ(a.trace.logprobs.size(), b.trace.logprobs.size());
    for (std::size_t i = 0; i < a.trace.logprobs.size(); ++i)
        EXPECT_NEAR(a.trace.logprobs[i], b.trace.logprobs[i], 1e-4) << i;
    EXPECT_EQ(a.text, b.text);
    EXPECT_EQ(a.finish, b.finish);
}

// Readers of one long prompt, of a longer one that begins with it, and of something else.
std::vector<CompletionRequest> mixed_requests() {
    const std::vector<TokenId> shared = some_tokens(90, 1);
    std::vector<CompletionRequest> out;
    for (std::uint32_t i = 0; i < 4; ++i) out.push_back(token_request(shared, 24, 10 + i));
    for (std::uint32_t i = 0; i < 4; ++i)
        out.push_back(token_request(joined(shared, some_tokens(30 + i, 50 + i)), 24, 20 + i));
    for (std::uint32_t i = 0; i < 2; ++i) out.push_back(token_request(some_tokens(40, 70 + i), 24, 30 + i));
    return out;
}

std::vector<Completion> each_alone(const LlamaOptions& options, const std::vector<CompletionRequest>& requests) {
    std::vector<Completion> out;
    for (const CompletionRequest& request : requests) out.push_back(ModelBench(options).ask(request));
    return out;
}

class Layouts : public ::testing::TestWithParam<KvLayout> {};
INSTANTIATE_TEST_SUITE_P(Each, Layouts, ::testing::Values(KvLayout::unified, KvLayout::split, KvLayout::automatic));

TEST_P(Layouts, SideBySideAsEachAlone) {
    LlamaOptions options = exact();
    const std::vector<Completion> alone = each_alone(options, mixed_requests());
    options.kv_layout = GetParam();
    ModelBench bench(options);
    const std::vector<Completion> together = bench.ask_all(mixed_requests());
    for (std::size_t i = 0; i < alone.size(); ++i) expect_same(together[i], alone[i]);
    const std::vector<Completion> again = bench.ask_all(mixed_requests());  // now with prompts that were kept
    for (std::size_t i = 0; i < alone.size(); ++i) expect_same(again[i], alone[i]);
}

TEST_P(Layouts, ASmallCacheMakesCallsWaitAndNotFail) {
    LlamaOptions options = exact();
    const std::vector<Completion> alone = each_alone(options, mixed_requests());
    options.kv_layout = GetParam();
    options.kv_tokens = 256;
    ModelBench bench(options);
    for (int repeat = 0; repeat < 3; ++repeat) {
        const std::vector<Completion> together = bench.ask_all(mixed_requests());
        for (std::size_t i = 0; i < alone.size(); ++i) expect_same(together[i], alone[i]);
    }
}

TEST_P(Layouts, FewSequencesMakeCallsWaitAndNotFail) {
    LlamaOptions options = exact();
    options.kv_layout = GetParam();
    options.max_sequences = 2;
    ModelBench bench(options);
    for (const Completion& completion : bench.ask_all(mixed_requests())) EXPECT_TRUE(completion.ok());
}

TEST(LlamaModel, SeveralEnginesShareTheCallsAndWriteTheSame) {
    LlamaOptions options = exact();
    options.threads = 1;
    const std::vector<Completion> alone = each_alone(options, mixed_requests());
    options.threads = 2;
    options.max_sequences = 4;
    for (const int engines : {0, 2, 5}) {  // five are more than there are threads
        options.engines = engines;
        ModelBench bench(options);
        for (int repeat = 0; repeat < 2; ++repeat) {
            const std::vector<Completion> together = bench.ask_all(mixed_requests());
            for (std::size_t i = 0; i < alone.size(); ++i) expect_same(together[i], alone[i]);
        }
    }
}

Task<std::vector<Completion>> second_while_first_writes(LlamaModel& model, CompletionRequest first,
                                                        CompletionRequest second) {
    const auto executor = co_await asio::this_coro::executor;
    Nursery<Completion> nursery(executor);
    Gate writes(executor);
    nursery.spawn(model.complete(std::move(first), [&writes](const Delta&) { writes.open(); }, {}));
    co_await writes.wait();
    nursery.spawn(model.complete(std::move(second), {}, {}));
    std::vector<Completion> out(2);
    while (nursery.outstanding() > 0) {
        auto landed = co_await nursery.next();
        out[landed.index] = std::move(landed.value);
    }
    co_return out;
}

TEST_P(Layouts, TheCacheGrowsUnderWhatRuns) {
    const TinyModelFile roomy({.context = 4096});
    LlamaOptions options = endless(exact(roomy));
    const CompletionRequest first = token_request(some_tokens(20, 1), 200, 1);
    const CompletionRequest second = token_request(joined(some_tokens(20, 1), some_tokens(1500, 2)), 20, 2);
    const std::vector<Completion> alone = each_alone(options, {first, second});
    options.kv_layout = GetParam();
    ModelBench bench(options);
    const auto both = run_to_end(bench.loop, second_while_first_writes(*bench.model, first, second));
    expect_same(both[0], alone[0]);
    expect_same(both[1], alone[1]);
}

TEST(LlamaModel, TheSameSeedGivesTheSameTokensAndAnotherSeedOthers) {
    ModelBench bench(exact());
    const auto request = [](std::uint32_t seed) { return token_request(some_tokens(30, 1), 20, seed); };
    const Completion one = bench.ask(request(5));
    expect_same(bench.ask(request(5)), one);
    EXPECT_NE(bench.ask(request(6)).trace.ids, one.trace.ids);
}

TEST(LlamaModel, CountsWhatCameFromASharedPrompt) {
    ModelBench bench(exact());
    std::vector<CompletionRequest> requests;
    for (std::uint32_t i = 0; i < 4; ++i) requests.push_back(token_request(some_tokens(100, 1), 5, i));
    requests.push_back(token_request(joined(some_tokens(100, 1), some_tokens(7, 2)), 5, 9));
    const std::vector<Completion> drafts = bench.ask_all(requests);
    EXPECT_EQ(drafts[0].usage.cached, 0);
    for (int i = 1; i < 4; ++i)
        EXPECT_EQ(drafts[static_cast<std::size_t>(i)].usage.cached, 100) << "the very same prompt";
    EXPECT_EQ(drafts[4].usage.cached, 100);
    EXPECT_EQ(drafts[4].usage.in, 107);
    EXPECT_EQ(drafts[0].usage.in, 100);
    const Completion later = bench.ask(token_request(some_tokens(100, 1), 5, 11));
    EXPECT_EQ(later.usage.cached, 99) << "a finished prompt is kept; the last token is computed for its logits";
}

TEST(LlamaModel, LogProbabilitiesGoOnWhereThePromptEnds) {
    ModelBench bench(endless(exact()));
    CompletionRequest whole = token_request(some_tokens(40, 3), 12, 1);
    whole.temperature = 0;
    const Completion all = bench.ask(whole);
    const std::vector<TokenId> written(all.trace.ids.begin(), all.trace.ids.begin() + 6);
    CompletionRequest rest = token_request(joined(some_tokens(40, 3), written), 6, 1);
    rest.temperature = 0;
    const Completion end = bench.ask(rest);
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(end.trace.ids[i], all.trace.ids[6 + i]);
        EXPECT_NEAR(end.trace.logprobs[i], all.trace.logprobs[6 + i], 1e-4);
        EXPECT_LT(end.trace.logprobs[i], 0);
    }
}

TEST(LlamaModel, StopsAtTheEndOfGeneration) {
    ModelBench bench(exact());
    Completion out;
    for (std::uint32_t seed = 0; seed < 20 && out.finish != Finish::stop; ++seed)
        out = bench.ask(token_request(some_tokens(10, 4), 400, seed));
    ASSERT_EQ(out.finish, Finish::stop);
    EXPECT_LT(out.usage.out, 400);
    EXPECT_EQ(out.usage.out, static_cast<std::int64_t>(out.trace.ids.size()));
    EXPECT_THAT(out.trace.ids.back(), ::testing::AnyOf(2, 260)) << "</s> or <|im_end|>";
    EXPECT_THAT(out.text, ::testing::Not(HasSubstr("<|im_end|>")));
}

TEST(LlamaModel, APromptThatCanNeverFitIsAnErrorWithSizes) {
    ModelBench bench(exact());
    const Completion out = bench.ask(token_request(some_tokens(500, 1), 100, 1));
    ASSERT_TRUE(out.error);
    EXPECT_EQ(out.error->kind, CallErrorKind::context);
    EXPECT_THAT(out.error->message, HasSubstr("500 tokens"));
    EXPECT_THAT(out.error->message, HasSubstr("512"));
}

TEST(LlamaModel, BadRequestsAreRefused) {
    ModelBench bench(exact());
    EXPECT_EQ(bench.ask(token_request({}, 5, 1)).error->kind, CallErrorKind::refused);
    EXPECT_EQ(bench.ask(token_request({5, 100000}, 5, 1)).error->kind, CallErrorKind::refused);
    EXPECT_EQ(bench.ask(token_request({5}, 0, 1)).error->kind, CallErrorKind::refused);
}

TEST(LlamaModel, ACancelledCallLeavesAndTheOthersStayAsTheyWere) {
    const LlamaOptions options = endless(exact());
    const CompletionRequest other = token_request(some_tokens(60, 1), 60, 2);
    const Completion alone = ModelBench(options).ask(other);
    ModelBench bench(options);
    std::stop_source stop;
    std::optional<Completion> cancelled;
    std::optional<Completion> kept;
    int deltas = 0;
    const OnDelta on_delta = [&](const Delta&) {
        if (++deltas == 3) stop.request_stop();
    };
    asio::co_spawn(bench.loop,
                   bench.model->complete(token_request(some_tokens(60, 1), 400, 1), on_delta, stop.get_token()),
                   [&](std::exception_ptr, Completion c) { cancelled = std::move(c); });
    asio::co_spawn(bench.loop, bench.model->complete(other, {}, {}),
                   [&](std::exception_ptr, Completion c) { kept = std::move(c); });
    while (!cancelled || !kept) bench.loop.run_one();
    EXPECT_EQ(cancelled->finish, Finish::cancelled);
    EXPECT_EQ(cancelled->usage.in, 60);
    EXPECT_GE(cancelled->usage.out, 3);
    EXPECT_LT(cancelled->usage.out, 400);
    expect_same(*kept, alone);
}

TEST(LlamaModel, ACallCancelledInTheQueueHasUsedNothing) {
    LlamaOptions options = endless(exact());
    options.max_sequences = 1;
    ModelBench bench(options);
    std::stop_source stop;
    std::optional<Completion> waiting;
    std::optional<Completion> running;
    const OnDelta on_delta = [&](const Delta&) { stop.request_stop(); };
    asio::co_spawn(bench.loop, bench.model->complete(token_request(some_tokens(20, 1), 300, 1), on_delta, {}),
                   [&](std::exception_ptr, Completion c) { running = std::move(c); });
    asio::co_spawn(bench.loop, bench.model->complete(token_request(some_tokens(20, 1), 300, 2), {}, stop.get_token()),
                   [&](std::exception_ptr, Completion c) { waiting = std::move(c); });
    while (!waiting || !running) bench.loop.run_one();
    EXPECT_EQ(waiting->finish, Finish::cancelled);
    EXPECT_EQ(waiting->usage, Usage());
    EXPECT_TRUE(running->ok());
}

TEST(LlamaModel, WhenTheModelGoesItsCallsEndAsCancelled) {
    LlamaOptions options = endless(exact());
    options.max_sequences = 2;
    ModelBench bench(options);
    int landed = 0;
    bool wrote = false;
    for (std::uint32_t i = 0; i < 5; ++i)
        asio::co_spawn(
            bench.loop,
            bench.model->complete(token_request(some_tokens(20, 1), 450, i), [&](const Delta&) { wrote = true; }, {}),
            [&](std::exception_ptr, Completion c) {
                EXPECT_EQ(c.finish, Finish::cancelled);
                ++landed;
            });
    while (!wrote) bench.loop.run_one();
    bench.model.reset();
    bench.loop.restart();
    bench.loop.run();
    EXPECT_EQ(landed, 5);
}

TEST(LlamaModel, DeltasAddUpToTheText) {
    ModelBench bench(exact());
    std::string text;
    std::int64_t tokens = 0;
    const OnDelta on_delta = [&](const Delta& delta) {
        text += delta.text;
        EXPECT_GE(delta.tokens_out, tokens);
        tokens = delta.tokens_out;
    };
    const Completion out = bench.ask(token_request(some_tokens(20, 1), 100, 3), on_delta);
    EXPECT_EQ(text, out.text);
    EXPECT_GT(out.first_token_s, 0);
    EXPECT_LE(out.first_token_s, out.wall_s);
}

CompletionRequest ask_user(std::string text, std::int64_t think, std::int64_t max_answer, std::uint32_t seed) {
    CompletionRequest out;
    out.prompt = std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", std::move(text)}});
    out.think = think;
    out.max_answer = max_answer;
    out.seed = seed;
    out.logprobs = true;
    return out;
}

TEST(LlamaModel, ReasoningIsEndedByForceWhenItsBudgetIsSpent) {
    ModelBench bench(endless(exact(thinking())));
    EXPECT_TRUE(bench.model->info().marks_reasoning);
    Completion out;
    for (std::uint32_t seed = 0; seed < 10 && !out.thinking_cut; ++seed) out = bench.ask(ask_user("abc", 16, 20, seed));
    ASSERT_TRUE(out.thinking_cut);
    EXPECT_EQ(out.thinking, ThinkingControl::in_process);
    EXPECT_EQ(out.usage.reasoning, 16);
    EXPECT_EQ(out.usage.out, 36);
    EXPECT_EQ(out.trace.forced[15], 0);
    EXPECT_EQ(out.trace.forced[16], 1);
    EXPECT_EQ(out.trace.ids.size(), 36U);
    EXPECT_FALSE(out.reasoning.empty());
    EXPECT_THAT(out.text, ::testing::Not(HasSubstr("</think>")));
}

TEST(LlamaModel, WithoutMarksThinkingAndAnswerAreOneLimit) {
    ModelBench bench(endless(exact()));
    const Completion out = bench.ask(ask_user("abc", 16, 20, 1));
    EXPECT_EQ(out.thinking, ThinkingControl::none);
    EXPECT_EQ(out.usage.out, 36);
    EXPECT_EQ(out.usage.reasoning, 0);
}

Task<std::vector<TokenCount>> counts(LlamaModel& model, Prompt prompt) {
    std::vector<TokenCount> out;
    out.push_back(co_await model.count_prompt(prompt));
    out.push_back(co_await model.count_tokens("abc abc"));
    co_return out;
}

TEST(LlamaModel, CountsPromptsAsItReadsThem) {
    ModelBench bench(exact());
    const CompletionRequest request = ask_user("what is it", 5, 5, 1);
    const auto counted = run_to_end(bench.loop, counts(*bench.model, request.prompt));
    EXPECT_EQ(counted[0].tokens, bench.ask(request).usage.in);
    EXPECT_TRUE(counted[0].exact);
    EXPECT_TRUE(counted[1].exact);
    EXPECT_GT(counted[1].tokens, 0);
}

TEST(LlamaModel, TellsItsContextAndName) {
    LlamaOptions options = exact();
    options.ctx = 128;
    const ModelInfo info = ModelBench(options).model->info();
    EXPECT_EQ(info.context, 128);
    EXPECT_EQ(info.name, "tiny.gguf");
    EXPECT_THAT(info.where, HasSubstr("in process"));
}

}  // namespace
}  // namespace retort

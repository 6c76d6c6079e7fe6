#include "train/rollout/sampler.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>

#include "async/nursery.h"
#include "llama/model_bench.h"
#include "train/run/sft.h"
#include "train/run/trainer.h"
#include "train/trainee.h"

namespace retort::train::test {
namespace {

using retort::testing::ModelBench;
using ::testing::Each;
using ::testing::HasSubstr;

CompletionRequest request_of(const Suite& suite, int which, double temperature) {
    CompletionRequest out;
    out.place = {"p", which, 1, 0, CallRole::draft};
    const auto i = static_cast<std::size_t>(which) % suite.problems.size();
    out.prompt =
        std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", suite.problems[i].problem.text}});
    out.think = 20 + which;
    out.max_answer = 6;
    out.temperature = temperature;
    out.seed = static_cast<std::uint32_t>(100 + which);
    out.logprobs = true;
    return out;
}

std::vector<CompletionRequest> requests_of(const Suite& suite, int count, double temperature) {
    std::vector<CompletionRequest> out;
    for (int i = 0; i < count; ++i) out.push_back(request_of(suite, i, temperature));
    return out;
}

Task<int> ask_all(Sampler& sampler, std::vector<CompletionRequest> requests) {
    const auto executor = co_await asio::this_coro::executor;
    Nursery<Completion> nursery(executor);
    for (CompletionRequest& request : requests) nursery.spawn(sampler.complete(std::move(request), {}, {}));
    int landed = 0;
    for (; nursery.outstanding() > 0; ++landed) {
        auto one = co_await nursery.next();
        if (!one.value.ok()) break;
    }
    co_return landed;
}

std::map<Place, SampledCall> sampled(Trainee& trainee, const std::vector<CompletionRequest>& requests) {
    const int landed = run_with(trainee.loop, trainee.sampler, ask_all(trainee.sampler, requests));
    EXPECT_EQ(landed, static_cast<int>(requests.size()));
    return trainee.sampler.take_calls();
}

TEST(Sampler, TheSameSeedsGiveTheSameTokensWhateverTheOrderTheyAreAskedIn) {
    Trainee trainee;
    const Suite suite = trainee.problems(3);
    std::vector<CompletionRequest> requests = requests_of(suite, 40, 1);
    const auto expected = sampled(trainee, requests);
    ASSERT_EQ(expected.size(), 40U);
    std::mt19937 random(1);
    for (int i = 0; i < 3; ++i) {
        std::shuffle(requests.begin(), requests.end(), random);
        const auto again = sampled(trainee, requests);
        ASSERT_EQ(again.size(), expected.size());
        for (const auto& [place, call] : expected) {
            EXPECT_EQ(again.at(place).ids, call.ids);
            EXPECT_EQ(again.at(place).logprobs, call.logprobs) << "to the bit: a batch is made up in one way";
        }
    }
}

// But for draws that fall between two tokens: floats differ in the last place with the company in the batch.
TEST(Sampler, AskedInBatchesOfOtherSizesItWritesTheSame) {
    Trainee trainee;
    const Suite suite = trainee.problems(3);
    const std::vector<CompletionRequest> requests = requests_of(suite, 20, 1);
    const auto expected = sampled(trainee, requests);
    Sampler narrow(trainee.loop, *trainee.model.tokenizer, {"trainee", trainee.net.shape().context},
                   net_writer(trainee.net, *trainee.model.tokenizer, 3));
    run_with(trainee.loop, narrow, ask_all(narrow, requests));
    const auto calls = narrow.take_calls();
    int parted = 0;
    for (const auto& [place, call] : expected) {
        const SampledCall& other = calls.at(place);
        const auto [here, there] = std::mismatch(call.ids.begin(), call.ids.end(), other.ids.begin(), other.ids.end());
        parted += here != call.ids.end() || there != other.ids.end();
        for (std::ptrdiff_t i = 0; i < here - call.ids.begin(); ++i)
            EXPECT_NEAR(other.logprobs[static_cast<std::size_t>(i)], call.logprobs[static_cast<std::size_t>(i)], 1e-5);
    }
    EXPECT_LE(parted, 2);
}

// A model that has learnt nothing does not end its thinking: the budget does.
TEST(Sampler, TheBudgetEndsTheThinkingByForceAndTheAnswerFollows) {
    Trainee trainee;
    const Suite suite = trainee.problems(3);
    const TokenId end_of_thinking = trainee.model.tokenizer->vocabulary().control("</think>").at(0);
    int cut = 0;
    for (const auto& [place, call] : sampled(trainee, requests_of(suite, 20, 1))) {
        ASSERT_EQ(call.forced.size(), call.ids.size());
        ASSERT_EQ(call.logprobs.size(), call.ids.size());
        if (!call.thinking_cut) {
            EXPECT_THAT(call.forced, Each(0));
            continue;
        }
        ++cut;
        const auto begin = std::find(call.forced.begin(), call.forced.end(), 1) - call.forced.begin();
        EXPECT_EQ(begin, 20 + place.sample) << "the budget";
        bool ended = false;
        for (std::size_t i = 0; i < call.ids.size(); ++i) {
            if (call.forced[i] != 0) EXPECT_EQ(call.logprobs[i], 0);
            ended = ended || (call.forced[i] != 0 && call.ids[i] == end_of_thinking);
            if (call.forced[i] != 0) EXPECT_GE(static_cast<std::ptrdiff_t>(i), begin);
        }
        EXPECT_TRUE(ended);
        EXPECT_LE(std::count(call.forced.begin(), call.forced.end(), 0), 20 + place.sample + 6);
    }
    EXPECT_GT(cut, 10);
}

void expect_scores_of_net(const Trainee& trainee, const std::map<Place, SampledCall>& calls, double temperature) {
    Pack pack;
    std::vector<float> sampled_with;
    for (const auto& [place, call] : calls) {
        pack.tokens.insert(pack.tokens.end(), call.prompt.begin(), call.prompt.end());
        pack.tokens.insert(pack.tokens.end(), call.ids.begin(), call.ids.end());
        pack.lengths.push_back(static_cast<std::int32_t>(call.prompt.size() + call.ids.size()));
        pack.wanted.insert(pack.wanted.end(), call.prompt.size(), 0);
        for (std::size_t i = 0; i < call.ids.size(); ++i) {
            pack.wanted.push_back(call.forced[i] == 0);
            if (call.forced[i] == 0) sampled_with.push_back(call.logprobs[i]);
        }
    }
    const TokenScores scores = trainee.net.score(pack, temperature);
    ASSERT_EQ(scores.logprobs.size(), sampled_with.size());
    EXPECT_GT(sampled_with.size(), 400U);
    float largest = 0;
    for (std::size_t i = 0; i < sampled_with.size(); ++i)
        largest = std::max(largest, std::abs(sampled_with[i] - scores.logprobs[i]));
    EXPECT_LT(largest, 1e-5F) << "at temperature " << temperature;
}

TEST(Sampler, ItsLogProbabilitiesAreThoseThatTheNetTrainsOn) {
    Trainee trainee;
    const Suite suite = trainee.problems(3);
    for (const double temperature : {1.0, 0.7, 1.5})
        expect_scores_of_net(trainee, sampled(trainee, requests_of(suite, 30, temperature)), temperature);
}

TEST(Sampler, OfAWholeOperatorTooTheLogProbabilitiesAreThoseThatTheNetTrainsOn) {
    Trainee trainee;
    const Suite suite = trainee.problems(4);
    const Schedule schedule = parse_operator("pdr:3", {DistillerKind::random, 2, 64, 20, 8}).value();
    std::map<Place, SampledCall> calls;
    for (const Rollout& one : trainee.roll_out(suite, schedule, 1, 3)) {
        EXPECT_EQ(one.calls.size(), 4U);
        calls.insert(one.calls.begin(), one.calls.end());
    }
    expect_scores_of_net(trainee, calls, 1);
}

TEST(Sampler, RolloutsAreTheSameForASeedAndDifferentForAnother) {
    Trainee trainee;
    const Suite suite = trainee.problems(3);
    const Schedule schedule = parse_operator("pdr:2", {DistillerKind::random, 2, 64, 12, 8}).value();
    const auto ids = [&](std::uint64_t seed) {
        std::vector<std::vector<TokenId>> out;
        for (const Rollout& one : trainee.roll_out(suite, schedule, 1, 3, seed))
            for (const auto& [place, call] : one.calls) out.push_back(call.ids);
        return out;
    };
    const auto first = ids(1);
    EXPECT_EQ(ids(1), first);
    EXPECT_NE(ids(2), first);
}

// Greedily, over the file that a run writes: every token, and its log-probability.
TEST(Sampler, WritesTheTokensThatLlamaCppWrites) {
    Trainee trainee(3);
    trainee.model.file.tensors = trainee.net.weights();
    const std::string path = trainee.folder / "model.gguf";
    ASSERT_TRUE(write_model(path, trainee.model.file, WeightType::f32, {"t", trainee.model.prompts, {}}));
    LlamaOptions options;
    options.path = path;
    options.threads = 1;
    options.kv_type = KvType::f32;
    ModelBench bench(options);
    const Suite suite = trainee.problems(6);
    std::vector<CompletionRequest> requests = requests_of(suite, 12, 0);
    for (CompletionRequest& request : requests) request.think += 60;
    const auto calls = sampled(trainee, requests);
    const std::vector<Completion> theirs = bench.ask_all(requests);
    std::size_t tokens = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const SampledCall& ours = calls.at(requests[i].place);
        ASSERT_EQ(theirs[i].trace.ids, ours.ids) << "call " << i;
        EXPECT_EQ(theirs[i].trace.forced, ours.forced);
        EXPECT_EQ(theirs[i].thinking_cut, ours.thinking_cut);
        EXPECT_EQ(theirs[i].finish, ours.finish);
        EXPECT_EQ(theirs[i].usage.in, static_cast<std::int64_t>(ours.prompt.size()));
        for (std::size_t j = 0; j < ours.ids.size(); ++j)
            EXPECT_NEAR(theirs[i].trace.logprobs[j], ours.logprobs[j], 1e-4) << "call " << i << ", token " << j;
        tokens += ours.ids.size();
    }
    EXPECT_GT(tokens, 500U);
}

// llama.cpp over the net's weights, handed over in memory.
class LlamaSampler : public ::testing::Test {
  protected:
    std::map<Place, SampledCall> written(const std::vector<CompletionRequest>& requests) {
        EXPECT_EQ(run_with(trainee.loop, sampler, ask_all(sampler, requests)), static_cast<int>(requests.size()));
        return sampler.take_calls();
    }

    static TrainConfig with_llama(TrainConfig config) {
        config.rl.sampler = "llama";
        return config;
    }

    Trainee trainee;
    Sampler sampler{trainee.loop,
                    *trainee.model.tokenizer,
                    {"trainee", trainee.net.shape().context},
                    local_writer(with_llama(trainee.config), trainee.model, trainee.net).value()};
    const Suite suite = trainee.problems(3);
};

TEST_F(LlamaSampler, ItsLogProbabilitiesAreThoseThatTheNetTrainsOn) {
    for (const double temperature : {1.0, 0.7, 1.5})
        expect_scores_of_net(trainee, written(requests_of(suite, 30, temperature)), temperature);
}

TEST_F(LlamaSampler, AfterAStepItWritesWithTheNewWeights) {
    const auto requests = requests_of(suite, 30, 1);
    const auto before = written(requests);
    const SftBatch batch = draw_examples(*trainee.teacher, *trainee.model.tokenizer, 3, 0, 1500, 0, 512).value();
    for (int i = 0; i < 3; ++i) sft_step(trainee.net, batch, {.lr = 1e-2});
    sampler.weights_changed();
    const auto after = written(requests);
    expect_scores_of_net(trainee, after, 1);
    EXPECT_NE(after.begin()->second.ids, before.begin()->second.ids);
}

TEST_F(LlamaSampler, TheSameSeedsGiveTheSameTokensToTheBit) {
    auto requests = requests_of(suite, 100, 1);  // more than run side by side
    const auto expected = written(requests);
    std::shuffle(requests.begin(), requests.end(), std::mt19937(1));
    sampler.weights_changed();
    const auto again = written(requests);
    ASSERT_EQ(again.size(), expected.size());
    for (const auto& [place, call] : expected) {
        EXPECT_EQ(again.at(place).ids, call.ids);
        EXPECT_EQ(again.at(place).logprobs, call.logprobs);
    }
}

TEST_F(LlamaSampler, GreedilyItWritesWhatTheNetWrites) {
    const auto requests = requests_of(suite, 12, 0);
    const auto theirs = written(requests);
    for (const auto& [place, call] : sampled(trainee, requests)) {
        EXPECT_EQ(theirs.at(place).ids, call.ids);
        EXPECT_EQ(theirs.at(place).forced, call.forced);
        EXPECT_EQ(theirs.at(place).thinking_cut, call.thinking_cut);
        EXPECT_EQ(theirs.at(place).prompt, call.prompt);
    }
}

TEST_F(LlamaSampler, WholeRunsLearnFromItsRollouts) {
    for (const bool tied : {false, true}) {
        const Folder folder;
        TrainConfig config = trainee.config;
        config.run = folder.path();
        config.model.tied = tied;
        config.data.count = 8;
        config.sft.steps = 16;
        config.sft.batch_tokens = 800;
        config.sft.lr = 3e-3;
        config.sft.warmup = 2;
        config.rl.steps = 2;
        config.rl.prompts = 4;
        config.rl.generations = 4;
        config.rl.updates = 1;
        config.rl.sampler = "llama";
        config.rl.trace.think = 24;
        config.rl.op.share = 1;
        config.rl.op.operator_name = "pdr:2";
        config.rl.op.think = 16;
        config.rl.op.workspace = 64;
        config.reward.length = -5;
        const auto trained = train(config, {});
        ASSERT_TRUE(trained) << trained.error().message;
        double gradients = 0;
        std::ifstream rows(folder / "metrics.jsonl");
        for (std::string line; std::getline(rows, line);) {
            const auto row = nlohmann::json::parse(line);
            if (row.at("phase") != "rl") continue;
            EXPECT_LT(row.at("rollout_train_logprob_diff_max"), 2e-5);
            EXPECT_EQ(row.at("trace/failed"), 0);
            EXPECT_EQ(row.at("op/failed"), 0);
            gradients += row.at("actor/grad_norm").get<double>();
        }
        EXPECT_GT(gradients, 0);
    }
}

TEST(Sampler, ACallThatDoesNotFitTheContextFailsAndSaysSo) {
    Trainee trainee;
    const Suite suite = trainee.problems(1);
    CompletionRequest request = request_of(suite, 0, 1);
    request.think = 600;
    const Completion completion =
        run_with(trainee.loop, trainee.sampler, trainee.sampler.complete(std::move(request), {}, {}));
    ASSERT_TRUE(completion.error);
    EXPECT_EQ(completion.error->kind, CallErrorKind::context);
    EXPECT_THAT(completion.error->message, HasSubstr("the model's context is 512"));
}

}  // namespace
}  // namespace retort::train::test

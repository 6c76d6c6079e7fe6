#include "train/tinker/sample_call.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "train/trainee.h"

namespace retort::train::tinker::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using train::test::Trainee;

constexpr TokenId kBegin = 2;  // <think>
constexpr TokenId kEnd = 3;    // </think>

SampledSequence sampled(std::vector<TokenId> tokens) {
    SampledSequence out;
    out.stop_reason = "length";
    out.tokens = std::move(tokens);
    for (std::size_t i = 0; i < out.tokens.size(); ++i) out.logprobs.push_back(-1 - static_cast<float>(i));
    return out;
}

class SampleCallTest : public ::testing::Test {
  protected:
    llama::LiveCall call(std::int64_t think, std::int64_t max_answer, bool inside = true,
                         std::uint32_t seed = 5) const {
        llama::LiveCall out;
        out.prompt = std::make_shared<const std::vector<TokenId>>(kPrompt);
        out.inside_reasoning = inside;
        out.limits = {think, max_answer, false};
        out.sampling.seed = seed;
        return out;
    }

    SampleCall asked(const llama::LiveCall& live) const { return {live, *trainee_.model.tokenizer}; }

    static Completion finished(SampleCall& call) {
        EXPECT_TRUE(call.done());
        Completion out;
        call.finish(out);
        return out;
    }

    std::vector<TokenId> forced_end() const { return trainee_.model.tokenizer->reasoning().forced_end; }

    const std::vector<TokenId> kPrompt{10, 11, 12};
    Trainee trainee_{2};
};

TEST_F(SampleCallTest, TheBudgetEndsTheThinkingByForceAndTheNextSampleGoesOnFromThere) {
    SampleCall call = asked(this->call(3, 6));
    EXPECT_EQ(call.parameters().max_tokens, 3);
    call.take(sampled({20, 21, 22}));
    ASSERT_FALSE(call.done());
    std::vector<TokenId> expected{10, 11, 12, 20, 21, 22};
    const std::vector<TokenId> forced = forced_end();
    expected.insert(expected.end(), forced.begin(), forced.end());
    EXPECT_EQ(*call.prompt(), expected);
    const auto room = 6 - static_cast<std::int64_t>(forced.size());
    EXPECT_EQ(call.parameters().max_tokens, room);
    call.take(sampled(std::vector<TokenId>(static_cast<std::size_t>(room), 23)));
    const Completion completion = finished(call);
    EXPECT_TRUE(completion.thinking_cut);
    EXPECT_EQ(completion.requests, 2);
    EXPECT_EQ(completion.finish, Finish::length);
    EXPECT_EQ(std::count(completion.trace.forced.begin(), completion.trace.forced.end(), 1),
              static_cast<std::ptrdiff_t>(forced.size()));
    EXPECT_EQ(completion.trace.ids.size(), 9U);
    EXPECT_EQ(completion.trace.logprobs[2], -3);
    EXPECT_EQ(completion.trace.logprobs[3], 0);
}

// The sample began where the answer's limit was the larger one.
TEST_F(SampleCallTest, TokensBeyondTheBudgetAreDropped) {
    SampleCall call = asked(this->call(2, 8, false));
    EXPECT_EQ(call.parameters().max_tokens, 8);
    call.take(sampled({kBegin, 20, 21, 22, 23, 24, 25, 26}));
    std::vector<TokenId> expected{10, 11, 12, kBegin, 20};
    const std::vector<TokenId> forced = forced_end();
    expected.insert(expected.end(), forced.begin(), forced.end());
    EXPECT_EQ(*call.prompt(), expected);
    EXPECT_FALSE(call.done());
}

TEST_F(SampleCallTest, TheEndOfGenerationEndsItAndWhatFollowsIsDropped) {
    const TokenId end = ends_of(trainee_.model.tokenizer->vocabulary()).front();
    SampleCall call = asked(this->call(4, 8));
    call.take(sampled({20, kEnd, 21, end}));
    const Completion completion = finished(call);
    EXPECT_THAT(completion.trace.ids, ElementsAre(20, kEnd, 21, end));
    EXPECT_EQ(completion.finish, Finish::stop);
    EXPECT_FALSE(completion.thinking_cut);
    EXPECT_EQ(completion.requests, 1);
}

TEST_F(SampleCallTest, AThinkingThatEndsInTimeLeavesTheAnswerItsOwnLimit) {
    SampleCall call = asked(this->call(6, 2));
    call.take(sampled({20, kEnd, 21, 22, 23, 24}));
    const Completion completion = finished(call);
    EXPECT_THAT(completion.trace.ids, ElementsAre(20, kEnd, 21, 22));
    EXPECT_EQ(completion.finish, Finish::length);
}

TEST_F(SampleCallTest, ASampleThatStopsShortOfItsLimitIsGoneOnFrom) {
    SampleCall call = asked(this->call(6, 4));
    call.take(sampled({20, kEnd, 21}));
    EXPECT_FALSE(call.done());
    EXPECT_THAT(*call.prompt(), ElementsAre(10, 11, 12, 20, kEnd, 21));
    EXPECT_EQ(call.parameters().max_tokens, 3);
}

TEST_F(SampleCallTest, EachSampleDrawsByASeedOfItsOwn) {
    std::set<std::uint32_t> seeds;
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        SampleCall call = asked(this->call(2, 8, true, seed));
        EXPECT_EQ(call.parameters().seed, seed);
        call.take(sampled({20, 21}));
        const std::uint32_t second = call.parameters().seed;
        call.take(sampled({22}));
        seeds.insert({second, call.parameters().seed});
        EXPECT_LT(second, 1U << 31);
    }
    EXPECT_THAT(seeds, SizeIs(100));
    SampleCall again = asked(this->call(2, 8, true, 49));
    again.take(sampled({20, 21}));
    EXPECT_THAT(seeds, Contains(again.parameters().seed));
    EXPECT_EQ(asked(this->call(2, 8, true, 0xFFFFFFFF)).parameters().seed, 0x7FFFFFFFU);
}

TEST_F(SampleCallTest, TheEndsAreThoseOfTheVocabulary) {
    const llama::Vocabulary& vocabulary = trainee_.model.tokenizer->vocabulary();
    const std::vector<TokenId> ends = ends_of(vocabulary);
    EXPECT_THAT(ends, Contains(vocabulary.control("</s>").at(0)));
    for (const TokenId token : ends) EXPECT_TRUE(vocabulary.ends_generation(token));
}

// What a server would sample that draws as the local writer does: its tokens, and more where it was not stopped.
SampledSequence replayed(const Completion& written, std::size_t from, std::int64_t most) {
    SampledSequence out;
    out.stop_reason = "length";
    const TokenTrace& trace = written.trace;
    const auto size = static_cast<std::size_t>(most);
    for (std::size_t i = from; i < trace.ids.size() && out.tokens.size() < size && trace.forced[i] == 0; ++i) {
        out.tokens.push_back(trace.ids[i]);
        out.logprobs.push_back(trace.logprobs[i]);
    }
    const bool ended = from + out.tokens.size() == trace.ids.size() && written.finish == Finish::stop;
    while (!ended && out.tokens.size() < size) {
        out.tokens.push_back(30);
        out.logprobs.push_back(-9);
    }
    return out;
}

void expect_same(const Completion& a, const Completion& b) {
    EXPECT_EQ(a.trace.ids, b.trace.ids);
    EXPECT_EQ(a.trace.logprobs, b.trace.logprobs);
    EXPECT_EQ(a.trace.forced, b.trace.forced);
    EXPECT_EQ(a.text, b.text);
    EXPECT_EQ(a.reasoning, b.reasoning);
    EXPECT_EQ(a.finish, b.finish);
    EXPECT_EQ(a.thinking_cut, b.thinking_cut);
    EXPECT_EQ(a.usage.out, b.usage.out);
    EXPECT_EQ(a.usage.reasoning, b.usage.reasoning);
}

TEST_F(SampleCallTest, OfTheSameTokensItMakesWhatTheLocalWriterMakes) {
    const auto writer = net_writer(trainee_.net, *trainee_.model.tokenizer, 64);
    std::vector<WriterCall> calls;
    for (std::uint32_t i = 0; i < 60; ++i) {
        llama::LiveCall one = call(2 + i % 7, 1 + i % 9, i % 2 == 0, i);
        one.sampling.logprob_as_drawn = true;
        calls.push_back({i, one});
    }
    writer->begin(calls);
    int cut = 0;
    for (const Written& written : writer->take()) {
        SampleCall call = asked(calls[written.ticket].call);
        while (!call.done())
            call.take(
                replayed(written.completion, call.prompt()->size() - kPrompt.size(), call.parameters().max_tokens));
        expect_same(finished(call), written.completion);
        cut += written.completion.thinking_cut;
    }
    EXPECT_GT(cut, 10);
}

}  // namespace
}  // namespace retort::train::tinker::test

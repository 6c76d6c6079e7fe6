#include "train/run/memory_plan.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "model/llama/machine.h"
#include "train/folder.h"
#include "train/run/trainer.h"

namespace retort::train::test {
namespace {

using ::testing::HasSubstr;

CallSizes sizes_of(const std::string& operator_name, StepDefaults defaults) {
    return call_sizes(parse_operator(operator_name, defaults).value(), 20);
}

TEST(CallSizes, OfOneCallAreItsQuestionAndItsLimits) {
    const CallSizes sizes = sizes_of("cot", {DistillerKind::random, 4, 256, 100, 10});
    EXPECT_EQ(sizes.prompt, 20);
    EXPECT_EQ(sizes.whole, 130);
    EXPECT_EQ(sizes.side_by_side, 1);
    EXPECT_EQ(sizes.calls, 1);
}

TEST(CallSizes, OfRoundsReadWhatTheWorkspaceHolds) {
    const CallSizes bound = sizes_of("pdr:8,4", {DistillerKind::random, 4, 50, 100, 10});
    EXPECT_EQ(bound.prompt, 70);
    EXPECT_EQ(bound.whole, 180);
    EXPECT_EQ(bound.side_by_side, 8);
    EXPECT_EQ(bound.calls, 13);
    ASSERT_EQ(bound.kinds.size(), 3U);
    EXPECT_EQ(bound.kinds[0].count * bound.kinds[0].whole, 8 * 130);
    EXPECT_EQ(bound.kinds[0].prompts, 1);  // drafts of the first round share theirs
    EXPECT_EQ(bound.kinds[1].prompts * bound.kinds[1].prompt, 4 * 70);
    EXPECT_EQ(sizes_of("pdr:8,4", {DistillerKind::random, 4, 500, 100, 10}).prompt, 100);
    EXPECT_EQ(sizes_of("pdr:8,4", {DistillerKind::random, 4, 0, 100, 10}).prompt, 100);
}

TEST(CallSizes, OfADistillerThatIsAskedReadAllDrafts) {
    EXPECT_EQ(sizes_of("pdr:8", {DistillerKind::summary, 4, 50, 100, 10}).prompt, 100);
}

TEST(CallSizes, OfAVoteAreThoseOfItsDrafts) {
    const CallSizes sizes = sizes_of("vote:16", {DistillerKind::random, 4, 50, 100, 10});
    EXPECT_EQ(sizes.prompt, 20);
    EXPECT_EQ(sizes.side_by_side, 16);
}

TEST(CallSizes, OfDistillersAndJudgesAreCountedAsTheyAreMade) {
    for (const char* operator_name : {"cot", "pdr:8,4", "sr:3,analysis", "vote:16", "best:5", "tournament:7,2,3"})
        for (const DistillerKind kind : {DistillerKind::random, DistillerKind::summary, DistillerKind::topk_each}) {
            const CallSizes sizes = sizes_of(operator_name, {kind, 4, 50, 100, 10});
            std::int64_t calls = 0;
            for (const CallKind& one : sizes.kinds) calls += one.count;
            EXPECT_EQ(calls, sizes.calls) << operator_name;
        }
    const CallSizes sizes = sizes_of("pdr:8,4", {DistillerKind::topk_each, 4, 50, 100, 10});
    ASSERT_EQ(sizes.kinds.size(), 5U);
    EXPECT_EQ(sizes.kinds[1].count, 4);  // one for each draft of the next round
    EXPECT_EQ(sizes.kinds[1].role, CallRole::select);
    EXPECT_EQ(sizes.kinds[4].role, CallRole::final);
}

class MemoryPlan : public ::testing::Test {
  protected:
    TrainConfig config(const std::vector<std::string>& words = {}) const {
        return parse_config("run",
                            "task = 'countdown'\nrun = '" + (folder_ / "run") +
                                "'\nthreads = 1\nmodel = {width = 64, layers = 2, heads = 4, feed_forward = 128}\n"
                                "sft = {steps = 2, batch_tokens = 2000}\ndata.count = 8\n"
                                "[rl]\nsteps = 5\nprompts = 8\ngenerations = 8\n"
                                "trace = {share = 1, think = 64, max_answer = 8}\n"
                                "op = {share = 1, operator = 'pdr:4', think = 32, max_answer = 8}\n",
                            words)
            .value();
    }

    // Without what this process takes already, in bytes.
    std::int64_t taken(const std::vector<std::string>& words) const {
        const TrainConfig settled = config(words);
        const auto teacher = make_teacher("countdown").value();
        const TrainedModel model = planned_model(settled, teacher.get()).value();
        const std::int64_t before = llama::resident_memory();
        const RunMemory memory = plan_memory(settled, model, teacher.get()).value();
        return memory.process - before;
    }

    Folder folder_;
};

TEST_F(MemoryPlan, WritesNothing) {
    const auto text = plan_text(config());
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_THAT(*text, HasSubstr(" parameters, vocabulary "));
    EXPECT_THAT(*text, HasSubstr(" MB of memory\n"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "run"));
}

TEST_F(MemoryPlan, RolloutsAheadAndLlamaCppTakeModelsOfTheirOwn) {
    const std::int64_t plain = taken({});
    EXPECT_GT(taken({"async=1"}), plain);
    EXPECT_GT(taken({"rl.sampler=llama"}), plain);
    EXPECT_GT(taken({"threads=2"}), plain);
}

TEST_F(MemoryPlan, ExamplesThatFitNoContextAreSaidAsInTheRun) {
    const auto text = plan_text(config({"model.context=4"}));
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().message, HasSubstr("raise model.context"));
}

TEST_F(MemoryPlan, PromptsOfAScheduleOfSharesAreSaidFromBeginningToEnd) {
    const std::string text = plan_text(config({"rl.trace.share_end=0"})).value();
    EXPECT_THAT(text,
                HasSubstr("# trace cot: from 4 to 0 prompts x 8 rollouts x 1 calls a step, at most 2304 tokens\n"));
    EXPECT_THAT(text, HasSubstr("# op    pdr:4: from 4 to 8 prompts x 8 rollouts x 5 calls"));
}

}  // namespace
}  // namespace retort::train::test

#include "train/run/trainer.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <stdexcept>

#include "train/folder.h"
#include "train/run/checkpoint.h"

namespace retort::train::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Heard : public TrainListener {
  public:
    void told(const std::string& line) override { lines.push_back(line); }
    void doing(const std::string&) override {}
    void stepped(const MetricsRow& row) override { rows.push_back(row); }

    std::vector<std::string> lines;
    std::vector<MetricsRow> rows;
};

// Two steps of reinforcement of a model that has learnt nothing.
class TrainerTest : public ::testing::Test {
  protected:
    TrainConfig config(const std::vector<std::string>& words = {}) const {
        return parse_config("run",
                            "task = 'countdown'\nrun = '" + (folder_ / "run") +
                                "'\nthreads = 1\njournal = false\ncheckpoint_every = 1\ncheckpoint_keep = 9\n"
                                "model = {width = 16, layers = 1, heads = 2, feed_forward = 16, context = 256}\n"
                                "data.count = 8\n"
                                "rl = {steps = 2, prompts = 2, generations = 2, updates = 1, "
                                "trace = {share = 1, think = 8, max_answer = 4}}\n",
                            words)
            .value();
    }

    Outcome<void> train_with(std::vector<RewardTerm> terms, const std::vector<std::string>& words = {}) {
        TrainOptions options;
        options.listener = &heard_;
        options.reward_terms = std::move(terms);
        return train(config(words), options);
    }

    Folder folder_;
    Heard heard_;
};

TEST_F(TrainerTest, ARewardOfOnesOwnIsLearntFrom) {
    const auto tokens = [](const Rollout& rollout) {
        return std::vector<double>{static_cast<double>(rollout.calls.begin()->second.ids[0])};
    };
    ASSERT_TRUE(train_with({{"first", 1, TermOf::rollout, tokens}}));
    ASSERT_EQ(heard_.rows.size(), 2U);
    EXPECT_NE(heard_.rows[0].get("trace/reward/first"), 0);
    EXPECT_GT(heard_.rows[0].get("actor/grad_norm"), 0);
    EXPECT_EQ(heard_.rows[0].get("trace/reward_failed"), 0);
}

// Of two problems each has 16 drafts after the first step; of a hundred none comes again.
TEST_F(TrainerTest, CachedDraftsComeFromThePoolWhereProblemsComeAgainAndThatTheyDoNotIsSaid) {
    std::vector<std::string> words{"rl.generations=4",     "rl.retire_at=2",      "rl.trace.share=0", "rl.op.share=1",
                                   "rl.op.operator=pdr:4", "rl.op.drafts=cached", "rl.op.think=6",    "data.count=2"};
    ASSERT_TRUE(train_with({}, words));
    ASSERT_EQ(heard_.rows.size(), 2U);
    EXPECT_EQ(heard_.rows[0].get("op/drafts_pooled"), 0);
    EXPECT_EQ(heard_.rows[1].get("op/drafts_pooled"), 1);
    EXPECT_THAT(heard_.lines, Not(Contains(HasSubstr("none comes twice"))));

    std::filesystem::remove_all(folder_ / "run");
    heard_ = {};
    words.back() = "data.count=100";
    ASSERT_TRUE(train_with({}, words));
    EXPECT_EQ(heard_.rows[1].get("op/drafts_pooled"), 0);
    EXPECT_THAT(heard_.lines,
                Contains(HasSubstr("rl.op.drafts = cached: of 100 problems none comes twice in 2 steps of 2 prompts")));
}

TEST_F(TrainerTest, ARewardThatThrowsCostsItsRolloutsAndNeitherTheRunNorACheckpoint) {
    ASSERT_TRUE(train_with({{"unlucky", 1, TermOf::rollout, [](const Rollout& rollout) -> std::vector<double> {
                                 if (rollout.key.sample == 0) throw std::runtime_error("no luck");
                                 return {1};
                             }}}));
    ASSERT_EQ(heard_.rows.size(), 2U);
    EXPECT_EQ(heard_.rows[0].get("trace/reward_failed"), 2);
    EXPECT_EQ(heard_.rows[0].get("trace/unknown"), 0);
    EXPECT_THAT(heard_.lines, Contains(HasSubstr("step 1, trace: warning: a term of the reward failed for 2 of 4 "
                                                 "rollouts, which teach nothing: unlucky: no luck")));
    EXPECT_EQ(checkpoints_in(folder_ / "run").size(), 2U);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "run/model.gguf"));
}

TEST_F(TrainerTest, ARewardThatCannotBeIsSaidBeforeAnythingIsWritten) {
    const auto trained =
        train_with({{"length", 1, TermOf::rollout, [](const Rollout&) { return std::vector<double>{1}; }}});
    ASSERT_FALSE(trained);
    EXPECT_EQ(trained.error().kind, ErrorKind::usage);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "run"));
}

// Nothing that a listener does may throw; here it stands in for a device that fails.
class Broken : public Heard {
  public:
    void doing(const std::string& what) override {
        if (what == "learning" && rows.size() == 1) throw std::runtime_error("the device is gone");
    }
};

TEST_F(TrainerTest, AStepThatBreaksOffSaysWhereToGoOnFrom) {
    Broken heard;
    TrainOptions options;
    options.listener = &heard;
    const TrainConfig settled = config();
    EXPECT_THROW((void)train(settled, options), std::runtime_error);
    EXPECT_THAT(heard.lines,
                Contains(HasSubstr("step 2 broke off; go on with --resume from the last good checkpoint, " +
                                   (folder_ / "run/checkpoint-000001.retort"))));
    options.listener = nullptr;
    options.resume = true;
    EXPECT_TRUE(train(settled, options));
}

}  // namespace
}  // namespace retort::train::test

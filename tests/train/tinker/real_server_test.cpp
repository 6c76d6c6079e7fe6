// Against a real training server, whose address is in RETORT_TINKER_URL: skipped without. It has to train the weights
// of the file that RETORT_TINKER_MODEL names. scripts/check-tinker.py starts one and runs this.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "train/folder.h"
#include "train/rollout/net_writer.h"
#include "train/rollout/rollouts.h"
#include "train/run/batch.h"
#include "train/run/methods.h"
#include "train/run/problems.h"
#include "train/run/remote.h"
#include "train/run/rl.h"
#include "train/run/sft.h"

namespace retort::train::tinker::test {
namespace {

using train::test::Folder;

// Both compute in fp32, in another order of sums, over four layers.
constexpr double kLogprobs = 1e-4;
constexpr double kLoss = 1e-4;

class Quiet : public TrainListener {
  public:
    void told(const std::string&) override {}
    void doing(const std::string&) override {}
    void stepped(const MetricsRow&) override {}
};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// The same weights here and on the server, and rollouts of them.
class RealServer : public ::testing::Test {
  protected:
    void SetUp() override {
        if (variable("RETORT_TINKER_URL").empty() || variable("RETORT_TINKER_MODEL").empty())
            GTEST_SKIP() << "RETORT_TINKER_URL and RETORT_TINKER_MODEL name no server and its model";
        config = config_with("coefficients");
        model = set_up_model(config, nullptr).value();
        const ModelFile file = read_model(variable("RETORT_TINKER_MODEL")).value();
        net = std::make_unique<Net>(file.shape, file.tensors, NetOptions{"cpu", 1});
    }

    TrainConfig config_with(const std::string& loss) const {
        return parse_config(
                   "test",
                   fmt::format("backend = 'tinker'\nurl = '{}'\nrun = '{}'\nmodel.from = '{}'\npack_tokens = 8192\n"
                               "[rl]\nsteps = 1\nalpha = 0\n[tinker]\nloss = '{}'\nrank = 8\n",
                               variable("RETORT_TINKER_URL"), folder.path(), variable("RETORT_TINKER_MODEL"), loss),
                   {})
            .value();
    }

    std::unique_ptr<Remote> connect(const TrainConfig& with) {
        auto out = Remote::connect(with, model, quiet, nullptr).value();
        out->start_anew();
        return out;
    }

    // Written by the net in this process; every other one counts as right.
    std::vector<MiniBatch> batches() {
        DataSettings data;
        data.count = 4;
        const Suite suite = load_problems(data, "train").value();
        Sampler sampler(loop, *model.tokenizer, {"model", net->shape().context},
                        net_writer(*net, *model.tokenizer, 64));
        RolloutRequest request;
        request.suite = &suite;
        request.schedule = parse_operator("pdr:2", {DistillerKind::random, 2, 64, 24, 12}).value();
        request.samples = 4;
        std::vector<Rollout> rollouts = run_rollouts(loop, sampler, sampler, model.prompts, request, nullptr);
        for (Rollout& one : rollouts) {
            one.result.error.reset();
            one.result.answer = "1";
            one.result.verdict = one.key.sample % 2 == 0 ? Verdict::equal : Verdict::different;
        }
        const std::vector<ArmRollouts> arms{
            judge_rollouts(std::move(rollouts), GradientOf::all, {}, AdvantageScale::batch)};
        std::vector<MiniBatch> out = make_batches(arms, 1, 1);
        // As if sampled by weights some steps older: ratios below, within and above the bounds.
        for (std::size_t i = 0; i < out[0].sampled_logprobs.size(); ++i)
            out[0].sampled_logprobs[i] += 0.5F * static_cast<float>(static_cast<int>(i % 7) - 3);
        return out;
    }

    Folder folder;
    Quiet quiet;
    TrainConfig config;
    TrainedModel model;
    asio::io_context loop;
    std::unique_ptr<Net> net;
};

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    double out = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        out = std::max(out, static_cast<double>(std::abs(a[i] - b[i])));
    return out;
}

// Of the same weights and batch, before any update.
TEST_F(RealServer, LogProbabilitiesRatiosAndLossAreThoseOfTheLocalTrainer) {
    const std::vector<MiniBatch> batch = batches();
    const auto remote = connect(config);
    const auto there = remote->net();
    const TokenScores local = net->score(batch[0].pack);
    const TokenScores scored = there->score(batch[0].pack);
    const double difference = largest_difference(local.logprobs, scored.logprobs);
    EXPECT_LT(difference, kLogprobs);
    const ObjectiveSettings objective;
    const RlUpdates here = learn(*net, batch, {1}, objective, 1, {.lr = 0});
    const RlUpdates away = learn(*there, batch, {1}, objective, 1, {.lr = 0});
    EXPECT_NEAR(away.loss, here.loss, kLoss * std::max(1.0, std::abs(here.loss)));
    EXPECT_NEAR(away.sft_loss, here.sft_loss, kLoss * std::max(1.0, std::abs(here.sft_loss)));
    EXPECT_NEAR(away.ratios.mean(), here.ratios.mean(), kLogprobs * here.ratios.mean());
    EXPECT_NEAR(away.ratios.largest, here.ratios.largest, kLogprobs * here.ratios.largest);
    EXPECT_EQ(away.ratios.tokens, here.ratios.tokens);
    fmt::print(
        "{} tokens: log-probabilities differ by at most {:.2g}; loss {:.6f} here, {:.6f} there; mean ratio {:.6f}, "
        "{:.6f}\n",
        local.logprobs.size(), difference, here.loss, away.loss, here.ratios.mean(), away.ratios.mean());
}

TEST_F(RealServer, CoefficientsAndItsOwnCispoMakeTheSameStep) {
    const std::vector<MiniBatch> batch = batches();
    ObjectiveSettings objective;
    objective.alpha = 0;
    std::vector<std::vector<float>> moved;
    std::vector<double> norms;
    std::vector<float> before;
    for (const char* loss : {"coefficients", "cispo"}) {
        const TrainConfig with = config_with(loss);
        const auto remote = connect(with);
        const auto there = remote->net();
        before = there->score(batch[0].pack).logprobs;
        const RlUpdates update = learn(*there, batch, {1}, objective, 1, {.lr = 1e-3});
        norms.push_back(update.grad_norm);
        moved.push_back(there->score(batch[0].pack).logprobs);
    }
    const double step = largest_difference(before, moved[0]);
    const double difference = largest_difference(moved[0], moved[1]);
    EXPECT_GT(step, 0.01) << "the step moves something";
    EXPECT_LT(difference, 1e-4 * step);
    EXPECT_NEAR(norms[0], norms[1], 1e-3 * norms[0]);
    fmt::print(
        "a step moves log-probabilities by up to {:.4f}; its two ways differ by at most {:.2g} ({:.2g} of it); norms "
        "{:.6f}, {:.6f}\n",
        step, difference, difference / step, norms[0], norms[1]);
}

}  // namespace
}  // namespace retort::train::tinker::test

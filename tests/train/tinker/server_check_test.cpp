// What `doctor --train` finds on servers of several kinds.
#include "train/run/server_check.h"

#include "train/tinker/remote_fixture.h"

namespace retort::train::tinker::test {
namespace {

using cli::Check;
using Level = cli::Check::Level;

class ServerCheck : public RemoteTraining {
  protected:
    // The last of this name; one that says that there is none otherwise.
    static Check check(const std::vector<Check>& all, const std::string& what) {
        Check out{Level::ok, what, "is not there", ""};
        for (const Check& one : all)
            if (one.what == what) out = one;
        return out;
    }

    std::vector<Check> checks(ServerSettings settings, const std::string& more = "") const {
        const auto there = server(std::move(settings));
        return check_server(remote("asked", *there, more));
    }

    Check failed(ServerSettings settings, const std::string& more = "") const {
        const std::vector<Check> all = checks(std::move(settings), more);
        EXPECT_FALSE(cli::all_well(all));
        return all.back();
    }

    static ServerSettings saying(json says) {
        ServerSettings out;
        out.says = std::move(says);
        return out;
    }
};

TEST_F(ServerCheck, OneThatWillDoFailsNothing) {
    const std::vector<Check> all =
        checks(saying({{"max_context_length", 100000}, {"trainable", true}, {"sampleable", true}}));
    EXPECT_TRUE(cli::all_well(all)) << cli::checks_text(all);
    EXPECT_EQ(check(all, "vocabulary").level, Level::ok);
    EXPECT_EQ(check(all, "clip_norm").found, "the server bounds no gradient");
}

TEST_F(ServerCheck, AServerWithoutForwardIsNotTheVocabularysFault) {
    const Check forward =
        failed(with({{.route = "forward", .times = 100, .status = 404, .body = R"({"detail":"Not Found"})"}}));
    EXPECT_EQ(forward.what, "forward");
    EXPECT_THAT(forward.found, HasSubstr("set tinker.wire = \"proto\""));
}

TEST_F(ServerCheck, AVocabularyLargerThanTheServersIsFoundByItsNumbersOrBecauseOtherTokensWillDo) {
    Fault silent{.route = "forward"};
    silent.spoil = [](json& result) { result["loss_fn_outputs"][0]["logprobs"]["data"] = json::array(); };
    const Fault refused{
        .route = "forward", .done = true, .status = 422, .body = R"({"detail":"a token beyond the vocabulary"})"};
    for (const Fault& fault : {silent, refused}) {
        const Check vocabulary = failed(with({fault}));
        EXPECT_EQ(vocabulary.what, "vocabulary") << vocabulary.found;
        EXPECT_THAT(vocabulary.advice, HasSubstr("model.from"));
    }
}

TEST_F(ServerCheck, WhatAModelCannotBeUsedForFails) {
    EXPECT_THAT(failed(saying({{"trainable", false}})).found, HasSubstr("does not train tiny-model"));
    EXPECT_THAT(failed(saying({{"sampleable", false}})).found, HasSubstr("does not sample from tiny-model"));
    const Check context = failed(saying({{"max_context_length", 20}}));
    EXPECT_EQ(context.what, "context");
    EXPECT_THAT(context.found, HasSubstr("the server takes 20 tokens, the longest call has"));
}

TEST_F(ServerCheck, AnotherRankIsWarnedOf) {
    ServerSettings settings;
    settings.rank = 4;
    const std::vector<Check> all = checks(settings);
    EXPECT_EQ(check(all, "rank").level, Level::warn);
    EXPECT_THAT(check(all, "rank").found, HasSubstr("rank 4"));
}

TEST_F(ServerCheck, WhereTheOptimiserIsTheServersOwnItIsNotSaidToBoundNothing) {
    ServerSettings settings;
    settings.reduction = Reduction::sum;
    const std::vector<Check> all = checks(settings);
    EXPECT_EQ(check(all, "clip_norm").found, "is not there");
    EXPECT_THAT(check(all, "optimiser").found, HasSubstr("weight decay (0.01"));
    EXPECT_THAT(check(all, "optimiser").advice, HasSubstr("trainer.policy.optimizer_config.weight_decay"));
}

TEST_F(ServerCheck, TheAdviceFitsWhatFailed) {
    const std::vector<Check> gone =
        check_server(config("gone", "backend=tinker url=http://127.0.0.1:1 tinker.patience_s=0"));
    EXPECT_EQ(gone.back().what, "server");
    EXPECT_THAT(gone.back().advice, HasSubstr("start the server"));
    ServerSettings locked;
    locked.key = "tml-right";
    EXPECT_THAT(failed(locked).advice, HasSubstr("a key that the server takes"));
    const Check unknown = failed({}, "tinker.base_model=other");
    EXPECT_EQ(unknown.what, "model");
    EXPECT_THAT(unknown.found, HasSubstr("set tinker.base_model to what it trains"));
    const Check elsewhere =
        failed(with({{.route = "get_server_capabilities", .status = 404, .body = R"({"detail":"Not Found"})"}}));
    EXPECT_THAT(elsewhere.advice, HasSubstr("is url that of a training server"));
}

}  // namespace
}  // namespace retort::train::tinker::test

#include "train/tinker/remote_fixture.h"

namespace retort::train::tinker::test {
namespace {

TEST_F(RemoteTraining, LearnsWhatTheSameRunLearnsInProcess) {
    ASSERT_TRUE(run(config("local", "")));
    const Rows expected = rows("local");
    ASSERT_THAT(expected, SizeIs(5));
    EXPECT_NE(expected.back().at("actor/grad_norm"), 0);
    ServerSettings sums;
    sums.reduction = Reduction::sum;
    sums.metrics = {{"loss:sum", 1}};
    for (const auto& [name, settings] : {std::pair{"seq_mean", ServerSettings()}, {"sum", sums}}) {
        SCOPED_TRACE(name);
        const auto there = server(settings);
        const auto trained = run(remote(name, *there));
        ASSERT_TRUE(trained) << trained.error().message;
        expect_same(rows(name), expected, kSameFigures);
        EXPECT_EQ(there->steps(), 6);
        EXPECT_EQ(there->last("optim_step").at("adam_params").at("grad_clip_norm"), 1);
    }
    EXPECT_THAT(heard_.lines, Contains(HasSubstr("losses are reduced by seq_mean")));
    EXPECT_THAT(heard_.lines, Contains(HasSubstr("losses are reduced by sum")));
}

TEST_F(RemoteTraining, ByTheServersOwnCispoItLearnsTheSame) {
    ASSERT_TRUE(run(config("local", "rl.alpha=0")));
    ServerSettings sums;
    sums.reduction = Reduction::sum;
    sums.metrics = {{"loss:sum", 1}};
    for (const auto& [name, settings] : {std::pair{"seq_mean", ServerSettings()}, {"sum", sums}}) {
        SCOPED_TRACE(name);
        const auto there = server(settings);
        const auto trained = run(remote(name, *there, "rl.alpha=0 tinker.loss=cispo"));
        ASSERT_TRUE(trained) << trained.error().message;
        expect_same(rows(name), rows("local"), kSameFigures);
        EXPECT_EQ(there->last("forward_backward").at("forward_backward_input").at("loss_fn"), "cispo");
    }
}

TEST_F(RemoteTraining, RequestsOfFewTokensLearnTheSame) {
    const Rows expected = unbroken();
    const auto there = server();
    ASSERT_TRUE(run(remote("parts", *there, "pack_tokens=150 tinker.in_flight=1")));
    EXPECT_GT(there->requests("forward_backward"), 12);
    EXPECT_EQ(there->steps(), 6);
    expect_same(rows("parts"), expected, kSameFigures);
}

TEST_F(RemoteTraining, AStepWhoseAnswerIsLostIsNeverCountedTwice) {
    const Rows expected = unbroken();
    // The first optim_step of a model that may have inherited a gradient uses that up.
    for (const auto& [route, number] : {std::pair{"forward_backward", 2}, {"optim_step", 3}, {"optim_step", 6}})
        for (const bool done : {false, true}) {
            Fault fault{route, number};
            fault.done = done;
            expect_unharmed(fmt::format("{}-{}-{}", route, number, done), with({fault}), expected, 1);
        }
}

TEST_F(RemoteTraining, AGradientThatAServerHandsOnIsNotLearntFrom) {
    const Rows expected = unbroken();
    Fault fault{"optim_step", 3};
    ServerSettings settings = with({fault});
    settings.hands_on = true;
    expect_unharmed("late", settings, expected, 1);
    settings.hands_on = false;
    settings.loads_late = false;
    expect_unharmed("first", settings, expected, 1);
}

// Each model takes such a server minutes to build.
TEST_F(RemoteTraining, WhereNoGradientIsHandedOnAModelIsMadeOnceAndLoadedFirst) {
    ServerSettings settings;
    settings.reduction = Reduction::sum;
    settings.loads_late = false;
    settings.most_models = 1;
    const auto there = server(settings);
    heard_.stop_after = 1;
    ASSERT_FALSE(run(remote("once", *there)));
    EXPECT_EQ(there->requests("create_model"), 1);
    EXPECT_EQ(there->requests("load_weights"), 0);
    EXPECT_EQ(there->requests("save_weights"), 1) << "the checkpoint alone";
    EXPECT_EQ(there->requests("optim_step"), 1);
    heard_.stop = false;
    heard_.stop_after = -1;
    const auto trained = run(remote("once", *there), true);
    ASSERT_TRUE(trained) << trained.error().message;
    EXPECT_EQ(there->requests("create_model"), 2) << "one of each process";
    EXPECT_EQ(there->requests("load_weights"), 1);
    EXPECT_EQ(there->last("load_weights").at("seq_id"), 1);
    EXPECT_EQ(there->requests("optim_step"), 6);
}

TEST_F(RemoteTraining, AServerWithoutForwardIsFoundOutBeforeAnythingIsSampled) {
    const auto there =
        server(with({{.route = "forward", .times = 100, .status = 404, .body = R"({"detail":"Not Found"})"}}));
    const auto trained = run(remote("json", *there));
    ASSERT_FALSE(trained);
    EXPECT_THAT(trained.error().message, HasSubstr("this server has no /forward: set tinker.wire = \"proto\""));
    EXPECT_EQ(there->requests("asample"), 0);
}

TEST_F(RemoteTraining, AReductionThatTheServersAnswersContradictIsWarnedOf) {
    const auto there = server();
    ASSERT_TRUE(run(remote("sums", *there, "tinker.reduction=sum rl.steps=0 eval.every=0")));
    EXPECT_THAT(heard_.lines,
                Contains(HasSubstr("warning: tinker.reduction = \"sum\", but SkyRL on JAX reduces by seq_mean")));
    heard_.lines.clear();
    ASSERT_TRUE(run(remote("means", *there, "tinker.reduction=seq_mean rl.steps=0 eval.every=0")));
    EXPECT_THAT(heard_.lines, Not(Contains(HasSubstr("warning: tinker.reduction"))));
}

TEST_F(RemoteTraining, AServerThatStartsAgainIsGoneOnWith) {
    const Rows expected = unbroken();
    // The first forward of a model shows which kind of server it is.
    for (const auto& [route, number] : {std::pair{"forward", 3},
                                        {"forward_backward", 3},
                                        {"optim_step", 4},
                                        {"save_weights", 3},
                                        {"save_weights_for_sampler", 2},
                                        {"asample", 9},
                                        {"retrieve_future", 31}}) {
        Fault fault{route, number};
        fault.restart = true;
        expect_unharmed(fmt::format("restart-{}", route), with({fault}), expected, 1);
    }
}

TEST_F(RemoteTraining, WhatIsHarmlessIsMadeAgainWithoutGoingBack) {
    const Rows expected = unbroken();
    std::vector<Fault> faults;
    for (const char* route : {"create_model", "forward", "save_weights", "asample", "retrieve_future"}) {
        Fault fault{route, 1};
        fault.done = true;
        faults.push_back(fault);
    }
    Fault late{"asample", 2};
    late.status = 425;
    late.body = R"({"detail":"Checkpoint is still being created"})";
    Fault slow{"retrieve_future", 9};
    slow.status = 408;
    slow.body = R"({"detail":"Timeout waiting for result"})";
    faults.insert(faults.end(), {late, slow});
    ServerSettings settings = with(std::move(faults));
    settings.polls = 2;
    for (const bool knows_numbers : {false, true}) {
        settings.knows_numbers = knows_numbers;
        expect_unharmed(fmt::format("harmless-{}", knows_numbers), settings, expected, 0);
        EXPECT_THAT(heard_.lines, Contains(HasSubstr(" answers again")));
    }
}

// As by a proxy that sends again what it got no answer to: the client hears of the second alone.
TEST_F(RemoteTraining, WhatAServerGetsTwiceCountsOnceWhereItKnowsTheNumber) {
    const Rows expected = unbroken();
    ServerSettings settings;
    for (const char* route : {"create_model", "forward", "forward_backward", "optim_step", "save_weights",
                              "load_weights", "asample", "retrieve_future", "unload_model"}) {
        Fault fault{route, 1, 1000};
        fault.twice = true;
        settings.faults.push_back(fault);
    }
    settings.knows_numbers = true;
    settings.most_models = 10;  // each that comes twice leaves one behind
    expect_unharmed("twice", settings, expected, 0);
}

// The number of a save is not known there: its second coming finds the name taken.
TEST_F(RemoteTraining, WhatIsHarmlessMayComeTwiceWithoutNumbers) {
    const Rows expected = unbroken();
    ServerSettings settings;
    for (const char* route : {"forward", "save_weights", "asample", "retrieve_future"}) {
        Fault fault{route, 2};
        fault.twice = true;
        settings.faults.push_back(fault);
    }
    expect_unharmed("twice-harmless", settings, expected, 0);
}

TEST_F(RemoteTraining, AnswersInAnotherOrderChangeNothing) {
    const Rows expected = unbroken();
    ServerSettings settings;
    settings.unordered = true;
    const auto there = server(settings);
    ASSERT_TRUE(run(remote("unordered", *there, "pack_tokens=150")));
    EXPECT_GT(there->requests("forward_backward"), 12);
    EXPECT_EQ(there->steps(), 6);
    expect_same(rows("unordered"), expected, kSameFigures);
}

TEST_F(RemoteTraining, StoppedAndResumedItComesToTheSame) {
    const Rows expected = unbroken();
    const auto there = server();
    for (const std::int64_t stop_after : {1, 3}) {
        heard_.stop_after = stop_after;
        const auto stopped = run(remote("stopped", *there), stop_after > 1);
        ASSERT_FALSE(stopped);
        EXPECT_EQ(stopped.error().kind, ErrorKind::interrupted);
        heard_.stop = false;
    }
    heard_.stop_after = -1;
    const auto trained = run(remote("stopped", *there), true);
    ASSERT_TRUE(trained) << trained.error().message;
    expect_same(rows("stopped"), expected, 0);
    EXPECT_EQ(recoveries_in(rows("stopped")), 0U);
    EXPECT_THAT(heard_.lines, Contains(HasSubstr("which the run's last process had there")));
    EXPECT_EQ(there->live_models(), 0U) << "each process gives up the model of the one before, the last its own";
}

TEST_F(RemoteTraining, WhatMayNotBeResumedTouchesNothingOnTheServer) {
    const auto there = server();
    heard_.stop_after = 1;
    ASSERT_FALSE(run(remote("refused", *there)));
    heard_.stop = false;
    const int asked = there->requests("create_session") + there->requests("unload_model");
    const auto refused = run(remote("refused", *there, "tinker.rank=16"), true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_THAT(refused.error().message, HasSubstr("tinker.rank"));
    EXPECT_EQ(there->requests("create_session") + there->requests("unload_model"), asked);
}

TEST_F(RemoteTraining, AllWeightsMayLearnWhereThereIsNoAdapter) {
    ServerSettings settings;
    settings.archives = true;
    const auto there = server(settings);
    ASSERT_TRUE(run(remote("whole", *there, "tinker.rank=0 rl.steps=0 eval.every=0")));
    EXPECT_EQ(there->last("create_model").at("lora_config").at("rank"), 0);
    EXPECT_THAT(heard_.lines, Contains(HasSubstr("all weights on tiny-model")));
    EXPECT_THAT(heard_.lines, Contains(HasSubstr("no model.gguf: all weights were trained")));
}

TEST_F(RemoteTraining, WithoutAnArchiveItSaysWhereTheWeightsAre) {
    const auto there = server();
    ASSERT_TRUE(run(remote("kept", *there)));
    EXPECT_THAT(heard_.lines, Contains(HasSubstr("no model.gguf: archive of tinker://")));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "kept/model.gguf"));
}

TEST_F(RemoteTraining, AServerThatTellsNoNormIsSaidToOnce) {
    ServerSettings settings;
    settings.tells_norm = false;
    settings.flags = false;
    const auto there = server(settings);
    ASSERT_TRUE(run(remote("silent", *there, "rl.steps=0 eval.every=0")));
    const std::string line = "the server tells no norm of the gradient: actor/grad_norm is 0";
    EXPECT_EQ(std::count(heard_.lines.begin(), heard_.lines.end(), line), 1);
    EXPECT_THAT(heard_.lines, Contains(HasSubstr("as skyrl-tx does")));
}

TEST_F(RemoteTraining, AnAnswerThatCannotBeEndsTheRunAndSaysWhatWasWrong) {
    Fault few{"forward", 3};
    few.spoil = [](json& result) { result["loss_fn_outputs"].erase(0); };
    Fault twice{"forward", 3};
    twice.spoil = [](json& result) { result["loss_fn_outputs"].push_back(result["loss_fn_outputs"][0]); };
    Fault cut{"forward", 3};
    cut.spoil = [](json& result) { result["loss_fn_outputs"][0]["logprobs"]["data"].erase(0); };
    Fault above{"forward", 3};
    above.spoil = [](json& result) { result["loss_fn_outputs"][0]["logprobs"]["data"][0] = 7; };
    int number = 0;
    for (const Fault& fault : {few, twice, cut, above}) {
        const auto there = server(with({fault}));
        const auto trained = run(remote(fmt::format("spoilt-{}", ++number), *there));
        ASSERT_FALSE(trained);
        EXPECT_THAT(trained.error().message, HasSubstr("forward: ")) << trained.error().message;
        EXPECT_EQ(there->steps(), 1);
    }
}

// Like a local call that fails: the rollout is not learnt from.
TEST_F(RemoteTraining, ASampleThatCannotBeCostsItsRolloutAlone) {
    Fault fault{"asample", 5};
    fault.spoil = [](json& result) { result["sequences"][0]["tokens"][0] = 1000000; };
    const auto there = server(with({fault}));
    const auto trained = run(remote("sample", *there, "eval.every=0"));
    ASSERT_TRUE(trained) << trained.error().message;
    double failed = 0;
    for (const json& row : rows("sample"))
        if (row.at("phase") == "rl") failed += row.at("trace/failed").get<double>() + row.at("op/failed").get<double>();
    EXPECT_EQ(failed, 1);
}

TEST_F(RemoteTraining, AnUnknownBaseModelIsSaidWithThoseThatThereAre) {
    const auto there = server();
    const auto trained = run(remote("unknown", *there, "tinker.base_model=other"));
    ASSERT_FALSE(trained);
    EXPECT_THAT(trained.error().message, HasSubstr("trains tiny-model, not \"other\": set tinker.base_model"));
}

TEST_F(RemoteTraining, AServerThatIsNotThereIsSaidWithWhatToDo) {
    const auto trained = run(config("gone", "backend=tinker url=http://127.0.0.1:1 tinker.patience_s=0"));
    ASSERT_FALSE(trained);
    EXPECT_THAT(trained.error().message, HasSubstr("http://127.0.0.1:1"));
    EXPECT_THAT(trained.error().message, HasSubstr("start the server again, then go on with --resume"));
}

TEST_F(RemoteTraining, AWrongKeyIsSaidWithItsVariableAndNeverShown) {
    ServerSettings settings;
    settings.key = "tml-right";
    settings.jwt = "eyJtoken";
    const auto there = server(settings);
    ASSERT_EQ(setenv("RETORT_TEST_TINKER_KEY", "tml-wrong", 1), 0);
    const TrainConfig settled = remote("key", *there, "tinker.api_key_env=RETORT_TEST_TINKER_KEY");
    const auto refused = run(settled);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_THAT(refused.error().message, HasSubstr("expected a key in RETORT_TEST_TINKER_KEY"));
    EXPECT_THAT(refused.error().message, Not(HasSubstr("tml-wrong")));
    ASSERT_EQ(setenv("RETORT_TEST_TINKER_KEY", "tml right", 1), 0);
    const auto impossible = run(settled, true);
    ASSERT_FALSE(impossible);
    EXPECT_THAT(impossible.error().message, HasSubstr("printable characters"));
    ASSERT_EQ(setenv("RETORT_TEST_TINKER_KEY", "tml-right", 1), 0);
    EXPECT_TRUE(run(settled, true));
    unsetenv("RETORT_TEST_TINKER_KEY");
}

}  // namespace
}  // namespace retort::train::tinker::test

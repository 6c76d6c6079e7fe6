// The same runs in the protocol's binary form, and with samples from another server.
#include "train/tinker/remote_fixture.h"

namespace retort::train::tinker::test {
namespace {

TEST_F(RemoteTraining, InTheBinaryFormItLearnsTheSame) {
    const Rows expected = unbroken();
    for (const bool packs : {false, true}) {
        ServerSettings settings;
        settings.proto = true;
        settings.packs = packs;
        const std::string name = packs ? "packed" : "binary";
        const auto there = server(settings);
        const auto trained = run(remote(name, *there, "tinker.wire=proto"));
        ASSERT_TRUE(trained) << trained.error().message;
        expect_same(rows(name), expected, 0);
        EXPECT_EQ(there->steps(), 6);
    }
    const auto json_alone = server();
    const auto trained = run(remote("refused", *json_alone, "tinker.wire=proto"));
    ASSERT_FALSE(trained);
    EXPECT_THAT(trained.error().message, AllOf(HasSubstr("HTTP 422"), HasSubstr("tinker.wire = \"json\"")));
}

// Whose log-probabilities are a little off: what is learnt from are those of the training server.
TEST_F(RemoteTraining, AnotherServerWithTheSameWeightsSamplesTheSame) {
    const Rows expected = unbroken();
    ServerSettings settings;
    settings.completion_offset = -0.125;
    settings.archives = true;
    for (const std::string name : {"paths", "adapters", "plain"}) {
        SCOPED_TRACE(name);
        const bool adapters = name != "paths";
        settings.gzips = name != "plain";
        settings.hosted_paths = name == "plain";
        const auto there = server(settings);
        const std::string folder = folder_ / "loaded";
        const auto trained = run(remote(
            name, *there,
            "tinker.sampler.url=" + there->completions_url() + (adapters ? " tinker.sampler.adapters=" + folder : "")));
        ASSERT_TRUE(trained) << trained.error().message;
        EXPECT_EQ(there->requests("asample"), 0);
        EXPECT_GT(there->requests("completions"), 0);
        EXPECT_EQ(there->steps(), 6);
        Rows found = rows(name);
        for (json& row : found)
            for (const char* difference : {"rollout_train_logprob_diff", "rollout_train_logprob_diff_max"})
                if (row.contains(difference)) {
                    EXPECT_NEAR(row[difference].get<double>(), 0.125, 1e-4);
                    row[difference] = expected[found.size() - 1][difference];
                }
        Rows without = expected;
        for (json& row : without)
            for (const char* difference : {"rollout_train_logprob_diff", "rollout_train_logprob_diff_max"})
                if (row.contains(difference)) row[difference] = expected.back()[difference];
        expect_same(found, without, kSameFigures);
        EXPECT_THAT(heard_.lines, Contains(HasSubstr("sampler and trainer differ by 0.125")));
        if (!adapters) continue;
        EXPECT_EQ(there->requests("unload_lora_adapter"), there->requests("load_lora_adapter"));
        EXPECT_TRUE(std::filesystem::is_empty(folder)) << "none is left at the end";
    }
}

TEST_F(RemoteTraining, ASamplerThatIsNotThereIsSaidByItsAddress) {
    const auto there = server();
    const auto trained =
        run(remote("deaf", *there, "tinker.patience_s=0 tinker.sampler.url=http://127.0.0.1:1/v1 sft.steps=0"));
    ASSERT_FALSE(trained);
    EXPECT_THAT(trained.error().message, HasSubstr("http://127.0.0.1:1/v1"));
    EXPECT_THAT(trained.error().message, HasSubstr("start the server again, then go on with --resume"));
}

TEST_F(RemoteTraining, ASamplerWithoutTheModelIsSaidWithItsWords) {
    const auto there = server();
    const auto trained =
        run(remote("other", *there, "tinker.sampler.url=" + there->completions_url() + " tinker.sampler.model=other"));
    ASSERT_FALSE(trained);
    EXPECT_THAT(trained.error().message, HasSubstr("no sample came through: completion by other: HTTP 404"));
    EXPECT_THAT(trained.error().message, HasSubstr("The model does not exist"));
}

}  // namespace
}  // namespace retort::train::tinker::test

#include "operator/operator_file.h"

#include "operator/harness.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kWhole = R"(
name = "two rounds"

[[round]]
width = 4
think = 64
max_answer = 32
model = "small"
distiller = "topk"
k = 3
workspace = 300
distill_think = 16
distill_max_answer = 8
distill_model = "big"
distill_prompt = "select"

[[round]]
width = 2
prompt = "revise"
quorum = 2
distiller = "full"

[finish]
kind = "call"
think = 128
model = "big"
)";

std::string error_of(std::string_view text) {
    const auto parsed = parse_operator_file(text, "f.toml", {});
    return parsed ? "" : parsed.error().message;
}

TEST(OperatorFile, SaysEverythingOfEveryRound) {
    const Schedule schedule = parse_operator_file(kWhole, "f.toml", {}).value();
    EXPECT_EQ(schedule.name, "two rounds");
    ASSERT_EQ(schedule.rounds.size(), 2U);
    EXPECT_EQ(schedule.rounds[0].width, 4);
    EXPECT_EQ(schedule.rounds[0].distil.kind, DistillerKind::topk);
    EXPECT_EQ(schedule.rounds[0].distil.think, 16);
    EXPECT_EQ(schedule.rounds[0].distil.model, "big");
    EXPECT_EQ(schedule.rounds[1].prompt, "revise");
    EXPECT_EQ(schedule.rounds[1].quorum, 2);
    EXPECT_EQ(schedule.rounds[1].think, 8192);
    EXPECT_EQ(schedule.finish.think, 128);
    EXPECT_THAT(models_of(schedule), testing::ElementsAre("small", "big"));
}

TEST(OperatorFile, NamesLineAndNearestKeyOfAMistake) {
    EXPECT_THAT(error_of("[[round]]\nwidht = 4\n"),
                HasSubstr("f.toml:2: unknown key \"widht\"; did you mean \"width\"?"));
    EXPECT_THAT(error_of("[[round]]\nwidth = \"4\"\n"),
                HasSubstr("f.toml:2: width must be a whole number from 1 to 100000"));
    EXPECT_THAT(error_of("[[round]]\ndistiller = \"best\"\n"), HasSubstr("distiller must be one of summary"));
    EXPECT_THAT(error_of("[finish]\nkind = \"guess\"\n"),
                HasSubstr(R"(kind must be "call", "vote", "vote-parts", "best" or "tournament", found "guess")"));
    EXPECT_THAT(error_of("round = 3\n"), HasSubstr("[[round]] tables"));
    EXPECT_THAT(error_of("= 3"), HasSubstr("not TOML"));
    EXPECT_THAT(error_of("[finish]\nkind = \"vote\"\n"), HasSubstr("a vote needs at least one"));
}

TEST(OperatorFile, MayLetAJudgeDecide) {
    constexpr std::string_view kFile =
        "[[round]]\nwidth = 9\n[finish]\nkind = \"tournament\"\ngroup = 3\nvotes = 5\nmodel = \"big\"\n";
    const Schedule schedule = parse_operator_file(kFile, "f.toml", {}).value();
    EXPECT_EQ(schedule.finish.kind, FinishKind::tournament);
    EXPECT_EQ(schedule.finish.group, 3);
    EXPECT_EQ(schedule.finish.votes, 5);
    EXPECT_EQ(schedule.finish.prompt, "compare");
    EXPECT_EQ(plan_calls(schedule).calls, 9 + 5 * (3 + 1) + 1 - 1);
    const Schedule best =
        parse_operator_file("[[round]]\n[finish]\nkind = \"best\"\nprompt = \"mine\"\n", "f.toml", {}).value();
    EXPECT_EQ(best.finish.kind, FinishKind::best);
    EXPECT_EQ(best.finish.prompt, "mine");
    EXPECT_THAT(error_of("[[round]]\n[finish]\nkind = \"best\"\nvotes = 2\n"), HasSubstr("unknown key \"votes\""));
    EXPECT_THAT(error_of("[finish]\nkind = \"best\"\n"), HasSubstr("needs at least one [[round]]"));
}

TEST(OperatorFile, ThatIsMissingIsAUsageError) {
    const auto loaded = load_operator_file("/nowhere/x.toml", {});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::usage);
    EXPECT_THAT(loaded.error().message, HasSubstr("/nowhere/x.toml"));
}

}  // namespace
}  // namespace retort::test

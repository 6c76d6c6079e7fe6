#include "cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort::cli {
namespace {

using testing::HasSubstr;

Outcome<Parsed> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "retort");
    return parse_command_line(static_cast<int>(words.size()), words.data());
}

std::string failure(std::vector<const char*> words) {
    const auto parsed = parse(std::move(words));
    if (parsed) return "";
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    return parsed.error().message;
}

TEST(Options, BecomeValues) {
    const auto parsed =
        parse({"solve", "a b", "--k", "3", "--max-answer=9", "--logprobs", "-q", "--journal", "j.db", "--resume"});
    ASSERT_TRUE(parsed && parsed->invocation);
    const Invocation& invocation = *parsed->invocation;
    EXPECT_EQ(invocation.command, Command::solve);
    EXPECT_EQ(invocation.solve.text, "a b");
    EXPECT_EQ(invocation.flags,
              (std::map<std::string, std::string>{{"k", "3"}, {"max-answer", "9"}, {"logprobs", "true"}}));
    EXPECT_TRUE(invocation.solve.quiet && invocation.solve.resume && !invocation.solve.json);
    EXPECT_EQ(invocation.solve.journal, "j.db");
}

TEST(Options, TheLastOfTwoCounts) {
    const auto parsed = parse({"solve", "x", "--k", "3", "--k", "4"});
    ASSERT_TRUE(parsed && parsed->invocation);
    EXPECT_EQ(parsed->invocation->flags.at("k"), "4");
}

TEST(Options, AnAliasStandsForOneThing) {
    const auto parsed = parse({"serve", "--alias", "a=pdr:2@m", "--alias", "b=cot@m"});
    ASSERT_TRUE(parsed && parsed->invocation);
    EXPECT_EQ(parsed->invocation->serve.aliases,
              (std::map<std::string, std::string>{{"a", "pdr:2@m"}, {"b", "cot@m"}}));
    EXPECT_THAT(failure({"serve", "--alias", "a=x", "--alias", "a=y"}), HasSubstr("\"a\" is given twice"));
}

TEST(Options, AProblemMayBeginWithADashAfterTwo) {
    const auto parsed = parse({"solve", "--k", "3", "--", "-1 + 2?"});
    ASSERT_TRUE(parsed && parsed->invocation);
    EXPECT_EQ(parsed->invocation->solve.text, "-1 + 2?");
}

TEST(Options, CommandsBelowCommands) {
    const auto parsed = parse({"model", "pull", "tiny"});
    ASSERT_TRUE(parsed && parsed->invocation);
    EXPECT_EQ(parsed->invocation->command, Command::model_pull);
    EXPECT_EQ(parsed->invocation->name, "tiny");
}

TEST(Options, AMergeNamesWhatIsMadeAndOfWhat) {
    const auto parsed = parse({"journal", "merge", "all.db", "a.db", "b.db"});
    ASSERT_TRUE(parsed && parsed->invocation);
    EXPECT_EQ(parsed->invocation->command, Command::journal_merge);
    EXPECT_EQ(parsed->invocation->merge.out, "all.db");
    EXPECT_EQ(parsed->invocation->merge.journals, (std::vector<std::string>{"a.db", "b.db"}));
    EXPECT_THAT(failure({"journal", "merge", "all.db"}), HasSubstr("retort journal merge --help"));
    EXPECT_THAT(failure({"journal", "marge"}), HasSubstr("did you mean \"merge\"?"));
}

TEST(Options, UnknownWordsNameTheNearest) {
    EXPECT_THAT(failure({"sovle"}), HasSubstr("unknown command \"sovle\" (did you mean \"solve\"?)"));
    EXPECT_THAT(failure({"evaluate"}), HasSubstr("expected one of: solve, eval, sweep"));
    EXPECT_THAT(failure({"model", "lst"}), HasSubstr("did you mean \"list\"?"));
    EXPECT_THAT(failure({"solve", "x", "--temprature", "1"}),
                HasSubstr("unknown option \"--temprature\" (did you mean \"--temperature\"?)"));
    EXPECT_THAT(failure({"solve", "--opertor=cot"}), HasSubstr("unknown option \"--opertor\""));
    EXPECT_THAT(failure({"solve", "what", "is"}), HasSubstr("need quotes"));
    EXPECT_THAT(failure({}), HasSubstr("expected a command"));
    EXPECT_THAT(failure({"solve", "--k"}), HasSubstr("--k"));
    EXPECT_THAT(failure({"show"}), HasSubstr("retort show --help"));
}

TEST(Options, HelpIsOfTheCommandAsked) {
    EXPECT_THAT(parse({"export", "--help"})->out, HasSubstr("of several runs --out names a folder"));
    const auto help = parse({"solve", "--help"});
    ASSERT_TRUE(help && !help->invocation);
    for (const char* part : {"Problem:", "Method:", "Budgets:", "--top-p P", "Examples:"})
        EXPECT_THAT(help->out, HasSubstr(part));
    const auto version = parse({"--version"});
    ASSERT_TRUE(version && !version->invocation);
    EXPECT_THAT(version->out, HasSubstr("commit "));
}

}  // namespace
}  // namespace retort::cli

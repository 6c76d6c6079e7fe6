#include "cli/suite_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace retort::cli {
namespace {

using testing::HasSubstr;

std::string failure(const std::string& toml) {
    const auto rows = parse_suite_table(toml, "suites.toml");
    return rows ? "" : rows.error().message;
}

TEST(SuiteTable, TheCompiledOneHasTheUsualSetsEachWithAChecksum) {
    const auto rows = parse_suite_table(compiled_suite_table(), "suites.toml");
    ASSERT_TRUE(rows) << rows.error().message;
    std::vector<std::string> names;
    for (const SuiteRow& row : *rows) {
        names.push_back(row.name);
        EXPECT_FALSE(row.sha256.empty()) << row.name;
        EXPECT_GT(row.problems, 0) << row.name;
        EXPECT_FALSE(row.licence.empty()) << row.name;
    }
    EXPECT_THAT(names, testing::ElementsAre("aime2024", "aime2025", "aime2026", "hmmt", "math500", "gsm8k", "humaneval",
                                            "mbpp"));
}

TEST(SuiteTable, RowsSayWhatIsWrongAndWhere) {
    EXPECT_THAT(failure("[[suite]]\nname = \"a/b\"\nurl = \"u\"\n"), HasSubstr("suites.toml:1: a suite needs a name"));
    EXPECT_THAT(failure("[[suite]]\nname = \"a\"\n"), HasSubstr("a suite needs a url or a wheel"));
    EXPECT_THAT(failure("[[suite]]\nname = \"a\"\nurl = \"u\"\nfields = { id = 3 }\n"), HasSubstr("suites.toml:4"));
    EXPECT_THAT(failure("[[suite]]\nlicense = \"a\"\n"), HasSubstr("did you mean \"licence\"?"));
}

struct FindSuite : testing::Test {
    FindSuite() {
        std::string path = testing::TempDir() + "retort-suites-XXXXXX";
        home = mkdtemp(path.data());
        std::filesystem::create_directories(home + "/.cache/retort/suites");
        std::ofstream(home + "/.cache/retort/suites/gsm8k.jsonl") << "{}";
        std::ofstream(home + "/own.jsonl") << "{}";
        environment = [this](const std::string& name) {
            return name == "HOME" ? std::optional<std::string>(home) : std::nullopt;
        };
    }
    ~FindSuite() override { std::filesystem::remove_all(home); }

    std::string failure(const std::string& name) { return find_suite(name, environment).error().message; }

    std::string home;
    Environment environment;
};

TEST_F(FindSuite, TakesAFileThatIsThereFirst) {
    EXPECT_EQ(find_suite(home + "/own.jsonl", environment).value(), home + "/own.jsonl");
}

TEST_F(FindSuite, ThenWhatWasPulledWhateverTheCase) {
    EXPECT_EQ(find_suite("GSM8K", environment).value(), home + "/.cache/retort/suites/gsm8k.jsonl");
}

TEST_F(FindSuite, SaysWhatToDo) {
    EXPECT_THAT(failure("math500"), HasSubstr("retort suite pull math500"));
    EXPECT_THAT(failure("gsm8"), HasSubstr("did you mean \"gsm8k\"?"));
    EXPECT_THAT(failure("./none.jsonl"), HasSubstr("no such suite file: ./none.jsonl"));
    EXPECT_THAT(failure("none"), HasSubstr("retort suite list"));
}

}  // namespace
}  // namespace retort::cli

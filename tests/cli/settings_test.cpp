#include "cli/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "distill/distiller.h"

namespace retort::cli {
namespace {

using testing::HasSubstr;

Environment environment(std::map<std::string, std::string> values) {
    return [values](const std::string& name) {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional<std::string>(found->second);
    };
}

std::string failure(const std::map<std::string, std::string>& flags, std::map<std::string, std::string> variables = {},
                    const std::string& config = "") {
    const auto settings = merge_settings(flags, environment(std::move(variables)), {config, "config.toml"});
    return settings ? "" : settings.error().message;
}

TEST(SettingsTable, HasOneNameForEachPlace) {
    std::set<std::string> seen;
    for (const SettingSpec& spec : setting_specs()) {
        EXPECT_TRUE(seen.insert(option_name(spec)).second);
        EXPECT_TRUE(seen.insert(environment_name(spec)).second);
        EXPECT_EQ(find_setting(spec.name), &spec);
    }
    EXPECT_EQ(environment_name(*find_setting("max-answer")), "RETORT_MAX_ANSWER");
    EXPECT_EQ(config_key(*find_setting("max-answer")), "max_answer");
}

TEST(SettingsTable, OffersEveryDistiller) {
    const SettingSpec* spec = find_setting("distiller");
    EXPECT_EQ(std::vector<std::string_view>(spec->choices.begin(), spec->choices.end()), distiller_names());
}

TEST(Settings, FlagsWinOverEnvironmentOverFile) {
    const auto settings = merge_settings({{"k", "1"}}, environment({{"RETORT_K", "2"}, {"RETORT_THINK", "20"}}),
                                         {"k = 3\nthink = 30\nmax_answer = 40\n", "config.toml"});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->whole("k"), 1);
    EXPECT_EQ(settings->whole("think"), 20);
    EXPECT_EQ(settings->whole("max-answer"), 40);
    EXPECT_EQ(settings->all().at("max-answer").source, "config.toml:3");
    EXPECT_EQ(settings->all().at("think").source, "RETORT_THINK");
    EXPECT_TRUE(settings->given_as_flag("k"));
    EXPECT_FALSE(settings->given_as_flag("think"));
    EXPECT_EQ(settings->flags_only().all().size(), 1u);
}

TEST(Settings, NumbersAndFlagsMayStandAsTomlValues) {
    const auto settings = merge_settings({}, environment({}), {"temperature = 0.5\nlogprobs = true\nseed = 7\n", "c"});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->number("temperature"), 0.5);
    EXPECT_TRUE(settings->flag("logprobs"));
    EXPECT_EQ(settings->whole("seed"), 7);
}

TEST(Settings, ErrorsNameSourceExpectationAndValue) {
    EXPECT_EQ(failure({{"k", "0"}}), "--k: expected a whole number from 1 to 100000, found \"0\"");
    EXPECT_EQ(failure({{"top-p", "1.5"}}), "--top-p: expected a number from 1e-06 to 1, found \"1.5\"");
    EXPECT_EQ(failure({}, {{"RETORT_THINK", "many"}}), "RETORT_THINK: expected a whole number from 0, found \"many\"");
    EXPECT_THAT(failure({{"distiller", "sumary"}}), HasSubstr("did you mean \"summary\"?"));
    EXPECT_THAT(failure({{"model", ""}}), HasSubstr("--model: expected a value"));
    EXPECT_THAT(failure({{"temperature", "nan"}}), HasSubstr("expected a number"));
}

TEST(Settings, FileErrorsSayWhere) {
    EXPECT_THAT(failure({}, {}, "k = 1\nthinc = 3\n"),
                HasSubstr("config.toml:2: unknown setting \"thinc\" (did you mean \"think\"?)"));
    EXPECT_THAT(failure({}, {}, "k = \n"), HasSubstr("config.toml:1: not TOML"));
    EXPECT_THAT(failure({}, {}, "k = [1]\n"), HasSubstr("expected one value"));
    EXPECT_THAT(failure({}, {}, "k = 0\n"), HasSubstr("config.toml:1: expected a whole number"));
}

}  // namespace
}  // namespace retort::cli

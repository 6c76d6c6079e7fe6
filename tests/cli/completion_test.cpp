#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "cli/options.h"
#include "cli/settings.h"

namespace retort::cli {
namespace {

using testing::HasSubstr;

TEST(Completion, KnowsEveryOptionInEveryShell) {
    Invocation unused;
    const auto app = make_options(unused);
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const auto script = completion_script(*app, shell);
        ASSERT_TRUE(script);
        for (const SettingSpec& spec : setting_specs())
            EXPECT_THAT(*script, HasSubstr(std::string(spec.name))) << shell;
        EXPECT_THAT(*script, HasSubstr("topk-each"));
    }
    EXPECT_FALSE(completion_script(*app, "tcsh"));
}

TEST(Completion, GoesOnBehindAGroupOfCommands) {
    Invocation unused;
    const auto app = make_options(unused);
    for (const char* shell : {"bash", "zsh"})
        EXPECT_THAT(*completion_script(*app, shell), HasSubstr("$path == journal || $path == model || $path == suite"))
            << shell;
    EXPECT_THAT(*completion_script(*app, "fish"), HasSubstr("__fish_seen_subcommand_from journal"));
}

}  // namespace
}  // namespace retort::cli

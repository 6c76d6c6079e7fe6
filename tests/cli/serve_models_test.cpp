#include "cli/serve_models.h"

#include <gmock/gmock.h>

namespace retort::cli {
namespace {

using testing::HasSubstr;

using Aliases = std::map<std::string, std::string, std::less<>>;

std::string fault(const Aliases& aliases) {
    gateway::GatewayRules rules;
    rules.aliases = aliases;
    const auto wrong = check_names(rules, {});
    return wrong ? wrong->message : "none";
}

TEST(ServedNames, AliasesStandForOperatorsAndModels) {
    EXPECT_EQ(fault({{"smart", "pdr:8,4@qwen"}, {"fast", "small"}, {"local", "qwen3:8b"}, {"mine", "retort@qwen"}}),
              "none");
    EXPECT_EQ(fault({{"qwen", "pdr:2@qwen"}}), "none");  // better answers for who asks for the model
}

TEST(ServedNames, AnAliasForAMisspeltOperatorIsRefused) {
    EXPECT_EQ(
        fault({{"bad", "pdrr:2"}}),
        "the alias \"bad\" stands for \"pdrr:2\", which is no operator: did you mean \"pdr:2\"? (\"@pdrr:2\" is a "
        "model)");
    EXPECT_THAT(fault({{"bad", "pdrr:2@m"}}), HasSubstr("did you mean \"pdr:2@m\"?"));
    EXPECT_THAT(fault({{"bad", "pdr:x@m"}}), HasSubstr("the alias \"bad\" stands for \"pdr:x@m\", but "));
    EXPECT_EQ(fault({{"meant", "@pdrr:2"}}), "none");
}

TEST(ServedNames, AnAliasForAnAliasIsRefused) {
    const Aliases chain{{"smart", "pdr:2@m"}, {"chain", "smart"}};
    EXPECT_EQ(fault(chain),
              "the alias \"chain\" stands for \"smart\", another alias: expected OPERATOR@MODEL, or \"@smart\" for a "
              "model");
    EXPECT_THAT(fault({{"itself", "itself"}}), HasSubstr("another alias"));
    EXPECT_EQ(fault({{"smart", "pdr:2@m"}, {"model", "@smart"}}), "none");
}

TEST(ServedNames, AnOperatorThatIsNoneIsRefused) {
    gateway::GatewayRules rules;
    rules.offered = {"pdr:4", "pdr:x"};
    EXPECT_TRUE(check_names(rules, {}));
    rules.offered = {"pdr:4"};
    EXPECT_FALSE(check_names(rules, {}));
    rules.operator_name = "smart";
    EXPECT_TRUE(check_names(rules, {}));
}

}  // namespace
}  // namespace retort::cli

#include "gateway/api/requested_model.h"

#include <gtest/gtest.h>

#include <map>

namespace retort::test {
namespace {

struct Case {
    const char* name;
    const char* operator_name;
    const char* model;
    bool as_it_is;
};

TEST(RequestedModel, SaysOperatorAndModel) {
    const std::map<std::string, std::string, std::less<>> aliases{{"smart", "pdr:8,4@qwen"}, {"fast", "small-model"}};
    for (const Case& one : {Case{"gpt-4o", "", "gpt-4o", true},
                            {"@qwen", "", "qwen", false},
                            {"cot", "cot", "", false},
                            {"cot@qwen", "cot", "qwen", false},
                            {"pdr:16,8,4", "pdr:16,8,4", "", false},
                            {"pdr:8@Qwen/Qwen3-8B", "pdr:8", "Qwen/Qwen3-8B", false},
                            {"retort/cot", "cot", "", false},
                            {"retort/pdr:2@a@b", "pdr:2", "a@b", false},
                            {"pdr:x", "pdr:x", "", false},
                            {"pdr-7b", "", "pdr-7b", true},
                            {"llama@latest", "", "llama@latest", true},
                            {"smart", "pdr:8,4", "qwen", false},
                            {"fast", "", "small-model", false},
                            {"retort/mine", "mine", "", false},
                            {"votes", "", "votes", true}}) {
        const auto found = gateway::requested_model(one.name, aliases);
        EXPECT_EQ(found.operator_name, one.operator_name) << one.name;
        EXPECT_EQ(found.model, one.model) << one.name;
        EXPECT_EQ(found.as_it_is, one.as_it_is) << one.name;
    }
}

TEST(RequestedModel, WhatIsNearlyAnOperatorIsKnownForIt) {
    for (const auto& [name, meant] : std::map<std::string, std::string>{{"pdrr:2", "pdr:2"},
                                                                        {"prd:8,4@qwen", "pdr:8,4@qwen"},
                                                                        {"vot:3", "vote:3"},
                                                                        {"pdrr:many", ""},
                                                                        {"pdrr", ""},
                                                                        {"qwen3:8b", ""},
                                                                        {"llama:8", ""},
                                                                        {"rest:1b", ""},
                                                                        {"test:1", ""},
                                                                        {"note:16", ""},
                                                                        {":", ""}})
        EXPECT_EQ(gateway::nearly_operator(name), meant) << name;
    EXPECT_EQ(gateway::nearly_operator(std::string(1 << 20, 'p') + ":2"), "");
}

}  // namespace
}  // namespace retort::test

#include "train/tinker/completions.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace retort::train::tinker::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

json choice(const json& more) {
    json out{{"index", 0}, {"text", "a b"}, {"finish_reason", "stop"}};
    out.update(more);
    return {{"id", "cmpl-1"}, {"choices", json::array({out})}, {"usage", {{"completion_tokens", 2}}}};
}

void expect_two_tokens(const json& answer) {
    std::string why;
    const auto found = read_completion(answer.dump(), why);
    ASSERT_TRUE(found) << why;
    EXPECT_THAT(found->tokens, ElementsAre(7, 11));
    EXPECT_THAT(found->logprobs, ElementsAre(FloatEq(-0.5F), FloatEq(-1.5F)));
    EXPECT_EQ(found->stop_reason, "stop");
}

std::string fault_of(const json& answer) {
    std::string why;
    EXPECT_FALSE(read_completion(answer.dump(), why));
    return why;
}

TEST(Completions, ABodyAsksForIdsAndLogProbabilitiesOfWhatIsSampled) {
    const std::vector<TokenId> prompt{1, 2, 3};
    const std::vector<TokenId> ends{0};
    const json body = json::parse(completion_body("m", prompt, ends, {16384, 9, 0.5, 0.25}));
    EXPECT_EQ(body, json::parse(R"({"model":"m","prompt":[1,2,3],"max_tokens":16384,"temperature":0.5,"top_p":0.25,
        "top_k":-1,"min_p":0,"presence_penalty":0,"frequency_penalty":0,"repetition_penalty":1,"seed":9,"stop_token_ids":[0],"logprobs":1,"return_token_ids":true,"return_tokens_as_token_ids":true,
        "skip_special_tokens":false})"));
}

TEST(Completions, IdsMayStandByThemselves) {
    expect_two_tokens(choice({{"token_ids", {7, 11}},
                              {"prompt_token_ids", {1, 2, 3}},
                              {"logprobs",
                               {{"tokens", {"token_id:7", "token_id:11"}},
                                {"token_logprobs", {-0.5, -1.5}},
                                {"top_logprobs", {{{"token_id:7", -0.5}}, {{"token_id:11", -1.5}}}}}}}));
}

TEST(Completions, IdsMayBeTheNamesOfTokens) {
    expect_two_tokens(
        choice({{"token_ids", nullptr},
                {"logprobs", {{"tokens", {"token_id:7", "token_id:11"}}, {"token_logprobs", {-0.5, -1.5}}}}}));
}

TEST(Completions, IdsMayStandWithEachLogProbability) {
    const json first{{"id", 7},
                     {"token", "a"},
                     {"bytes", {97}},
                     {"logprob", -0.5},
                     {"top_logprobs", json::array({{{"id", 8}, {"logprob", -0.25}}})}};
    const json second{{"id", 11}, {"token", " b"}, {"bytes", {32, 98}}, {"logprob", -1.5}};
    expect_two_tokens(choice({{"logprobs", {{"content", {first, second}}}}}));
}

TEST(Completions, AServerThatTellsNoIdsIsSaidToLackThem) {
    EXPECT_THAT(fault_of(choice({{"logprobs", {{"tokens", {"a", " b"}}, {"token_logprobs", {-0.5, -1.5}}}}})),
                HasSubstr("return_token_ids"));
    EXPECT_THAT(fault_of(choice({{"logprobs", nullptr}})), HasSubstr("return_token_ids"));
}

TEST(Completions, WhatCannotBeIsSaid) {
    EXPECT_EQ(fault_of(json::object()), "expected one choice, found 0");
    EXPECT_EQ(fault_of({{"choices", {{{"token_ids", {1}}}, {{"token_ids", {2}}}}}}), "expected one choice, found 2");
    EXPECT_EQ(fault_of(choice({{"token_ids", {1.5}}})), "an id is no token");
    EXPECT_EQ(fault_of(choice({{"token_ids", {-1}}})), "an id is no token");
    EXPECT_EQ(fault_of(choice({{"logprobs", {{"tokens", {"token_id:x"}}}}})), "an id is no token");
    std::string why;
    EXPECT_FALSE(read_completion("<html>", why));
    EXPECT_NE(why, "");
}

}  // namespace
}  // namespace retort::train::tinker::test

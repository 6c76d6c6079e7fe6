#include "train/tinker/reply.h"

#include <gmock/gmock.h>

#include <limits>

namespace retort::train::tinker::test {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pair;
using ::testing::StartsWith;

Reply read(std::string_view body) {
    std::string why;
    std::optional<Reply> reply = read_reply(body, why);
    EXPECT_TRUE(reply) << why;
    return reply.value_or(Reply());
}

std::string refused(std::string_view body) {
    std::string why;
    EXPECT_FALSE(read_reply(body, why)) << body.substr(0, 100);
    EXPECT_FALSE(why.empty());
    return why;
}

TEST(Reply, APromiseHasItsId) {
    EXPECT_EQ(read(R"({"future_id":"23","status":"pending","request_id":"23"})").word("request_id"), "23");
    EXPECT_EQ(read(R"({"request_id":"a:b","model_id":"m","sample_sequence_ids":["x"]})").word("request_id"), "a:b");
}

TEST(Reply, AModelHasItsIdAndTheNestedIsNotTaken) {
    const Reply reply = read(R"({"model_id":"model_eba66852","base_model":"B",
        "lora_config":{"rank":4,"alpha":32.0,"model_id":"other","train_attn":true}})");
    EXPECT_EQ(reply.word("model_id"), "model_eba66852");
    EXPECT_EQ(reply.word("train_attn"), "");
    EXPECT_THAT(reply.rank, Optional(4));
}

TEST(Reply, AForwardHasTheLogProbabilitiesOfEachDatumAlone) {
    const Reply reply = read(R"({"loss_fn_output_type":"scalar","metrics":{},"loss_fn_outputs":[
        {"logprobs":{"data":[-4.65,-0.5],"dtype":"float32","shape":[2]},
         "elementwise_loss":{"data":[0,4.0],"dtype":"float32","shape":[2]}},
        {"elementwise_loss":{"data":[1,2,3],"dtype":"float32","shape":[3]},
         "logprobs":{"shape":[1],"dtype":"float32","data":[-1]}},
        {"logprobs":{"data":[],"dtype":"float32","shape":[0]}},
        {}]})");
    EXPECT_THAT(reply.logprobs, ElementsAre(ElementsAre(FloatEq(-4.65F), FloatEq(-0.5F)), ElementsAre(FloatEq(-1)),
                                            IsEmpty(), IsEmpty()));
    EXPECT_TRUE(reply.has_metrics);
    EXPECT_THAT(reply.metrics, IsEmpty());
}

TEST(Reply, AStepHasMetricsOrNullOrNone) {
    EXPECT_THAT(read(R"({"metrics":{"skyrl.ai/grad_norm":4.02,"skyrl.ai/learning_rate":1}})").metrics,
                ElementsAre(Pair("skyrl.ai/grad_norm", 4.02), Pair("skyrl.ai/learning_rate", 1)));
    EXPECT_FALSE(read(R"({"metrics":null})").has_metrics);
    EXPECT_FALSE(read("{}").has_metrics);
}

TEST(Reply, SamplesHaveTokensAndLogProbabilities) {
    const Reply reply = read(R"({"sequences":[
        {"stop_reason":"length","tokens":[122,81],"logprobs":[-5.25,-4]},
        {"tokens":[7],"logprobs":[0],"stop_reason":"stop"}],"prompt_logprobs":[null,-4.72,-4.13]})");
    ASSERT_EQ(reply.sequences.size(), 2U);
    EXPECT_EQ(reply.sequences[0].stop_reason, "length");
    EXPECT_THAT(reply.sequences[0].tokens, ElementsAre(122, 81));
    EXPECT_THAT(reply.sequences[0].logprobs, ElementsAre(-5.25F, -4.0F));
    EXPECT_THAT(reply.sequences[1].tokens, ElementsAre(7));
    EXPECT_THAT(reply.logprobs, IsEmpty());
}

TEST(Reply, CapabilitiesSayWhatEachModelCan) {
    const Reply reply = read(R"({"supported_models":[
        {"max_context_length":9,"model_name":"a","trainable":false,"sampleable":true,"more":{"model_name":"x"}},
        {"model_name":"b"},{},
        {"model_name":"c","max_context_length":null,"trainable":null,"more":[1]}]})");
    ASSERT_EQ(reply.models.size(), 3U);
    EXPECT_EQ(reply.models[0].name, "a");
    EXPECT_THAT(reply.models[0].max_context, Optional(9));
    EXPECT_THAT(reply.models[0].trainable, Optional(false));
    EXPECT_THAT(reply.models[0].sampleable, Optional(true));
    EXPECT_EQ(reply.models[1].name, "b");
    EXPECT_EQ(reply.models[2].name, "c");
    for (const std::size_t silent : {1, 2})
        EXPECT_FALSE(reply.models[silent].max_context || reply.models[silent].trainable ||
                     reply.models[silent].sampleable);
}

TEST(Reply, ANumberThatCountsNothingIsNotThere) {
    for (const char* number : {"-1", "0.5", "1e300", "\"9\"", "true", "[9]"}) {
        const std::string context = std::string(R"({"supported_models":[{"model_name":"a","max_context_length":)");
        EXPECT_EQ(read(context + number + "}]}").models.at(0).max_context, std::nullopt) << number;
        EXPECT_EQ(read(std::string(R"({"lora_config":{"rank":)") + number + "}}").rank, std::nullopt) << number;
    }
}

TEST(Reply, AWordOnWhyThereIsNoResultIsRead) {
    const Reply reply = read(R"({"type":"try_again","request_id":"1","queue_state":"active"})");
    EXPECT_EQ(reply.word("type"), "try_again");
    EXPECT_EQ(reply.word("queue_state"), "active");
    EXPECT_EQ(read(R"({"error":"it broke","category":"server"})").detail, "it broke");
}

TEST(Reply, FlagsAreWords) {
    EXPECT_EQ(read(R"({"pjwt_auth_enabled":true})").word("pjwt_auth_enabled"), "true");
    EXPECT_EQ(read(R"({"pjwt_auth_enabled":false})").word("pjwt_auth_enabled"), "false");
}

TEST(Reply, ADetailIsOneLine) {
    EXPECT_EQ(read(R"({"detail":"Model\n m  not loaded"})").detail, "Model m not loaded");
    EXPECT_EQ(read(R"({"detail":[{"type":"t","loc":["body","seq_id",0],"msg":"too low","input":"x","ctx":{"msg":"y"}},
                                 {"loc":["body"],"msg":"missing"}]})")
                  .detail,
              "body seq_id too low body missing");
    const std::string long_text(100000, 'x');
    EXPECT_LE(read(R"({"detail":")" + long_text + R"("})").detail.size(), 500U);
}

TEST(Reply, WhatIsNoJsonIsSaidWithItsPlace) {
    for (const char* body : {"", "<html><body>502</body></html>", "Internal Server Error", R"({"a":)", R"({"a":1} x)",
                             R"({"a":"\xff"})", "{'a':1}"})
        EXPECT_THAT(refused(body), StartsWith("no JSON")) << body;
    EXPECT_THAT(refused("{\"a\":\"\xFF\"}"), StartsWith("no JSON"));
}

// Python writes them, and they are no JSON.
TEST(Reply, NumbersThatAreNoneAreRefused) {
    for (const char* number : {"NaN", "Infinity", "-Infinity", "1e999", "01", "--1"})
        refused(R"({"loss_fn_outputs":[{"logprobs":{"data":[)" + std::string(number) + "]}}]}");
}

TEST(Reply, DeepNestingIsRefused) {
    EXPECT_THAT(refused(std::string(17, '[') + std::string(17, ']')), HasSubstr("deeper"));
    EXPECT_THAT(refused(std::string(1000000, '[')), HasSubstr("deeper"));
    read(std::string(16, '[') + std::string(16, ']'));
}

TEST(Reply, TokensThatAreNoneAreRefused) {
    for (const char* token : {"-1", "1.5", "2147483648", "1e300", "-9223372036854775808"})
        EXPECT_THAT(refused(R"({"sequences":[{"tokens":[)" + std::string(token) + "]}]}"), HasSubstr("is no token"));
    EXPECT_THAT(read(R"({"sequences":[{"tokens":[2147483647,0]}]})").sequences[0].tokens, ElementsAre(2147483647, 0));
}

TEST(Reply, WhatHasAnotherTypeIsNotThere) {
    EXPECT_EQ(read(R"({"request_id":23})").word("request_id"), "");
    EXPECT_EQ(read(R"({"request_id":{"x":"y"}})").word("request_id"), "");
    EXPECT_THAT(read(R"({"sequences":{"tokens":[1]}})").sequences, IsEmpty());
    EXPECT_THAT(read(R"({"sequences":[[1,2]]})").sequences, IsEmpty());
    EXPECT_THAT(read(R"({"loss_fn_outputs":[{"logprobs":[-1]}]})").logprobs, ElementsAre(IsEmpty()));
    EXPECT_THAT(read(R"({"supported_models":["a"]})").models, IsEmpty());
    EXPECT_THAT(read(R"({"metrics":{"a":"b","c":null,"d":{"e":1}}})").metrics, IsEmpty());
    EXPECT_THAT(read("[]").words, IsEmpty());
    EXPECT_THAT(read("3").words, IsEmpty());
    EXPECT_THAT(read("\"request_id\"").words, IsEmpty());
}

TEST(Reply, AListWithinTheNumbersDoesNotShiftThem) {
    const Reply reply = read(R"({"sequences":[{"tokens":[1,[2],3],"logprobs":[-1,-2]}]})");
    EXPECT_NE(fault_of_sequence(reply.sequences.at(0), 10, 10), std::nullopt);
}

TEST(Reply, HowMuchIsKeptIsBounded) {
    std::string words = "{";
    std::string metrics = R"({"metrics":{)";
    std::string models = R"({"supported_models":[)";
    for (int i = 0; i < 1000; ++i) {
        const std::string comma = i == 0 ? "" : ",";
        words += comma + "\"w" + std::to_string(i) + "\":\"x\"";
        metrics += comma + "\"m" + std::to_string(i) + "\":1";
        models += comma + R"({"model_name":"n"})";
    }
    EXPECT_LE(read(words + "}").words.size(), 64U);
    EXPECT_LE(read(metrics + "}}").metrics.size(), 64U);
    EXPECT_LE(read(models + "]}").models.size(), 64U);
    EXPECT_EQ(read(R"({"path":")" + std::string(5000, 'x') + R"("})").word("path"), "");
}

TEST(FaultOfLogprobs, FiniteAtMostZeroAndAsManyAsTokens) {
    constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinite = std::numeric_limits<float>::infinity();
    EXPECT_EQ(fault_of_logprobs({-1, 0, 1e-4F}, 3), std::nullopt);
    EXPECT_THAT(fault_of_logprobs({-1}, 2), Optional(HasSubstr("expected 2 log-probabilities, found 1")));
    EXPECT_THAT(fault_of_logprobs({}, 1), Optional(HasSubstr("found 0")));
    EXPECT_THAT(fault_of_logprobs({-1, kNone}, 2), Optional(HasSubstr("at position 1")));
    EXPECT_THAT(fault_of_logprobs({-kInfinite}, 1), Optional(HasSubstr("at position 0")));
    EXPECT_THAT(fault_of_logprobs({0.5F}, 1), Optional(HasSubstr("is 0.5")));
}

// A float's bound is within the range of a double.
TEST(FaultOfLogprobs, WhatOverflowsAFloatIsNoLogProbability) {
    const Reply reply = read(R"({"loss_fn_outputs":[{"logprobs":{"data":[-1e300]}}]})");
    EXPECT_NE(fault_of_logprobs(reply.logprobs.at(0), 1), std::nullopt);
}

TEST(FaultOfSequence, OneThatCanBeHasNone) {
    EXPECT_EQ(fault_of_sequence({"stop", {1, 9}, {-1, -2}}, 10, 2), std::nullopt);
    EXPECT_EQ(fault_of_sequence({"length", {0}, {-1}}, 10, 5), std::nullopt);
}

TEST(FaultOfSequence, WhatCannotBeIsSaid) {
    const auto fault = [](const SampledSequence& sequence) {
        return fault_of_sequence(sequence, 10, 2).value_or("none");
    };
    EXPECT_THAT(fault({"stop", {}, {}}), HasSubstr("without a token"));
    EXPECT_THAT(fault({"stop", {1, 10}, {-1, -1}}), HasSubstr("token 10 of a vocabulary of 10"));
    EXPECT_THAT(fault({"stop", {1, 2, 3}, {-1, -1, -1}}), HasSubstr("3 tokens, though at most 2 were asked for"));
    EXPECT_THAT(fault({"stop", {1, 2}, {-1}}), HasSubstr("expected 2 log-probabilities, found 1"));
    EXPECT_THAT(fault({"", {1}, {-1}}), HasSubstr("expected the stop reason stop or length"));
    EXPECT_THAT(fault({"a\nb", {1}, {-1}}), HasSubstr("\"a b\""));
}

}  // namespace
}  // namespace retort::train::tinker::test

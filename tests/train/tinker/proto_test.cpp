// The binary form, against bytes that the Python package of the protocol's authors writes, and against JSON.
#include <gmock/gmock.h>

#include "train/tinker/proto_json.h"
#include "train/tinker/proto_messages.h"
#include "train/tinker/proto_reply.h"

namespace retort::train::tinker::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string bytes(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return out;
}

// SerializeToString() of tinker 0.24.1: two sequences.
const std::string kSamples = bytes("0a1608011208070000000b0000001a08000000bf0000c0bf0a0c1204030000001a04000080be");

// Likewise: two data, then a third as bfloat16 with a loss of each token (of none), and a metric.
const std::string kPass = bytes(
    "0a067363616c6172123d0a017412360a086c6f6770726f6273122a0a0c000000bf0000c0bf000080be121800000000000000000800000000"
    "0000000c000000000000001801180212550a017412280a10656c656d656e74776973655f6c6f737312141210000000000000000000000000"
    "000000001801"
    "12240a086c6f6770726f627312180a0200bf121000000000000000000200000000000000180418011a130a086c6f73733a73756d11000000"
    "000000f83f");

std::vector<Datum> example() {
    Datum plain;
    plain.tokens = {10, 20, 30};
    plain.targets = {20, 30, 40};
    plain.mask = {0, 1, 1};
    Datum weighed = plain;
    weighed.logprobs = {0, -0.1F, -2.0F};
    weighed.advantages = {0, 1, -0.3F};
    return {plain, weighed};
}

TEST(Proto, APassSaysWhatItSaysInJson) {
    const ProtoPass backward =
        read_proto_pass(proto_pass_body("model_a", 7, example(), Loss::cispo, ClipBounds{0, 5}, false));
    json expected = json::parse(forward_backward_body("model_a", 7, example(), Loss::cispo, ClipBounds{0, 5}));
    // Types and shapes of tensors are said otherwise.
    for (json& datum : expected["forward_backward_input"]["data"])
        for (json& tensor : datum["loss_fn_inputs"]) tensor = {{"data", tensor["data"]}};
    EXPECT_FALSE(backward.forward_only);
    ASSERT_THAT(backward.body["forward_backward_input"]["data"], SizeIs(2));
    for (std::size_t i = 0; i < 2; ++i) {
        const json& found = backward.body["forward_backward_input"]["data"][i];
        const json& wanted = expected["forward_backward_input"]["data"][i];
        EXPECT_EQ(found["model_input"], wanted["model_input"]);
        for (const auto& [name, tensor] : wanted["loss_fn_inputs"].items())
            EXPECT_EQ(found["loss_fn_inputs"].at(name).at("data").get<std::vector<float>>(),
                      tensor["data"].get<std::vector<float>>())
                << name;
    }
    EXPECT_EQ(backward.body["model_id"], "model_a");
    EXPECT_EQ(backward.body["seq_id"], 7);
    EXPECT_EQ(backward.body["forward_backward_input"]["loss_fn_config"],
              expected["forward_backward_input"]["loss_fn_config"]);
    EXPECT_TRUE(
        read_proto_pass(proto_pass_body("m", 1, example(), Loss::cross_entropy, std::nullopt, true)).forward_only);
}

TEST(Proto, APackedBodyIsTheBody) {
    const std::string body = proto_pass_body("m", 1, example(), Loss::cross_entropy, std::nullopt, true);
    EXPECT_EQ(unpacked(packed(body)), body);
    EXPECT_LT(packed(std::string(100000, 'a')).size(), 1000U);
}

TEST(Proto, SamplesAreReadAsThePackageWritesThem) {
    std::string why;
    const auto reply = read_proto_reply(kSamples, ReplyForm::proto_sample, why);
    ASSERT_TRUE(reply) << why;
    ASSERT_THAT(reply->sequences, SizeIs(2));
    EXPECT_EQ(reply->sequences[0].stop_reason, "length");
    EXPECT_THAT(reply->sequences[0].tokens, ElementsAre(7, 11));
    EXPECT_THAT(reply->sequences[0].logprobs, ElementsAre(FloatEq(-0.5F), FloatEq(-1.5F)));
    EXPECT_EQ(reply->sequences[1].stop_reason, "stop");
}

TEST(Proto, APassIsReadAsThePackageWritesIt) {
    std::string why;
    const auto reply = read_proto_reply(kPass, ReplyForm::proto_pass, why);
    ASSERT_TRUE(reply) << why;
    EXPECT_THAT(reply->logprobs, ElementsAre(ElementsAre(FloatEq(-0.5F), FloatEq(-1.5F)), ElementsAre(FloatEq(-0.25F)),
                                             ElementsAre(FloatEq(-0.5F))));
    EXPECT_TRUE(reply->has_losses);
    EXPECT_TRUE(reply->has_metrics);
    EXPECT_EQ(reply->metrics.at("loss:sum"), 1.5);
}

TEST(Proto, AMessageThatIsCutShortIsRefusedOrHasLess) {
    for (const auto& [whole, form] : {std::pair{kSamples, ReplyForm::proto_sample}, {kPass, ReplyForm::proto_pass}})
        for (std::size_t size = 0; size < whole.size(); ++size) {
            std::string why;
            const auto reply = read_proto_reply(std::string_view(whole).substr(0, size), form, why);
            EXPECT_TRUE(reply ? reply->sequences.size() < 2 && reply->metrics.empty() : !why.empty()) << size;
        }
}

TEST(Proto, ArraysThatDoNotFitAreSaid) {
    const auto fault = [](std::string text, std::size_t at, char value, ReplyForm form) {
        text[at] = value;
        std::string why;
        EXPECT_FALSE(read_proto_reply(text, form, why));
        return why;
    };
    const std::size_t offset = kPass.find(std::string("\x08\0\0\0\0\0\0\0", 8));
    EXPECT_THAT(fault(kPass, offset, '\x7F', ReplyForm::proto_pass),
                HasSubstr("datum 0 of a batch from byte 0 to 127"));
    EXPECT_THAT(fault(kPass, offset, '\x07', ReplyForm::proto_pass), HasSubstr("no array of 4-byte numbers"));
    EXPECT_THAT(fault(kPass, offset + 7, '\xFF', ReplyForm::proto_pass), HasSubstr("of a batch from byte"));
    const std::size_t token = kSamples.find('\x07');
    EXPECT_THAT(fault(kSamples, token + 3, '\xFF', ReplyForm::proto_sample), HasSubstr("is no token"));
}

}  // namespace
}  // namespace retort::train::tinker::test

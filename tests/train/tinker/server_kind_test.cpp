#include "train/tinker/server_kind.h"

#include <gtest/gtest.h>

namespace retort::train::tinker::test {
namespace {

Reply reply_of(const std::string& body) {
    std::string why;
    return read_reply(body, why).value();
}

const std::string kLogprobs = R"("logprobs":{"data":[-1.5],"dtype":"float32","shape":[1]})";
const std::string kLosses = R"("elementwise_loss":{"data":[1.5],"dtype":"float32","shape":[1]})";

TEST(ServerKind, AServerThatTellsEachTokensLossReducesByMeansOfSequences) {
    const Reply reply = reply_of(R"({"metrics":{},"loss_fn_outputs":[{)" + kLosses + "," + kLogprobs + "}]}");
    EXPECT_EQ(kind_of(reply, true).reduction, Reduction::seq_mean);
    EXPECT_TRUE(kind_of(reply, true).native_cispo);
    EXPECT_FALSE(kind_of(reply, false).native_cispo) << "the oldest has no flags";
    for (const bool flags : {false, true}) {
        EXPECT_TRUE(kind_of(reply, flags).keeps_gradient);
        EXPECT_EQ(kind_of(reply, flags).clip_norm, ClipNorm::none);
    }
}

TEST(ServerKind, OneThatTellsLogProbabilitiesAloneSums) {
    const Reply reply = reply_of(R"({"metrics":{},"loss_fn_outputs":[{)" + kLogprobs + "}]}");
    EXPECT_EQ(kind_of(reply, true).reduction, Reduction::sum);
    EXPECT_FALSE(kind_of(reply, true).takes_adam);
    EXPECT_EQ(kind_of(reply, true).clip_norm, ClipNorm::own);
    EXPECT_FALSE(kind_of(reply, true).keeps_gradient);
}

TEST(ServerKind, OneWithMetricsSums) {
    const Reply hosted = reply_of(R"({"metrics":{"loss:sum":2.5},"loss_fn_outputs":[{)" + kLogprobs + "}]}");
    EXPECT_EQ(kind_of(hosted, true).reduction, Reduction::sum);
    EXPECT_TRUE(kind_of(hosted, true).takes_adam);
    EXPECT_EQ(kind_of(hosted, true).clip_norm, ClipNorm::sent);
    EXPECT_FALSE(kind_of(hosted, true).keeps_gradient);
    const Reply sharded = reply_of(R"({"metrics":{"total_loss:sum":2.5},"loss_fn_outputs":[{)" + kLogprobs + "}]}");
    EXPECT_FALSE(kind_of(sharded, true).takes_adam);
}

}  // namespace
}  // namespace retort::train::tinker::test

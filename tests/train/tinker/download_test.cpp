// Files that a server gives away, wherever it says that they are.
#include <gmock/gmock.h>

#include "train/tinker/client.h"
#include "train/tinker/scripted_server.h"

namespace retort::train::tinker::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

MockReply pointing_to(const std::string& url) {
    MockReply out = plain(302, "");
    out.headers = {"Location: " + url};
    return out;
}

TEST(TinkerDownload, GoesWhereTheServerPointsAndGivesOthersNoKey) {
    ScriptedServer store({{"file", {plain(200, "bytes")}}});
    ClientBench bench({{"archive", {pointing_to(store.url() + "/api/v1/file")}}});
    bench.options.key = "tml-secret";
    const Result<std::string> file = bench.run(bench.client().download("/api/v1/archive", "archive", 100));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(*file, "bytes");
    EXPECT_EQ(key_of(bench.server.requests("archive").at(0)), "tml-secret");
    EXPECT_EQ(key_of(store.requests("file").at(0)), "");
}

TEST(TinkerDownload, GoesWhereARelativeAddressPointsWithTheKey) {
    ClientBench bench({{"archive", {pointing_to("/api/v1/file")}}, {"file", {plain(200, "bytes")}}});
    bench.options.key = "tml-secret";
    const Result<std::string> file = bench.run(bench.client().download("/api/v1/archive", "archive", 100));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(*file, "bytes");
    EXPECT_EQ(key_of(bench.server.requests("file").at(0)), "tml-secret");
}

// As the hosted service's own client says that it may come to be.
TEST(TinkerDownload, GoesWhereTheServerSaysInWords) {
    ScriptedServer store({{"file", {plain(200, "bytes")}}});
    ClientBench bench({{"archive", {json_reply(200, {{"url", store.url() + "/api/v1/file"}})}}});
    const Result<std::string> file = bench.run(bench.client().download("/api/v1/archive", "archive", 1000));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(*file, "bytes");
}

TEST(TinkerDownload, WhatIsTooLargeForAnAdapterIsSaidToBeAModel) {
    ClientBench bench({{"archive", {plain(200, std::string(101, 'x'))}}});
    const Result<std::string> file = bench.run(bench.client().download("/api/v1/archive", "archive of a", 100));
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().kind, FailureKind::malformed);
    EXPECT_THAT(file.error().message, HasSubstr("more than 100 bytes"));
    EXPECT_THAT(file.error().message, HasSubstr("served as the model itself, without LoRA"));
}

TEST(TinkerDownload, WhatIsNotThereOrTooLargeOrNoFileOfTheWebIsSaid) {
    for (const MockReply& reply : {json_reply(404, {{"detail", "Not Found"}}), plain(200, std::string(101, 'x')),
                                   pointing_to("file:///etc/hostname"), pointing_to("")}) {
        ClientBench bench({{"archive", {reply}}});
        const Result<std::string> file = bench.run(bench.client().download("/api/v1/archive", "archive of a", 100));
        ASSERT_FALSE(file) << reply.status;
        EXPECT_THAT(file.error().message, StartsWith("archive of a: "));
    }
}

}  // namespace
}  // namespace retort::train::tinker::test

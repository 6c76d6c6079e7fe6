#include "train/gguf/archive.h"

#include <gmock/gmock.h>

#include "train/tar_gz.h"

namespace retort::train::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// A record of a pax head: its length, which counts itself, has two digits here.
std::string pax(const std::string& key, const std::string& value) {
    const std::string rest = " " + key + "=" + value + "\n";
    return std::to_string(rest.size() + 2) + rest;
}

std::string error_of(const std::string& bytes, const UnpackLimits& limits = {}) {
    const auto files = unpack_tar_gz(bytes, limits);
    if (files) return "it was unpacked";
    EXPECT_EQ(files.error().kind, ErrorKind::model);
    return files.error().message;
}

TEST(Archive, FilesAreGivenByTheirNames) {
    const std::string tar = entry("./", "", '5') + entry("x", pax("mtime", "1.500000"), 'x') +
                            entry("./config.json", "{}") + entry("weights", std::string(3000, 'w')) + end_of_tar();
    const auto files = unpack_tar_gz(gzip(tar));
    ASSERT_TRUE(files) << files.error().message;
    EXPECT_THAT(*files, ElementsAre(Pair("config.json", "{}"), Pair("weights", std::string(3000, 'w'))));
}

TEST(Archive, OneCutAnywhereIsAnError) {
    const std::string whole = gzip(entry("a", "some bytes") + entry("b", "more of them") + end_of_tar());
    ASSERT_TRUE(unpack_tar_gz(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_THAT(error_of(whole.substr(0, size)), HasSubstr("tar archive: "));
    EXPECT_THAT(error_of(whole + "x"), HasSubstr("expected its end, found more bytes"));
    EXPECT_THAT(error_of(gzip(head("a", 1000) + "too little")), HasSubstr("it is damaged"));
}

// SkyRL's servers on FSDP and Megatron, though they call it tar.gz too.
TEST(Archive, OneThatIsNotPackedIsReadLikewise) {
    const std::string tar = entry("./", "", '5') + entry("./config.json", "{}") +
                            entry("./weights", std::string(3000, 'w')) + std::string(10240, '\0');
    const auto files = unpack_tar_gz(tar);
    ASSERT_TRUE(files) << files.error().message;
    EXPECT_THAT(*files, ElementsAre(Pair("config.json", "{}"), Pair("weights", std::string(3000, 'w'))));
    UnpackLimits limits;
    limits.most_bytes = tar.size() - 1;
    EXPECT_THAT(error_of(tar, limits), HasSubstr("bytes unpacked, found more"));
    EXPECT_THAT(error_of(gzip(gzip(tar))), HasSubstr("it is damaged"));
}

// No checksum guards it.
TEST(Archive, OneThatIsNotPackedAndCutAnywhereIsAnError) {
    const std::string whole = entry("a", "some bytes") + entry("b", std::string(2048, '\0')) + end_of_tar();
    ASSERT_TRUE(unpack_tar_gz(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_THAT(error_of(whole.substr(0, size)), HasSubstr("tar archive: "));
    EXPECT_THAT(error_of(whole + "x"), HasSubstr("its end is missing"));
}

TEST(Archive, AWrongChecksumIsAnError) {
    std::string damaged = gzip(entry("a", "some bytes") + end_of_tar());
    damaged[damaged.size() - 8] = static_cast<char>(damaged[damaged.size() - 8] ^ 1);
    EXPECT_THAT(error_of(damaged), HasSubstr("it is damaged"));
    EXPECT_THAT(error_of(std::string(3000, 'x')), HasSubstr("it is damaged"));
    EXPECT_THAT(error_of(gzip("no tar at all, but long enough to be looked at")), HasSubstr("it is damaged"));
}

TEST(Archive, ABombIsRefusedWithinItsBounds) {
    UnpackLimits limits;
    limits.most_bytes = 100000;
    const std::string bomb = gzip(entry("a", std::string(50'000'000, '\0')) + end_of_tar());
    ASSERT_LT(bomb.size(), 300000U);
    EXPECT_THAT(error_of(bomb, limits), HasSubstr("expected at most 100000 bytes unpacked, found more"));
    std::string many;
    for (int i = 0; i < 5; ++i) many += entry(std::to_string(i), "");
    limits.most_entries = 4;
    EXPECT_THAT(error_of(gzip(many + end_of_tar()), limits), HasSubstr("expected at most 4 entries, found more"));
    limits.most_entries = 5;
    EXPECT_EQ(error_of(gzip(many + end_of_tar()), limits), "it was unpacked");
}

TEST(Archive, AHoleOfASparseFileCountsAsBytes) {
    const std::string about = pax("GNU.sparse.name", "holes") + pax("GNU.sparse.size", "200000") +
                              pax("GNU.sparse.numblocks", "1") + pax("GNU.sparse.map", "199999,1");
    const std::string packed = gzip(entry("x", about, 'x') + entry("holes", "y") + end_of_tar());
    UnpackLimits limits;
    EXPECT_EQ(unpack_tar_gz(packed, limits).value().at("holes").size(), 200000U);
    limits.most_bytes = 100000;
    EXPECT_THAT(error_of(packed, limits), HasSubstr("expected at most 100000 bytes unpacked, found more"));
}

TEST(Archive, WhatIsNoPlainFileIsRefused) {
    for (const char kind : {'1', '2', '3', '6'})
        EXPECT_THAT(error_of(gzip(entry("odd", "", kind) + end_of_tar())), HasSubstr("\"odd\" is not a plain file"));
    EXPECT_THAT(error_of(gzip(entry("a", "1") + entry("./a", "2") + end_of_tar())),
                HasSubstr("\"a\" stands in it twice"));
}

}  // namespace
}  // namespace retort::train::test

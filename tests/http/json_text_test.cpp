#include "model/http/json_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "http/cuts.h"

namespace retort {
namespace {

TEST(JsonText, HalvesOfASequenceInTwoRepliesAreJoined) {
    const std::string euro = "\xe2\x82\xac";
    for (std::size_t cut = 1; cut < euro.size(); ++cut) {
        const auto first = parse_json("{\"t\":\"a" + euro.substr(0, cut) + "\"}");
        const auto second = parse_json("{\"t\":\"" + euro.substr(cut) + "b\"}");
        Utf8Joiner joiner;
        EXPECT_EQ(joiner.push(string_member(first, "t")), "a");
        EXPECT_EQ(joiner.push(string_member(second, "t")), euro + "b");
    }
}

TEST(JsonText, LoneSurrogatesDoNotBreakTheReply) {
    EXPECT_EQ(string_member(parse_json(R"({"t":"a\ud83d"})"), "t"), "a\xef\xbf\xbd");
    EXPECT_EQ(string_member(parse_json(R"({"t":"\ude00 \ud83d\ude00 \\ud83d"})"), "t"),
              "\xef\xbf\xbd \xf0\x9f\x98\x80 \\ud83d");
}

TEST(JsonText, WhatIsNoJsonIsDiscarded) {
    EXPECT_TRUE(parse_json("{\"a\":").is_discarded());
    EXPECT_TRUE(parse_json("").is_discarded());
    EXPECT_TRUE(parse_json("\xff").is_discarded());
}

TEST(JsonText, CountsAreBoundedWhateverTheNumber) {
    const auto body = parse_json(R"({"a":1e300,"b":-5,"c":"7","d":12.9,"e":null})");
    EXPECT_EQ(count_member(body, "a"), 1'000'000'000'000);
    EXPECT_EQ(count_member(body, "b"), 0);
    EXPECT_EQ(count_member(body, "c"), 0);
    EXPECT_EQ(count_member(body, "d"), 12);
    EXPECT_EQ(count_member(body, "e"), 0);
    EXPECT_EQ(count_member(body, "f"), 0);
}

TEST(JsonText, OneLineHasNoControlCharacters) {
    EXPECT_EQ(one_line(" a\x1b[31m\n\tb\x7f\xc2\x9b "), "a [31m b ?");
    EXPECT_EQ(one_line(std::string(1000, 'x')).size(), 303u);
}

RC_GTEST_PROP(JsonText, JoinedPiecesAreTheWholeTextMadeValid,
              (std::vector<std::uint8_t> bytes, std::vector<std::uint8_t> sizes)) {
    const std::string alphabet = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff";
    std::string text;
    for (const std::uint8_t byte : bytes) text += alphabet[byte % alphabet.size()];
    Utf8Joiner joiner;
    std::string out;
    for (const std::string& piece : test::cut_by(text, sizes)) {
        const std::string whole = joiner.push(piece);
        RC_ASSERT(valid_utf8(whole) == whole);
        out += whole;
    }
    out += joiner.finish();
    RC_ASSERT(out == valid_utf8(text));
}

}  // namespace
}  // namespace retort

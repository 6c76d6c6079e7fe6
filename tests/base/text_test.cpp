#include "base/text.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace retort::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

TEST(Trim, TakesWhiteSpaceOffBothEnds) {
    EXPECT_EQ(trim(" \t\r\n\v\fa b\n "), "a b");
    EXPECT_EQ(trim(" \n"), "");
    EXPECT_EQ(trim(""), "");
}

TEST(ValidUtf8, KeepsWhatIsValid) {
    for (const std::string& text :
         {std::string("plain"), std::string("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), std::string("a\0b", 3)})
        EXPECT_EQ(valid_utf8(text), text);
}

TEST(ValidUtf8, ReplacesOverlongFormsSurrogatesAndWhatLiesBeyondTheLastCodePoint) {
    const std::string r(kReplacement);
    EXPECT_EQ(valid_utf8("\xc0\xaf"), r + r);
    EXPECT_EQ(valid_utf8("\xe0\x80\xaf"), r + r + r);
    EXPECT_EQ(valid_utf8("\xed\xa0\x80"), r + r + r);
    EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), r + r + r + r);
    EXPECT_EQ(valid_utf8("a\xff"
                         "b"),
              "a" + r + "b");
    EXPECT_EQ(valid_utf8("a\xe2\x82"), "a" + r + r);
}

RC_GTEST_PROP(ValidUtf8, GivesTextThatIsValid, (const std::vector<char>& bytes)) {
    const std::string once = valid_utf8({bytes.data(), bytes.size()});
    RC_ASSERT(valid_utf8(once) == once);
}

rc::Gen<std::string> valid_text() {
    const auto character =
        rc::gen::element<std::string>("a", " ", ".", "\n", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80");
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(character),
                        [](const std::vector<std::string>& parts) {
                            std::string out;
                            for (const std::string& part : parts) out += part;
                            return out;
                        });
}

RC_GTEST_PROP(Utf8Prefix, NeverCutsASequence, ()) {
    const std::string text = *valid_text();
    const auto bytes = *rc::gen::inRange<std::size_t>(0, text.size() + 3);
    const std::string_view prefix = utf8_prefix(text, bytes);
    RC_ASSERT(prefix.size() <= bytes);
    RC_ASSERT(prefix.size() + 4 > std::min(bytes, text.size()));
    RC_ASSERT(text.starts_with(prefix));
    RC_ASSERT(valid_utf8(prefix) == prefix);
}

RC_GTEST_PROP(Utf8Tail, IsWhatMustWaitForMoreBytes, ()) {
    const std::string text = *valid_text();
    const auto cut = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    const std::string_view start = std::string_view(text).substr(0, cut);
    const std::size_t tail = utf8_incomplete_tail(start);
    RC_ASSERT(tail <= 3U);
    const std::string_view whole = start.substr(0, start.size() - tail);
    RC_ASSERT(valid_utf8(whole) == whole);
    RC_ASSERT(whole == utf8_prefix(text, cut));
}

RC_GTEST_PROP(Utf8Tail, TakesAnyBytes, (const std::vector<char>& bytes)) {
    RC_ASSERT(utf8_incomplete_tail({bytes.data(), bytes.size()}) <= std::min<std::size_t>(3, bytes.size()));
}

TEST(Utf8Tail, IsNothingAfterABrokenSequence) {
    EXPECT_EQ(utf8_incomplete_tail("a\xff"), 0U);
    EXPECT_EQ(utf8_incomplete_tail("\x80\x80\x80\x80"), 0U);
    EXPECT_EQ(utf8_incomplete_tail("a\xf0\x9f\x98"), 3U);
}

TEST(SentenceEnds, StandAfterStopsBeforeSpaceAndAtLineEnds) {
    EXPECT_THAT(sentence_ends("One. Two! Three? 1.5 is no end"), ElementsAre(4, 9, 16));
    EXPECT_THAT(sentence_ends("a line\nanother"), ElementsAre(6));
    EXPECT_THAT(sentence_ends("The end."), ElementsAre(8));
    EXPECT_THAT(sentence_ends(""), IsEmpty());
    EXPECT_THAT(sentence_ends("none here"), IsEmpty());
}

RC_GTEST_PROP(SentenceEnds, AscendAndLieInTheText, (const std::string& text)) {
    std::size_t last = 0;
    for (const std::size_t end : sentence_ends(text)) {
        RC_ASSERT(end > last);
        RC_ASSERT(end <= text.size());
        last = end;
    }
}

TEST(Nearest, FindsASlipOfTheFingersAndNothingElse) {
    const std::vector<std::string_view> methods{"summary", "topk", "topk-each", "random"};
    EXPECT_EQ(nearest("sumary", methods), "summary");
    EXPECT_EQ(nearest("topk-eahc", methods), "topk-each");
    EXPECT_EQ(nearest("topk", methods), "topk");
    EXPECT_EQ(nearest("completely different", methods), "");
    EXPECT_EQ(nearest("word", {}), "");
    EXPECT_EQ(nearest("hint", {"kind"}, 1), "");
    EXPECT_EQ(nearest("kidn", {"kind"}, 1), "kind");
}

}  // namespace
}  // namespace retort::test

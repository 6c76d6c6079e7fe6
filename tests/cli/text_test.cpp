#include "cli/display/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace retort::cli {
namespace {

TEST(OneLine, MakesBlanksOfLineEndsAndControls) {
    EXPECT_EQ(one_line("  a\n\n b\tc\r\n"), "a b c");
    EXPECT_EQ(one_line(std::string_view("a\0b\x07", 4)), "a b");
}

TEST(OneLine, DropsEscapeSequencesWhole) {
    EXPECT_EQ(one_line("\x1b[31mred\x1b[0m \x1b]0;title\x07"
                       "end"),
              "red end");
    EXPECT_EQ(one_line("\x1b[12"), "");
    EXPECT_EQ(one_line("a\x1b"), "a");
}

TEST(OneLine, DropsMarksThatTurnTheDirectionOfText) {
    EXPECT_EQ(one_line("a\u202Eb\u2066c"), "abc");
}

TEST(OneLine, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(one_line("a\xFFz\xC3"), "a\uFFFDz\uFFFD");
}

TEST(Printable, KeepsLinesAndTabs) {
    EXPECT_EQ(printable("a\n\tb\x1b[2Jc\r"), "a\n\tbc");
}

TEST(Columns, CountsWideAndCombiningCharacters) {
    EXPECT_EQ(columns("abc"), 3);
    EXPECT_EQ(columns("漢字"), 4);
    EXPECT_EQ(columns("e\u0301"), 1);
    EXPECT_EQ(columns("😀"), 2);
}

TEST(Keep, CutsAtWholeCharacters) {
    EXPECT_EQ(keep_head("abcdef", 6), "abcdef");
    EXPECT_EQ(keep_head("abcdefg", 6), "abc...");
    EXPECT_EQ(keep_tail("abcdefg", 6), "...efg");
    EXPECT_EQ(keep_head("漢字漢字", 6), "漢...");
    EXPECT_EQ(keep_tail("x", 0), "");
}

TEST(Numbers, AreGroupedByThousands) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1204), "1,204");
    EXPECT_EQ(grouped(-1234567), "-1,234,567");
}

TEST(Numbers, SecondsAreForPeople) {
    EXPECT_EQ(seconds(0.94), "0.9 s");
    EXPECT_EQ(seconds(12.4), "12 s");
    EXPECT_EQ(seconds(185), "3 min 05 s");
    EXPECT_EQ(seconds(3725), "1 h 02 min");
}

RC_GTEST_PROP(OneLine, NeverHasAControlCharacter, (const std::string& bytes)) {
    for (const char c : one_line(bytes)) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

RC_GTEST_PROP(Keep, NeverIsWiderThanAsked, (const std::string& bytes)) {
    const std::string text = one_line(bytes);
    const int width = *rc::gen::inRange(0, 40);
    RC_ASSERT(columns(keep_head(text, width)) <= width);
    RC_ASSERT(columns(keep_tail(text, width)) <= width);
}

}  // namespace
}  // namespace retort::cli

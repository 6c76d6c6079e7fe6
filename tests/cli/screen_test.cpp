#include "cli/display/screen.h"

#include <gtest/gtest.h>

#include "cli/display/line.h"

namespace retort::cli {
namespace {

TEST(Redraw, WritesBelowWhenNothingStandsThere) {
    EXPECT_EQ(redraw({}, {{{"one"}}, {{"two"}}}, 80, false), "\rone\x1b[K\ntwo\x1b[K\n\x1b[J");
}

TEST(Redraw, GoesUpAsManyRowsAsTheLinesTake) {
    EXPECT_EQ(redraw({3, 0}, {{{"one"}}}, 80, false), "\r\x1b[2Aone\x1b[K\n\x1b[J");
}

TEST(Redraw, CountsTheRowsOfLinesThatTheTerminalHasWrapped) {
    EXPECT_EQ(redraw({80, 40}, {}, 40, false), "\r\x1b[3A\x1b[J");
    EXPECT_EQ(redraw({81}, {}, 40, false), "\r\x1b[3A\x1b[J");
}

TEST(Redraw, ClearsNothingBehindAFullLine) {
    EXPECT_EQ(redraw({}, {{{"full"}}}, 4, false), "\rfull\n\x1b[J");
}

TEST(Paint, PutsColourOnTonesOnly) {
    const Line line{{"plain "}, {"bad", Tone::bad}};
    EXPECT_EQ(paint(line, false), "plain bad");
    EXPECT_EQ(paint(line, true), "plain \x1b[31mbad\x1b[0m");
}

TEST(Spread, PutsTheRightPartAtTheEnd) {
    EXPECT_EQ(paint(spread({{"ab"}}, {{"cd"}}, 8), false), "ab    cd");
}

TEST(Spread, LeavesTheRightPartOutWhereBothDoNotFit) {
    EXPECT_EQ(paint(spread({{"abcdef"}}, {{"cd"}}, 8), false), "abcdef");
    EXPECT_EQ(paint(spread({{"abcdefghij"}}, {{"cd"}}, 8), false), "abcde...");
}

TEST(Joined, LeavesOutWhatDoesNotFit) {
    EXPECT_EQ(paint(joined({{"aa"}, {""}, {"much too long"}, {"bb"}}, 8), false), "aa   bb");
}

}  // namespace
}  // namespace retort::cli

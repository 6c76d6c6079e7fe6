#include "model/llama/reasoning.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace retort::llama {
namespace {

using Place = ReasoningSplitter::Place;

const ReasoningMarks* think_marks() {
    return find_marks("<think></think>", [](std::string_view) { return false; });
}

struct Split {
    std::string reasoning;
    std::string text;
    friend bool operator==(const Split&, const Split&) = default;
};

Split joined(const std::vector<ReasoningSplitter::Piece>& pieces) {
    Split out;
    for (const auto& piece : pieces) (piece.reasoning ? out.reasoning : out.text) += piece.text;
    return out;
}

Split split(std::string_view text, bool inside = false, const ReasoningMarks* marks = think_marks()) {
    ReasoningSplitter splitter(marks, inside);
    std::vector<ReasoningSplitter::Piece> pieces;
    splitter.feed(text, pieces);
    splitter.finish(pieces);
    return joined(pieces);
}

TEST(ReasoningMarks, AreFoundInTheTemplateOrTheVocabulary) {
    EXPECT_NE(think_marks(), nullptr);
    EXPECT_EQ(find_marks("plain", [](std::string_view) { return false; }), nullptr);
    const ReasoningMarks* marks =
        find_marks("plain", [](std::string_view t) { return t == "[THINK]" || t == "[/THINK]"; });
    ASSERT_NE(marks, nullptr);
    EXPECT_EQ(marks->end, "[/THINK]");
}

TEST(ReasoningSplitter, WithoutMarksAllIsAnswer) {
    EXPECT_EQ(split("<think>a</think>b", false, nullptr), (Split{"", "<think>a</think>b"}));
}

TEST(ReasoningSplitter, TakesTheMarksAndTheSpaceAfterThemAway) {
    EXPECT_EQ(split("\n<think>\nwhy</think>\n\nso"), (Split{"why", "so"}));
    EXPECT_EQ(split("why</think>so", true), (Split{"why", "so"}));
}

TEST(ReasoningSplitter, AnAnswerThatStartsWithoutAMarkIsNoReasoning) {
    EXPECT_EQ(split("  so <think>x</think>"), (Split{"", "  so <think>x</think>"}));
    EXPECT_EQ(split("<thin"), (Split{"", "<thin"})) << "a mark that never came whole";
}

TEST(ReasoningSplitter, AReasoningThatNeverEndsHasNoAnswer) {
    EXPECT_EQ(split("<think>a </thi"), (Split{"a </thi", ""}));
}

TEST(ReasoningSplitter, KeepsBackWhatMayBeginAMark) {
    ReasoningSplitter splitter(think_marks(), true);
    std::vector<ReasoningSplitter::Piece> pieces;
    splitter.feed("because </th", pieces);
    EXPECT_EQ(joined(pieces).reasoning, "because ");
    splitter.feed("ere", pieces);
    EXPECT_EQ(joined(pieces).reasoning, "because </there");
    EXPECT_EQ(splitter.place(), Place::reasoning);
}

TEST(ReasoningSplitter, HandsOutWholeUtf8Only) {
    ReasoningSplitter splitter(nullptr, false);
    std::vector<ReasoningSplitter::Piece> pieces;
    splitter.feed("\xE2\x82", pieces);
    EXPECT_TRUE(pieces.empty());
    splitter.feed("\xAC", pieces);
    EXPECT_EQ(joined(pieces).text, "\xE2\x82\xAC");
}

RC_GTEST_PROP(ReasoningSplitterProperties, AnyCutsGiveTheSameTextsAndValidPieces, ()) {
    const auto part = rc::gen::element<std::string>("<think>", "</think>", "<", "</", "think>", "\n", " ", "a",
                                                    "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xFF", "</think");
    std::string text;
    for (const std::string& piece : *rc::gen::container<std::vector<std::string>>(part)) text += piece;
    const bool inside = *rc::gen::arbitrary<bool>();
    ReasoningSplitter splitter(think_marks(), inside);
    std::vector<ReasoningSplitter::Piece> pieces;
    for (std::size_t from = 0; from < text.size();) {
        const auto size = static_cast<std::size_t>(*rc::gen::inRange(1, 5));
        splitter.feed(std::string_view(text).substr(from, size), pieces);
        from += size;
    }
    splitter.finish(pieces);
    for (const auto& piece : pieces) RC_ASSERT(valid_utf8(piece.text) == piece.text);
    RC_ASSERT(joined(pieces) == split(text, inside));
}

}  // namespace
}  // namespace retort::llama

#include "model/http/think_splitter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "http/cuts.h"

namespace retort {
namespace {

struct Split {
    std::string reasoning;
    std::string text;
    bool operator==(const Split&) const = default;
};

Split split(const std::vector<std::string>& pieces, bool inside = false) {
    ThinkSplitter splitter(inside);
    Split out;
    const auto move_over = [&] {
        if (splitter.take_reclassified()) out.reasoning = std::exchange(out.text, {});
    };
    const auto take = [&](std::string_view piece, bool reasoning) {
        move_over();
        (reasoning ? out.reasoning : out.text) += piece;
    };
    for (const std::string& piece : pieces) {
        splitter.feed(piece, take);
        move_over();
    }
    splitter.finish(take);
    return out;
}

void expect_split(const std::string& text, const Split& expected, bool inside = false) {
    EXPECT_EQ(split({text}, inside), expected) << text;
    test::for_every_cut(text, [&](const std::vector<std::string>& pieces) {
        const Split got = split(pieces, inside);
        EXPECT_EQ(got.reasoning, expected.reasoning) << text;
        EXPECT_EQ(got.text, expected.text) << text;
    });
}

TEST(Think, FindsTheBlockAtTheStart) {
    expect_split("<think>hm\n</think>\n\n42", {"hm\n", "42"});
    expect_split("\n <think></think>42", {"", "42"});
    expect_split("[THINK]so[/THINK]42", {"so", "42"});
    expect_split("<thinking>so</thinking> 42", {"so", "42"});
}

TEST(Think, LeavesTextWithoutABlockAlone) {
    expect_split("a < b <think and so on", {"", "a < b <think and so on"});
    expect_split("  indented\n", {"", "  indented\n"});
    expect_split("", {"", ""});
    expect_split("<thi", {"", "<thi"});
    expect_split("   ", {"", "   "});
}

TEST(Think, ABlockThatIsNeverClosedIsAllReasoning) {
    expect_split("<think>and so on </thi", {"and so on </thi", ""});
}

TEST(Think, ALoneEndTagMakesAllBeforeItReasoning) {
    expect_split("so it is\n</think>\n42", {"so it is\n", "42"});
}

TEST(Think, KnownToStartInside) {
    expect_split("so\n</think>42", {"so\n", "42"}, true);
    expect_split("so it", {"so it", ""}, true);
}

TEST(Think, LaterBlocksAreTheAnswers) {
    expect_split("<think>a</think>b<think>c</think>", {"a", "b<think>c</think>"});
}

RC_GTEST_PROP(Think, CutsOfAnyTextGiveTheSame, (std::vector<std::uint8_t> parts, std::vector<std::uint8_t> sizes)) {
    const std::vector<std::string> words{"<think>", "</think>", "<", "think>", "a", "\n", "[THINK]", "[/THINK]", "</"};
    std::string text;
    for (const std::uint8_t part : parts) text += words[part % words.size()];
    RC_ASSERT(split(test::cut_by(text, sizes)) == split({text}));
}

}  // namespace
}  // namespace retort

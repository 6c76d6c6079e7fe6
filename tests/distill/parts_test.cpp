#include "distill/parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/scripted_model.h"

namespace retort::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Task<TokenCount> words(std::string text) {
    co_return TokenCount{count_words(text), true};
}

Workspace assemble(std::vector<PartCandidates> parts, std::int64_t kappa) {
    asio::io_context loop;
    return run_to_end(loop, assemble_parts(std::move(parts), kappa, words));
}

const std::vector<PartCandidates> kParts{
    {"A", {{"3*9", "r1.d0"}, {"30-3", "r1.d2"}}}, {"B", {}}, {"C", {{"8/4", "r1.d2"}}}};

TEST(PartsWorkspace, HasALineForEachPart) {
    const Workspace workspace = assemble(kParts, 0);
    EXPECT_EQ(workspace.text, "A: 3*9 ; 30-3\nB: none\nC: 8/4");
    EXPECT_EQ(workspace.tokens, 8);
    EXPECT_FALSE(workspace.truncated);
    EXPECT_THAT(workspace.sources, ElementsAre("r1.d0", "r1.d2"));
    EXPECT_EQ(assemble(kParts, 8).text, workspace.text);
}

TEST(PartsWorkspace, LeavesOutSecondCandidatesBeforeFirstOnesAndRecordsIt) {
    const Workspace six = assemble(kParts, 6);
    EXPECT_EQ(six.text, "A: 3*9\nB: none\nC: 8/4");
    EXPECT_TRUE(six.truncated);
    EXPECT_THAT(six.cuts, ElementsAre(Cut{"r1.d2", 1, 0}));
    const Workspace four = assemble(kParts, 5);
    EXPECT_EQ(four.text, "A: 3*9\nB: none");
    EXPECT_THAT(four.sources, ElementsAre("r1.d0"));
    EXPECT_EQ(four.cuts.size(), 2U);
}

TEST(PartsWorkspace, IsEmptyWhereNothingWasFoundOrNothingFits) {
    EXPECT_EQ(assemble({{"A", {}}, {"B", {}}}, 100).text, "");
    const Workspace nothing = assemble(kParts, 1);
    EXPECT_EQ(nothing.text, "");
    EXPECT_EQ(nothing.tokens, 0);
    EXPECT_THAT(nothing.sources, IsEmpty());
    EXPECT_EQ(nothing.cuts.size(), 3U);
}

}  // namespace
}  // namespace retort::test

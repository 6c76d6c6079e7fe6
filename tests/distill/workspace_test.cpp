#include "distill/workspace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "model/scripted_model.h"

namespace retort::test {
namespace {

using testing::ElementsAre;

Task<TokenCount> words(std::string text) {
    co_return TokenCount{count_words(text), true};
}

Workspace assemble(std::vector<Source> sources, std::int64_t kappa) {
    asio::io_context loop;
    return run_to_end(loop, assemble_workspace(std::move(sources), kappa, words));
}

Workspace bound(std::string text, std::int64_t kappa) {
    asio::io_context loop;
    return run_to_end(loop, bound_workspace(std::move(text), kappa, words));
}

TEST(Workspace, HoldsEverySolutionWholeWhenAllFit) {
    const Workspace workspace = assemble({{0, "r1.d0", "a b."}, {1, "r1.d1", "c d."}}, 100);
    EXPECT_EQ(workspace.text, "Candidate 1:\na b.\n\nCandidate 2:\nc d.");
    EXPECT_EQ(workspace.tokens, 8);
    EXPECT_FALSE(workspace.truncated);
    EXPECT_THAT(workspace.sources, ElementsAre("r1.d0", "r1.d1"));
}

TEST(Workspace, PutsWholeSolutionsInFirstAndCutsWhatDoesNotFitAtASentenceEnd) {
    const Workspace workspace =
        assemble({{0, "r1.d0", "One two. Three four. Five six seven eight nine."}, {1, "r1.d1", "c d."}}, 10);
    EXPECT_EQ(workspace.text, "Candidate 1:\nOne two. Three four.\n\nCandidate 2:\nc d.");
    EXPECT_TRUE(workspace.truncated);
    EXPECT_THAT(workspace.cuts, ElementsAre(Cut{"r1.d0", 9, 4}));
}

TEST(Workspace, RecordsWhatIsLeftOutAltogether) {
    const Workspace workspace =
        assemble({{0, "r1.d0", "a b c d."}, {1, "r1.d1", "one long sentence without any end"}}, 8);
    EXPECT_THAT(workspace.sources, ElementsAre("r1.d0"));
    EXPECT_THAT(workspace.cuts, ElementsAre(Cut{"r1.d1", 6, 0}));
}

TEST(Workspace, KeepsTheNumbersOfItsCandidates) {
    const Workspace workspace = assemble({{0, "r1.d0", "far too long to fit in here"}, {1, "r1.d1", "c."}}, 4);
    EXPECT_EQ(workspace.text, "Candidate 2:\nc.");
}

TEST(Workspace, OfNothingIsEmpty) {
    EXPECT_EQ(assemble({}, 10).tokens, 0);
    EXPECT_TRUE(assemble({}, 10).text.empty());
}

TEST(Workspace, WithoutABoundCutsNothing) {
    EXPECT_FALSE(assemble({{0, "d", "a b c d e f"}}, 0).truncated);
}

TEST(Workspace, WrittenByAModelIsCutAtAWordWhereNoSentenceFits) {
    const Workspace workspace = bound("one two three four five", 3);
    EXPECT_EQ(workspace.text, "one two three");
    EXPECT_EQ(workspace.tokens, 3);
    EXPECT_TRUE(workspace.truncated);
}

RC_GTEST_PROP(Workspace, NeverExceedsItsBoundAndEverySourceIsAccountedFor, ()) {
    const auto texts = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::element('a', 'b', ' ', '.', '\n')));
    const auto kappa = *rc::gen::inRange<std::int64_t>(1, 40);
    std::vector<Source> sources;
    for (std::size_t i = 0; i < texts.size(); ++i)
        sources.push_back({static_cast<int>(i), "d" + std::to_string(i), texts[i]});
    const Workspace workspace = assemble(sources, kappa);
    RC_ASSERT(workspace.tokens <= kappa);
    RC_ASSERT(count_words(workspace.text) == workspace.tokens);
    for (const Source& source : sources) {
        const bool in = std::count(workspace.sources.begin(), workspace.sources.end(), source.path) == 1;
        const bool cut = std::any_of(workspace.cuts.begin(), workspace.cuts.end(),
                                     [&](const Cut& c) { return c.path == source.path; });
        RC_ASSERT(in || cut || source.text.empty());
    }
}

TEST(Conclusions, LeaveOutDraftsWithoutAnAnswer) {
    const auto kept = conclusions_of({{0, "r1.d0", "no idea"}, {1, "r1.d1", "so \\boxed{3}", "3"}});
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].text, "3");
}

}  // namespace
}  // namespace retort::test

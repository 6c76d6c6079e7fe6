#include "model/llama/prefix_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <set>

namespace retort::llama {
namespace {

using Tokens = std::vector<TokenId>;

TEST(PrefixTree, AnEmptyTreeKnowsNothing) {
    const PrefixTree tree;
    EXPECT_EQ(tree.longest(Tokens{1, 2}).slot, -1);
    EXPECT_EQ(tree.cells(), 0U);
}

TEST(PrefixTree, SharedTokensCountOnce) {
    PrefixTree tree;
    tree.append(0, Tokens{1, 2, 3, 4});
    tree.share(1, 0, 3);
    tree.append(1, Tokens{9});
    EXPECT_EQ(tree.cells(), 5U);
    EXPECT_EQ(tree.length(1), 4U);
    EXPECT_EQ(tree.own_cells(0), 1U);
    EXPECT_EQ(tree.longest(Tokens{1, 2, 3, 9, 9}).slot, 1);
    EXPECT_EQ(tree.longest(Tokens{1, 2, 3, 9, 9}).tokens, 4U);
    tree.truncate(0, 0);
    EXPECT_EQ(tree.cells(), 4U);
    EXPECT_EQ(tree.own_cells(1), 4U);
}

TEST(PrefixTree, GoingOnAfterSharingLeavesTheOtherAlone) {
    PrefixTree tree;
    tree.append(0, Tokens{1, 2});
    tree.share(1, 0, 2);
    tree.append(0, Tokens{3});
    tree.append(1, Tokens{3});
    EXPECT_EQ(tree.cells(), 4U) << "the same token, computed twice, is two cells";
    tree.truncate(0, 2);
    EXPECT_EQ(tree.cells(), 3U);
    EXPECT_EQ(tree.longest(Tokens{1, 2, 3}).slot, 1);
}

// What the tree says, against slots that each list (token, cell).
struct Naive {
    std::array<std::vector<std::pair<TokenId, int>>, 4> slots;
    int next_cell = 0;

    std::size_t cells() const {
        std::set<int> distinct;
        for (const auto& slot : slots)
            for (const auto& [token, cell] : slot) distinct.insert(cell);
        return distinct.size();
    }
    std::size_t longest(const Tokens& prompt) const {
        std::size_t best = 0;
        for (const auto& slot : slots) {
            std::size_t n = 0;
            while (n < prompt.size() && n < slot.size() && slot[n].first == prompt[n]) ++n;
            best = std::max(best, n);
        }
        return best;
    }
    std::size_t own(std::size_t slot) const {
        Naive without = *this;
        without.slots[slot].clear();
        return cells() - without.cells();
    }
};

Tokens few_tokens() {
    return *rc::gen::container<Tokens>(rc::gen::inRange<TokenId>(0, 2));
}

void random_step(PrefixTree& tree, Naive& naive) {
    const auto slot = static_cast<std::size_t>(*rc::gen::inRange(0, 4));
    const auto from = static_cast<std::size_t>(*rc::gen::inRange(0, 4));
    auto& mine = naive.slots[slot];
    switch (*rc::gen::inRange(0, 3)) {
        case 0: {
            const Tokens tokens = few_tokens();
            tree.append(static_cast<int>(slot), tokens);
            for (const TokenId token : tokens) mine.emplace_back(token, naive.next_cell++);
            break;
        }
        case 1: {
            const auto keep = static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(mine.size()) + 1));
            tree.truncate(static_cast<int>(slot), keep);
            mine.resize(std::min(mine.size(), keep));
            break;
        }
        default: {
            if (!mine.empty() || slot == from) break;
            const auto& source = naive.slots[from];
            const auto take = static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(source.size()) + 1));
            tree.share(static_cast<int>(slot), static_cast<int>(from), take);
            mine.assign(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(take));
        }
    }
}

RC_GTEST_PROP(PrefixTreeProperties, AgreesWithListsOfCells, ()) {
    PrefixTree tree;
    Naive naive;
    const int steps = *rc::gen::inRange(0, 40);
    for (int i = 0; i < steps; ++i) {
        random_step(tree, naive);
        RC_ASSERT(tree.cells() == naive.cells());
        for (std::size_t slot = 0; slot < 4; ++slot) {
            RC_ASSERT(tree.length(static_cast<int>(slot)) == naive.slots[slot].size());
            RC_ASSERT(tree.own_cells(static_cast<int>(slot)) == naive.own(slot));
        }
        const Tokens prompt = few_tokens();
        const PrefixTree::Match match = tree.longest(prompt);
        RC_ASSERT(match.tokens == naive.longest(prompt));
        if (match.slot >= 0) RC_ASSERT(tree.length(match.slot) >= match.tokens);
    }
}

}  // namespace
}  // namespace retort::llama

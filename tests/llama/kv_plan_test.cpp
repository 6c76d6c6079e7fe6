#include "model/llama/kv_plan.h"

#include <gtest/gtest.h>

#include <numeric>

namespace retort::llama {
namespace {

std::vector<TokenId> prompt(std::size_t size, TokenId first) {
    std::vector<TokenId> out(size);
    std::iota(out.begin(), out.end(), first);
    return out;
}

TEST(KvPlan, ManyReadersOfOnePromptShareOneBuffer) {
    const std::vector<TokenId> shared = prompt(1024, 0);
    const std::vector<KvDemand> queue(16, {shared, 128});
    const KvPlan plan = plan_kv(queue, {KvLayout::automatic, 100000, 64});
    EXPECT_TRUE(plan.unified);
    EXPECT_EQ(plan.cells, 4096) << "1024 + 16 x 128, rounded up to a power of two";
    EXPECT_GE(plan.sequences, 64);
}

TEST(KvPlan, ManyPromptsOfTheirOwnHaveBuffersOfTheirOwn) {
    std::vector<std::vector<TokenId>> prompts;
    for (int i = 0; i < 16; ++i) prompts.push_back(prompt(1000, 10000 * i));
    std::vector<KvDemand> queue;
    for (const auto& own : prompts) queue.push_back({own, 128});
    const KvPlan plan = plan_kv(queue, {KvLayout::automatic, 100000, 64});
    EXPECT_FALSE(plan.unified);
    EXPECT_EQ(plan.cells, 2048);
    EXPECT_EQ(plan.sequences, 16);
}

TEST(KvPlan, TheLayoutMayBeGiven) {
    const std::vector<TokenId> shared = prompt(100, 0);
    const std::vector<KvDemand> queue(4, {shared, 10});
    EXPECT_FALSE(plan_kv(queue, {KvLayout::split, 100000, 64}).unified);
    EXPECT_TRUE(plan_kv(queue, {KvLayout::unified, 100000, 64}).unified);
}

TEST(KvPlan, NeverExceedsTheLimit) {
    const std::vector<TokenId> shared = prompt(3000, 0);
    const std::vector<KvDemand> queue(100, {shared, 1000});
    for (const KvLayout layout : {KvLayout::unified, KvLayout::split}) {
        const KvPlan plan = plan_kv(queue, {layout, 10000, 64});
        EXPECT_LE(plan.total(), 10000);
        EXPECT_GE(plan.total(), 4000) << "at least one sequence fits";
        EXPECT_GE(plan.sequences, 1);
    }
}

TEST(KvPlan, OneCallAloneIsUnified) {
    const std::vector<TokenId> own = prompt(500, 0);
    const std::vector<KvDemand> queue{{own, 100}};
    EXPECT_TRUE(plan_kv(queue, {KvLayout::automatic, 10000, 8}).unified);
}

}  // namespace
}  // namespace retort::llama

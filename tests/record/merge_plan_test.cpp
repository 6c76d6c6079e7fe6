#include "record/merge_plan.h"

#include <gtest/gtest.h>

namespace retort::test {
namespace {

TEST(MergePlan, KeepsOfSeveralAsFarTheFirst) {
    MergePlan plan;
    const MergePlan::Key key{1, {"p", 0}};
    plan.add(key, {0, 2, 0, 0, true});
    plan.add(key, {1, 2, 0, 0, true});
    EXPECT_EQ(plan.kept(key), 0U);
    plan.add(key, {2, 2, 0, 1, true});
    EXPECT_EQ(plan.kept(key), 2U);
    plan.add(key, {3, 3, 0, 0, true});
    EXPECT_EQ(plan.kept(key), 3U);
    EXPECT_EQ(plan.stories().at(key).size(), 4U);
    EXPECT_EQ(plan.samples(), 1);
}

TEST(MergePlan, CountsNoSamplesThatOnlyHaveEvents) {
    MergePlan plan;
    plan.add({1, {"p", -1}}, {0, 0, 0, 0, false});
    plan.add({1, {"", 0}}, {0, 0, 0, 0, false});
    EXPECT_EQ(plan.samples(), 0);
}

}  // namespace
}  // namespace retort::test

#include "operator/harness.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& text) {
    const auto parsed = parse_operator(text, {});
    return parsed ? "" : parsed.error().message;
}

TEST(ParseOperator, NamesThePositionOfWhatItDoesNotUnderstand) {
    EXPECT_THAT(error_of("pdr:8,x"), HasSubstr("at position 7: expected a whole number from 1 to 100000, found \"x\""));
    EXPECT_THAT(error_of("pdr"), HasSubstr("at position 4: expected widths of rounds"));
    EXPECT_THAT(error_of("pdr:"), HasSubstr("at position 5"));
    EXPECT_THAT(error_of("pdr:8,,4"), HasSubstr("at position 7"));
    EXPECT_THAT(error_of("vote:3,4"), HasSubstr("at position 8"));
    EXPECT_THAT(error_of("vote:3,part"), HasSubstr("at position 8"));
    EXPECT_THAT(error_of("vote:parts"), HasSubstr("one number of drafts, as in vote:16 or vote:16,parts"));
    EXPECT_THAT(error_of("sr:0"), HasSubstr("at position 4"));
    EXPECT_THAT(error_of("rsa:4,2"), HasSubstr("three numbers"));
    EXPECT_THAT(error_of("cot:3"), HasSubstr("nothing after \"cot\""));
    EXPECT_THAT(error_of("sr:3,analyses"), HasSubstr("at position 6"));
    EXPECT_THAT(error_of("best"), HasSubstr("at position 5: expected one number of drafts"));
    EXPECT_THAT(error_of("tournament:4,2"), HasSubstr("three numbers"));
    EXPECT_THAT(error_of("tournament:4,1,2"), HasSubstr("at position 14: expected groups of 2 to 1000 drafts"));
    EXPECT_THAT(error_of("tournament:4,2,1001"), HasSubstr("at position 16: expected 1 to 1000 votes"));
    EXPECT_THAT(error_of("pdr:99999999999"), HasSubstr("at position 5"));
}

TEST(ParseOperator, SuggestsTheNearestMethod) {
    EXPECT_THAT(error_of("prd:8,4"), HasSubstr("did you mean \"pdr\"?"));
    EXPECT_THAT(error_of(""), HasSubstr("at position 1"));
}

TEST(ParseOperator, TakesSpacesAroundNumbers) {
    EXPECT_TRUE(parse_operator("pdr:8, 4", {}));
}

TEST(ParseOperator, KnowsWhichOptionsAnOperatorDoesNotUse) {
    const auto unused = [](const std::string& text) { return unused_options(parse_operator(text, {}).value()); };
    EXPECT_THAT(unused("cot"), testing::ElementsAre("distiller", "k", "workspace"));
    EXPECT_THAT(unused("pdr:8,4"), testing::ElementsAre("k"));
    StepDefaults by_parts;
    by_parts.distiller = DistillerKind::parts;
    EXPECT_THAT(unused_options(parse_operator("pdr:8", by_parts).value()), testing::IsEmpty());
    EXPECT_THAT(unused("vote:3,parts"), testing::ElementsAre("distiller", "k", "workspace"));
    EXPECT_THAT(unused("rsa:4,2,2"), testing::ElementsAre("distiller", "k"));
    EXPECT_THAT(unused("pacore:4"), testing::ElementsAre("distiller", "k"));
    EXPECT_THAT(unused("vote:3"), testing::ElementsAre("distiller", "k", "workspace"));
}

}  // namespace
}  // namespace retort::test

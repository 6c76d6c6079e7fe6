#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "verify/kinds/support.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

// b stands on c, a and d on the table; c is to stand on b.
const std::string kProblem = R"((define (problem turn) (:domain blocks) (:objects a b c d)
  (:init (handempty) (ontable a) (on b c) (ontable c) (ontable d) (clear a) (clear b) (clear d))
  (:goal (and (on c b)))))";

std::string line(const std::string& pddl, nlohmann::json more = nlohmann::json::object()) {
    more["kind"] = "blocksworld";
    more["pddl"] = pddl;
    return more.dump();
}

const std::string kPlan = "(unstack b c) (put-down b) (pick-up c) (stack c b)";

TEST(Blocksworld, FindsThePlanInItsUsualSpellings) {
    const auto verifier = verifier_of(line(kProblem));
    for (const std::string& solution : std::vector<std::string>{
             kPlan,
             std::string("(unstack b c)\n(put-down b)\n(pick-up c)\n(stack c b)"),
             std::string("(UNSTACK B C) (PUTDOWN B) (PICK_UP C) (STACK C B)"),
             std::string("unstack(b, c), put-down(b), pick-up(c), stack(c, b)"),
             std::string(
                 "1. Unstack the blue block from on top of the orange block\n2. Put down the blue block\n3. Pick up "
                 "the orange block\n4. Stack the orange block on top of the blue block"),
             std::string(
                 "1. Unstack b from c.\n   Now the hand holds b.\n2. Put down b.\n3. Pick up c.\n4. Stack c on b."),
             std::string("\\boxed{" + kPlan + "}"),
             std::string("<answer>" + kPlan + "</answer>"),
             std::string(
                 "[PLAN]\nunstack the blue block from on top of the orange block\nput down the blue block\npick up "
                 "the orange block\nstack the orange block on top of the blue block\n[PLAN END]\nstack a on d"),
             std::string(
                 "Let me try: pick up a, stack a on d. That does not help.\n\nThe plan:\n- unstack block b from "
                 "block c\n- put block b on the table\n- pick block c up\n- place block c on top of block b"),
             std::string("First (pick-up a) (stack a d), no.\n```\n" + kPlan + "\n```"),
             std::string(
                 "Step 1: unstack b from c\nStep 2: put down b\nStep 3: pick up c\nStep 4: stack c onto b\n\nThis "
                 "solution reaches the goal: c is on b."),
         }) {
        EXPECT_EQ(verifier->extract(solution), kPlan) << solution;
        EXPECT_EQ(verdict_on(*verifier, solution), Verdict::equal) << solution;
    }
}

TEST(Blocksworld, FindsNoPlanWhereThereIsNone) {
    const auto verifier = verifier_of(line(kProblem));
    for (const std::string& solution : std::vector<std::string>{
             "", "I cannot.", "You may pick up a block and stack a block on another block.", "(on c b)"})
        EXPECT_EQ(verifier->extract(solution), std::nullopt) << solution;
}

TEST(Blocksworld, SaysWhichStepFails) {
    const auto verifier = verifier_of(line(kProblem));
    EXPECT_THAT(verifier->judge("(pick-up c)").reason, HasSubstr("step 1 (pick-up c): (clear c) does not hold"));
    EXPECT_THAT(verifier->judge("(unstack b c) (stack b c)").reason, HasSubstr("at the end (on c b) does not hold"));
    EXPECT_THAT(verifier->judge("(unstack b c) (pick-up c)").reason, HasSubstr("(handempty) does not hold"));
    EXPECT_THAT(verifier->judge("(unstack b c) (put-down b) (stack c)").reason, HasSubstr("expected 2 arguments"));
    EXPECT_THAT(verifier->judge("(unstack b c) (put-down z)").reason, HasSubstr("no object z"));
    EXPECT_THAT(verifier->judge("nothing").reason, HasSubstr("no step"));
}

TEST(Blocksworld, AnyPlanThatReachesTheGoalIsRight) {
    const auto verifier = verifier_of(line(kProblem, {{"answer", kPlan}}));
    EXPECT_EQ(verifier->judge("(unstack b c) (stack b a) (pick-up c) (stack c b)").verdict, Verdict::equal);
    EXPECT_TRUE(verifier->same(kPlan, "unstack b from c, put down b, pick up c, stack c on b"));
    EXPECT_FALSE(verifier->same(kPlan, "(unstack b c) (stack b a) (pick-up c) (stack c b)"));
}

TEST(Blocksworld, RunsADomainThatTheLineBrings) {
    const std::string domain = R"((define (domain lamps) ; with types and a negative precondition
      (:requirements :strips :typing :negative-preconditions :equality)
      (:action switch-on :parameters (?l - lamp) :precondition (not (lit ?l)) :effect (lit ?l))
      (:action swap :parameters (?a ?b - lamp) :precondition (and (lit ?a) (not (= ?a ?b)))
        :effect (and (not (lit ?a)) (lit ?b)))))";
    const std::string problem =
        "(define (problem p) (:objects x y - lamp) (:init ) (:goal (and (lit y) (not (lit x)))))";
    const auto verifier = verifier_of(line(problem, {{"domain", domain}}));
    EXPECT_EQ(verifier->judge("(switch-on y)").verdict, Verdict::equal);
    EXPECT_EQ(verdict_on(*verifier, "1. switch-on(x)\n2. swap(x, y)"), Verdict::equal);
    EXPECT_EQ(verifier->judge("(switch-on x) (swap x x)").verdict, Verdict::different);
    EXPECT_EQ(verifier->judge("(switch-on y) (switch-on y)").verdict, Verdict::different);
    EXPECT_THAT(make_verifier(line(problem, {{"domain", domain}})).problem, HasSubstr("switch-on"));
}

TEST(Blocksworld, MakesATextInWords) {
    const std::string text = make_verifier(line(kProblem)).problem;
    EXPECT_THAT(text,
                testing::AllOf(HasSubstr("b is on c"), HasSubstr("The goal: c is on b."), HasSubstr("(stack x y)")));
    EXPECT_EQ(make_verifier(line(kProblem, {{"problem", "Move them."}})).problem, "Move them.");
}

TEST(Blocksworld, NamesWhatIsWrongWithPddl) {
    EXPECT_THAT(make_verifier(R"({"kind":"blocksworld","problem":"x"})").error, HasSubstr("expected \"pddl\""));
    EXPECT_THAT(make_verifier(line("(define (problem p) (:init")).error, HasSubstr("something is missing"));
    EXPECT_THAT(make_verifier(line("(define (problem p))")).error, HasSubstr("(:goal ...)"));
    EXPECT_THAT(make_verifier(line("(define (problem p) (:init) (:goal (or (a) (b))))")).error, HasSubstr("STRIPS"));
    EXPECT_THAT(make_verifier(line(kProblem, {{"domain", "(define (domain d))"}})).error, HasSubstr("\"domain\""));
    EXPECT_NE(make_verifier(line(std::string(100000, '('))).error, "");
}

TEST(Blocksworld, HostileTextIsReadInTime) {
    const auto verifier = verifier_of(line(kProblem));
    for (const std::string& piece : std::vector<std::string>{"(", "stack ", "(stack ", "stack a b ", "put ", "put a ",
                                                             "\\", "1.\n", "- ", "the ", "pick up the "}) {
        std::string text;
        while (text.size() < (std::size_t{1} << 20)) text += piece;
        const double start = computing_seconds();
        const auto answer = verifier->extract(text);
        if (answer) (void)verifier->judge(*answer);
        EXPECT_LT(computing_seconds() - start, 3) << piece;
    }
}

}  // namespace
}  // namespace retort::test

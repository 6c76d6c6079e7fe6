// The simulated model: the same every time, within its limits, and as right as its parameters say.
#include "eval/sim_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "eval/generate/generate.h"
#include "model/scripted_model.h"
#include "operator/engine.h"
#include "verify/answer.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

std::vector<SimProblem> problems(int count) {
    std::vector<SimProblem> out;
    for (int i = 0; i < count; ++i)
        out.push_back({"p" + std::to_string(i), "Problem " + std::to_string(i), "42", {"41", "43", "84"}});
    return out;
}

std::shared_ptr<LanguageModel> model(const std::string& spec, int count = 1) {
    return make_sim_model(spec, problems(count)).value();
}

CompletionRequest request(std::uint32_t seed, const std::string& workspace = "", int problem = 0) {
    CompletionRequest out;
    out.place = {"p" + std::to_string(problem), 0, 1, 0, CallRole::draft, 0};
    out.prompt = std::make_shared<const std::vector<Message>>(
        std::vector<Message>{{"user", "Solve.\nProblem " + std::to_string(problem) + "\nNotes:\n" + workspace}});
    out.think = 100000;
    out.max_answer = 2048;
    out.seed = seed;
    return out;
}

Completion ask(LanguageModel& model, const CompletionRequest& asked, std::stop_token stop = {}) {
    asio::io_context loop;
    return run_to_end(loop, model.complete(asked, {}, stop));
}

// How often it is right, over so many seeds.
double frequency(LanguageModel& model, CompletionRequest asked, int times) {
    int right = 0;
    for (int i = 0; i < times; ++i) {
        asked.seed = static_cast<std::uint32_t>(i);
        right += extract_answer(ask(model, asked).text) == "42";
    }
    return static_cast<double>(right) / times;
}

// Four standard errors: a false alarm in 16,000, and the seeds are fixed besides.
double tolerance(double p, int times) {
    return 4 * std::sqrt(p * (1 - p) / times);
}

TEST(SimModel, SaysThatItIsSimulated) {
    EXPECT_EQ(model("sim:skill=0.5")->info().where, "simulated");
    EXPECT_EQ(model("sim:skill=0.5")->info().name, "sim:skill=0.5");
    EXPECT_TRUE(is_sim_model("sim:"));
    EXPECT_FALSE(is_sim_model("simple"));
}

TEST(SimModel, AnswersTheSameRequestTheSameWayInAnyOrder) {
    const auto one = model("sim:seed=3", 2);
    const auto two = model("sim:seed=3", 2);
    std::vector<std::string> forwards;
    std::vector<std::string> backwards;
    for (std::uint32_t i = 0; i < 20; ++i) forwards.push_back(ask(*one, request(i)).text);
    for (std::uint32_t i = 20; i-- > 0;) backwards.insert(backwards.begin(), ask(*two, request(i)).text);
    EXPECT_EQ(forwards, backwards);
    EXPECT_GT(std::set<std::string>(forwards.begin(), forwards.end()).size(), 5U);
    const auto other = model("sim:seed=4", 2);
    EXPECT_NE(ask(*other, request(1)).usage.reasoning, ask(*one, request(1)).usage.reasoning);
}

TEST(SimModel, ReportsItsUsageExactly) {
    const auto sim = model("sim:");
    for (std::uint32_t i = 0; i < 50; ++i) {
        const CompletionRequest asked = request(i);
        const Completion out = ask(*sim, asked);
        EXPECT_EQ(out.usage.in, count_words(prompt_text(asked.prompt)));
        EXPECT_EQ(out.usage.out, out.usage.reasoning + count_words(out.text));
        EXPECT_FALSE(out.usage.estimated);
    }
}

TEST(SimModel, ThinkingThatDoesNotFitIsCutAndThereIsNoSolution) {
    const auto sim = model("sim:think=1000,think_sd=0,spread=0");
    CompletionRequest asked = request(1);
    asked.think = 999;
    const Completion cut = ask(*sim, asked);
    EXPECT_EQ(cut.finish, Finish::length);
    EXPECT_TRUE(cut.thinking_cut);
    EXPECT_EQ(cut.text, "");
    EXPECT_EQ(cut.usage.out, 999);
    asked.think = 1000;
    const Completion whole = ask(*sim, asked);
    EXPECT_EQ(whole.finish, Finish::stop);
    EXPECT_EQ(whole.usage.reasoning, 1000);
}

TEST(SimModel, ASolutionThatDoesNotFitIsCutBeforeItsAnswer) {
    const auto sim = model("sim:answer=100,answer_sd=0");
    CompletionRequest asked = request(1);
    asked.max_answer = 99;
    const Completion cut = ask(*sim, asked);
    EXPECT_EQ(cut.finish, Finish::length);
    EXPECT_EQ(count_words(cut.text), 99);
    EXPECT_EQ(extract_answer(cut.text), std::nullopt);
    asked.max_answer = 100;
    EXPECT_EQ(count_words(ask(*sim, asked).text), 100);
}

TEST(SimModel, AbstainsWithASolutionThatHasNoAnswer) {
    const auto sim = model("sim:abstain=1");
    for (std::uint32_t i = 0; i < 50; ++i) {
        const Completion out = ask(*sim, request(i));
        EXPECT_EQ(out.finish, Finish::stop);
        EXPECT_EQ(extract_answer(out.text), std::nullopt) << out.text;
    }
}

TEST(SimModel, DoesNotThinkWhereNoThinkingIsAllowed) {
    CompletionRequest asked = request(1);
    asked.think = 0;
    const Completion out = ask(*model("sim:"), asked);
    EXPECT_EQ(out.reasoning, "");
    EXPECT_EQ(out.usage.reasoning, 0);
}

TEST(SimModel, IsAsOftenRightAsTheTruthSays) {
    constexpr int kTimes = 2000;
    for (const std::string spec : {"sim:", "sim:skill=0.3,abstain=0.2", "sim:skill=0.8,think=6000"}) {
        const SimParameters p = parse_sim_parameters(spec).value();
        const auto sim = model(spec);
        for (const std::int64_t think : {0, 2000, 8192}) {
            CompletionRequest asked = request(0);
            asked.think = think;
            const double truth = sim_accuracy(p, sim_difficulty(p, "p0"), {think, asked.max_answer});
            EXPECT_NEAR(frequency(*sim, asked, kTimes), truth, tolerance(truth, kTimes)) << spec << " " << think;
        }
    }
}

TEST(SimModel, OverManyProblemsIsAsOftenRightAsTheIntegralSays) {
    constexpr int kProblems = 4000;
    const auto sim = model("sim:spread=1.5", kProblems);
    int right = 0;
    for (int i = 0; i < kProblems; ++i) {
        CompletionRequest asked = request(static_cast<std::uint32_t>(i), "", i);
        asked.think = 4096;
        right += extract_answer(ask(*sim, asked).text) == "42";
    }
    const double truth = sim_cot_accuracy(parse_sim_parameters("sim:spread=1.5").value(), {4096, 2048});
    EXPECT_NEAR(static_cast<double>(right) / kProblems, truth, tolerance(truth, kProblems));
}

TEST(SimModel, ARightWorkspaceHelpsAndAWrongOneHurtsByWhatTheParametersSay) {
    constexpr int kTimes = 2000;
    const SimParameters p;
    const auto sim = model("sim:");
    const double d = sim_difficulty(p, "p0");
    const std::string right = "Candidate 1:\nSo \\boxed{42}.\n\nCandidate 2:\nSo \\boxed{42}.";
    const std::string mixed = "Candidate 1:\nSo \\boxed{42}.\n\nCandidate 2:\nSo \\boxed{41}.";
    const std::string wrong = "Candidate 1:\nSo \\boxed{43}.\n\nCandidate 2:\nSo \\boxed{41}.";
    const SimLimits limits{100000, 2048};
    const auto near = [&](const std::string& workspace, SimShares shares) {
        const double truth = sim_accuracy(p, d, limits, shares);
        EXPECT_NEAR(frequency(*sim, request(0, workspace), kTimes), truth, tolerance(truth, kTimes)) << workspace;
    };
    near(right, {1, 0});
    near(mixed, {0.5, 0.5});
    near(wrong, {0, 1});
}

TEST(SimModel, CopiesAWrongAnswerThatItReads) {
    const auto sim = model("sim:skill=0.001,copy=1,abstain=0");
    int copied = 0;
    for (std::uint32_t i = 0; i < 100; ++i)
        copied += extract_answer(ask(*sim, request(i, "Candidate 1:\n\\boxed{12345}")).text) == "12345";
    EXPECT_GE(copied, 95);
}

TEST(SimModel, SelectsAndJudgesWithTheAcuityItHas) {
    const std::string attempts = "Candidate 1:\n\\boxed{41}\n\nCandidate 2:\n\\boxed{42}\n\nCandidate 3:\nnothing.";
    const auto picked = [&](const std::string& spec, CallRole role) {
        const auto sim = model(spec);
        int right = 0;
        for (std::uint32_t i = 0; i < 1000; ++i) {
            CompletionRequest asked = request(i, attempts);
            asked.place.role = role;
            right += ask(*sim, asked).text == "SELECT: 2";
        }
        return right / 1000.0;
    };
    EXPECT_GT(picked("sim:acuity=8", CallRole::select), 0.99);
    EXPECT_NEAR(picked("sim:acuity=1", CallRole::judge), 0.5 * std::erfc(-0.5), 0.06);  // Phi(1 / sqrt 2)
    EXPECT_NEAR(picked("sim:acuity=0", CallRole::judge), 0.5, 0.06);
    EXPECT_EQ(picked("sim:unreadable=1", CallRole::judge), 0);
}

TEST(SimModel, ScoresRightCandidatesHigher) {
    const auto sim = model("sim:acuity=2");
    const auto mean = [&](const std::string& answer) {
        double sum = 0;
        for (std::uint32_t i = 0; i < 300; ++i) {
            CompletionRequest asked = request(i, "Candidate 1:\n\\boxed{" + answer + "}");
            asked.place.role = CallRole::judge;
            sum += std::stod(ask(*sim, asked).text.substr(7));
        }
        return sum / 300;
    };
    EXPECT_NEAR(mean("42") - mean("41"), 40, 6);
}

TEST(SimModel, SummariesHaveTheFaultsOfTheParameters) {
    const auto text = [](const std::string& spec) {
        CompletionRequest asked = request(1, "Candidate 1:\n\\boxed{42}\n\nCandidate 2:\n\\boxed{41}");
        asked.place.role = CallRole::summary;
        return ask(*model(spec), asked).text;
    };
    EXPECT_THAT(text("sim:lose=0,invent=0"), testing::AllOf(HasSubstr("\\boxed{42}"), HasSubstr("\\boxed{41}")));
    EXPECT_THAT(text("sim:lose=1,invent=0"), testing::Not(HasSubstr("\\boxed{42}")));
    EXPECT_THAT(text("sim:lose=0,invent=1"), HasSubstr("\\boxed{43}"));
}

TEST(SimModel, FailsAsOftenAsAsked) {
    EXPECT_EQ(ask(*model("sim:fail=1"), request(1)).finish, Finish::error);
    const Completion unknown = ask(*model("sim:"), request(1, "", 7));
    ASSERT_TRUE(unknown.error);
    EXPECT_THAT(unknown.error->message, HasSubstr("no problem with the id p7"));
}

TEST(SimModel, TakesTheTimeThatIsAskedAndCanBeStopped) {
    std::chrono::nanoseconds slept{};
    const auto noted = [&](std::chrono::nanoseconds time, std::stop_token stop) {
        slept = time;
        return sleep_for(std::chrono::nanoseconds(0), std::move(stop));
    };
    const auto sim = make_sim_model("sim:latency_ms=250", problems(1), noted).value();
    EXPECT_EQ(ask(*sim, request(1)).finish, Finish::stop);
    EXPECT_EQ(slept, std::chrono::milliseconds(250));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(ask(*sim, request(1), stop.get_token()).finish, Finish::cancelled);
    EXPECT_EQ(ask(*model("sim:"), request(1), stop.get_token()).finish, Finish::cancelled);
}

TEST(SimModel, GoesThroughTheEngineWithEveryMethod) {
    const auto sim = model("sim:unreadable=0.2,skill=0.5");
    for (const std::string method : {"cot", "sr:3", "sr:3,analysis", "pdr:4,2", "vote:5", "best:5", "rsa:4,2,2",
                                     "pacore:4,2", "tournament:5,2,3"}) {
        EngineDependencies deps;
        deps.models.by_name = {{"sim", sim.get()}};
        deps.models.main = "sim";
        deps.prompts = &compiled_prompt_sets().front();
        RunSettings settings;
        asio::io_context loop;
        const auto policy = std::make_shared<FixedSchedule>(parse_operator(method, {}).value());
        const RunResult result = run_to_end(loop, run_operator({"p0", "Problem 0", "42"}, policy, settings, deps, {}));
        EXPECT_FALSE(result.error) << method << ": " << result.error->message;
        EXPECT_TRUE(result.answer) << method;
    }
}

TEST(SimProblems, HaveTheReferenceAndWrongAnswersThatAreJudgedSo) {
    const Suite suite = parse_suite("s", R"({"id":"a","problem":"1+1","answer":"2"}
{"id":"b","problem":"choose","answer":"C"}
{"id":"c","problem":"half","answer":"\\frac{1}{2}"})")
                            .value();
    const auto made = sim_problems(suite);
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_EQ(made->size(), 3U);
    for (std::size_t i = 0; i < made->size(); ++i) {
        const Verifier& verifier = *suite.problems[i].problem.verifier;
        EXPECT_EQ(verifier.judge((*made)[i].right).verdict, Verdict::equal);
        EXPECT_GE((*made)[i].wrong.size(), 3U);
        for (const std::string& wrong : (*made)[i].wrong)
            EXPECT_EQ(verifier.judge(wrong).verdict, Verdict::different) << wrong;
    }
}

TEST(SimProblems, AreMadeOfSuitesOfOtherKindsToo) {
    for (const std::string kind : {"countdown", "countdown-parts", "game24", "sudoku", "arithmetic"}) {
        GenerateRequest request;
        request.kind = kind;
        request.count = 3;
        std::string lines;
        const auto generated = generate_suite(request);
        ASSERT_TRUE(generated) << generated.error().message;
        for (const std::string& line : *generated) lines += line + "\n";
        const Suite suite = parse_suite(kind, lines).value();
        const auto made = sim_problems(suite);
        ASSERT_TRUE(made) << made.error().message;
        for (const SimProblem& one : *made) EXPECT_GE(one.wrong.size(), 2U) << kind;
    }
}

TEST(SimProblems, WithoutAReferenceAreAnError) {
    const auto made = sim_problems(parse_suite("s", R"({"id":"a","problem":"1+1"})").value());
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr("problem a"));
}

}  // namespace
}  // namespace retort::test

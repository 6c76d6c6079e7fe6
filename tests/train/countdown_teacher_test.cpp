#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "distill/selection.h"
#include "eval/generate/generate.h"
#include "operator/score.h"
#include "train/tasks_support.h"
#include "verify/kind.h"

namespace retort::test {
namespace {

using testing::AnyOf;
using testing::EndsWith;
using testing::Eq;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using train::Example;

const ExamplesByKind& examples() {
    static const ExamplesByKind all = examples_of(countdown_teacher());
    return all;
}

template <class Visit>
void each_example(Visit visit) {
    for (const auto& [kind, all] : examples())
        for (const Example& example : all) visit(example);
}

// The problem that an example's prompt asks, by the numbers in its text.
struct Asked {
    std::vector<int> numbers;
    int target = 0;
    std::string text;
};

Asked asked(const Example& example) {
    const std::string& content = example.prompt.at(0).content;
    Asked out;
    out.text = content.substr(0, content.find("\n\n"));
    const std::vector<int> found = numbers_in(out.text);
    out.target = found.front();
    out.numbers.assign(found.begin() + 1, found.end());
    return out;
}

KindResult kind_of(const Asked& problem) {
    const nlohmann::json line{
        {"id", "x"}, {"kind", "countdown"}, {"numbers", problem.numbers}, {"target", problem.target}};
    return make_verifier(line.dump());
}

bool is_drill_of_values(const Example& example) {
    return example.kind == "drill-target";
}

// Calls that judge candidates and answer no problem, whole and cut off.
bool is_judging(const Example& example) {
    static const std::set<std::string> kinds{"summary", "select", "compare", "judge", "analysis"};
    return kinds.contains(example.kind.substr(0, example.kind.find("-cut")));
}

TEST(CountdownTeacher, TheTaskIsFoundByItsName) {
    ASSERT_TRUE(train::make_teacher("countdown"));
    EXPECT_THAT(train::make_teacher("chess").error().message, HasSubstr("expected countdown"));
}

TEST(CountdownTeacher, EveryKindOfExampleComes) {
    for (const std::string kind : {"draft", "draft-cut", "refine", "refine-cut", "drill-target", "drill-answer"})
        EXPECT_GE(examples().at(kind).size(), 30U) << kind;
    for (const std::string kind : {"summary", "summary-cut", "select", "select-cut", "compare", "judge", "analysis",
                                   "revise", "refine-notes-cut"})
        EXPECT_GE(examples().at(kind).size(), 3U) << kind;
}

TEST(CountdownTeacher, AsksInTheWordsOfGeneratedProblems) {
    each_example([](const Example& example) {
        if (example.prompt.empty()) return;
        const Asked problem = asked(example);
        EXPECT_EQ(problem.text, kind_of(problem).problem);
    });
}

TEST(CountdownTeacher, EveryAnswerIsRight) {
    each_example([](const Example& example) {
        if (is_drill_of_values(example) || is_judging(example) || answer_of(example).empty()) return;
        const KindResult kind = kind_of(asked(example));
        const auto answer = kind.verifier->extract(answer_of(example));
        ASSERT_TRUE(answer) << answer_of(example);
        EXPECT_EQ(kind.verifier->judge(*answer).verdict, Verdict::equal) << written(example);
    });
}

TEST(CountdownTeacher, WhatIsCutOffBeforeItHasFoundAnythingAnswersNothing) {
    int silent = 0;
    for (const Example& example : examples().at("draft-cut")) {
        ASSERT_GE(example.completion.size(), 2U);
        const train::Span& forced = example.completion[1];
        EXPECT_EQ(forced.text, kForced);
        EXPECT_FALSE(forced.learn);
        EXPECT_TRUE(example.ends);
        const bool found = reasoning_of(example).find('!') != std::string::npos;
        EXPECT_EQ(answer_of(example).empty(), !found);
        silent += !found;
    }
    EXPECT_GT(silent, 100);
}

TEST(CountdownTeacher, WhatIsNotCutOffEndsItsReasoningByItself) {
    for (const std::string kind : {"draft", "refine", "drill-answer"})
        for (const Example& example : examples().at(kind)) {
            EXPECT_THAT(written(example), Not(HasSubstr("\n</think>")));
            EXPECT_THAT(reasoning_of(example), AnyOf(EndsWith(" !"), EndsWith(" ok")));
        }
}

TEST(CountdownTeacher, CutsFallAnywhere) {
    const Tokenizer tokenizer(countdown_teacher());
    std::set<std::size_t> lengths;
    for (const Example& example : examples().at("draft-cut"))
        lengths.insert(tokenizer.tokens(reasoning_of(example)).size() % 16);
    EXPECT_EQ(lengths.size(), 16U);
}

std::vector<std::string> candidates_of(const Example& example) {
    const std::string& content = example.prompt.at(0).content;
    std::vector<std::string> out;
    for (std::size_t number = 1;; ++number) {
        const std::string head = fmt::format("\n\nCandidate {}:\n", number);
        const std::size_t at = content.find(head);
        if (at == std::string::npos) return out;
        const std::size_t from = at + head.size();
        out.push_back(content.substr(from, content.find("\n\n", from) - from));
    }
}

std::optional<int> computed(const std::string& left, const std::string& operation, const std::string& right) {
    const int a = std::stoi(left), b = std::stoi(right);
    const int result = operation == "+"   ? a + b
                       : operation == "-" ? a - b
                       : operation == "*" ? a * b
                       : a % b            ? 0
                                          : a / b;
    if (result < 1 || result > 99) return std::nullopt;
    return result;
}

// "# 15 - 14 = 1 ... ok" from `at` on: right in itself, and of this candidate. Returns where it ends, or nothing where
// the check was cut off.
std::optional<std::size_t> check_one(const std::vector<std::string>& words, std::size_t at, int target) {
    std::string last;
    for (;; at += 5) {
        if (at < words.size() && (words[at] == "ok" || words[at] == "bad")) {
            EXPECT_EQ(words[at] == "ok", last == std::to_string(target));
            return at + 1;
        }
        if (at + 4 >= words.size()) return std::nullopt;
        EXPECT_EQ(words[at + 3], "=");
        const auto result = computed(words[at], words[at + 1], words[at + 2]);
        if (words[at + 4] == "bad") {
            EXPECT_FALSE(result);
            return at + 5;
        }
        EXPECT_TRUE(result);
        last = words[at + 4];
        EXPECT_EQ(last, std::to_string(result.value_or(0)));
    }
}

TEST(CountdownTeacher, ChecksAreRightAndStopAtTheFirstThatHolds) {
    for (const std::string kind : {"refine", "refine-cut"})
        for (const Example& example : examples().at(kind)) {
            const auto words = split_at_blanks(reasoning_of(example));
            const auto candidates = candidates_of(example);
            const Asked problem = asked(example);
            std::optional<std::size_t> at = 0;
            std::size_t checked = 0;
            while (at && checked < candidates.size() && (checked == 0 || words[*at - 1] == "bad")) {
                ASSERT_EQ(words.at(*at), "#" + std::to_string(++checked));
                at = check_one(words, *at + 1, problem.target);
            }
            const bool searched = at && words[*at - 1] == "bad";
            EXPECT_EQ(searched, at && checked == candidates.size() && words[*at - 1] == "bad");
            const auto spelt = [&](const std::string& text) { return kind_of(problem).verifier->extract(text); };
            if (!searched) EXPECT_EQ(spelt(answer_of(example)), spelt(candidates[checked - 1])) << written(example);
        }
}

// Whether each candidate is right.
std::vector<bool> verdicts_of(const Example& example) {
    const KindResult kind = kind_of(asked(example));
    std::vector<bool> out;
    for (const std::string& candidate : candidates_of(example)) {
        const auto answer = kind.verifier->extract(candidate.substr(0, candidate.find("\n\n")));
        out.push_back(answer && kind.verifier->judge(*answer).verdict == Verdict::equal);
    }
    return out;
}

std::optional<std::size_t> first_right(const std::vector<bool>& verdicts) {
    const auto at = std::find(verdicts.begin(), verdicts.end(), true);
    if (at == verdicts.end()) return std::nullopt;
    return static_cast<std::size_t>(at - verdicts.begin());
}

TEST(CountdownTeacher, SelectionsNameTheFirstThatHoldsInAFormThatTheEngineReads) {
    for (const std::string kind : {"select", "compare"})
        for (const Example& example : examples().at(kind)) {
            const auto verdicts = verdicts_of(example);
            const auto chosen = parse_selection(answer_of(example), 1, static_cast<int>(verdicts.size()));
            ASSERT_TRUE(chosen) << answer_of(example);
            EXPECT_EQ(static_cast<std::size_t>(chosen->front()), first_right(verdicts).value_or(0));
        }
}

TEST(CountdownTeacher, ScoresAndAnalysesAreTrue) {
    for (const Example& example : examples().at("judge"))
        EXPECT_EQ(parse_score(answer_of(example)), verdicts_of(example).front() ? 100 : 0);
    for (const Example& example : examples().at("judge-cut")) EXPECT_EQ(parse_score(answer_of(example)), 50);
    for (const Example& example : examples().at("analysis"))
        EXPECT_EQ(answer_of(example), verdicts_of(example).front() ? "ok" : "bad");
}

TEST(CountdownTeacher, NotesHoldWhatIsRightOrThatNothingIs) {
    for (const Example& example : examples().at("summary")) {
        const auto right = first_right(verdicts_of(example));
        EXPECT_EQ(answer_of(example), right ? candidates_of(example)[*right] : "none");
    }
}

TEST(CountdownTeacher, AChecksVerdictIsThatOfTheVerifier) {
    for (const Example& example : examples().at("refine")) {
        const KindResult kind = kind_of(asked(example));
        const auto words = split_at_blanks(reasoning_of(example));
        const auto bad = static_cast<std::size_t>(std::count(words.begin(), words.end(), "bad"));
        const auto candidates = candidates_of(example);
        for (std::size_t i = 0; i < bad; ++i) {
            const auto answer = kind.verifier->extract(candidates[i]);
            EXPECT_TRUE(!answer || kind.verifier->judge(*answer).verdict == Verdict::different) << candidates[i];
        }
    }
}

TEST(CountdownTeacher, RightCandidatesStandAtAnyPlaceAndTheirNumberVaries) {
    std::set<std::size_t> first_right, many;
    for (const Example& example : examples().at("refine")) {
        many.insert(candidates_of(example).size());
        const auto words = split_at_blanks(reasoning_of(example));
        if (words.back() == "ok") first_right.insert(std::count(words.begin(), words.end(), "bad"));
    }
    for (std::size_t i = 1; i <= 8; ++i) EXPECT_TRUE(many.contains(i) && first_right.contains(i - 1)) << i;
}

TEST(CountdownTeacher, TheDrillOfValuesIsRightAndHalfOfItIsEqual) {
    int equal = 0, all = 0;
    for (const Example& example : examples().at("drill-target")) {
        EXPECT_FALSE(example.ends);
        ASSERT_EQ(example.completion.size(), 50U);
        for (std::size_t i = 0; i < 50; i += 2) {
            const auto words = split_at_blanks(example.completion[i].text);
            const std::string verdict = example.completion[i + 1].text;
            EXPECT_FALSE(example.completion[i].learn);
            EXPECT_TRUE(example.completion[i + 1].learn);
            int target = 0;
            if (example.prompt.empty()) {
                const auto at = example.completion[i].text.find("equals ");
                target = std::stoi(example.completion[i].text.substr(at + 7));
            } else {
                target = asked(example).target;
            }
            const bool same = words.back() == std::to_string(target);
            EXPECT_EQ(same, verdict == " !" || verdict == " ok");
            equal += same;
            ++all;
        }
    }
    EXPECT_NEAR(static_cast<double>(equal) / all, 0.5, 0.03);
}

TEST(CountdownTeacher, OfASolvedSearchOnlyTheAnswerIsLearnt) {
    for (const Example& example : examples().at("drill-answer")) {
        ASSERT_EQ(example.completion.size(), 2U);
        EXPECT_FALSE(example.completion[0].learn);
        EXPECT_THAT(example.completion[0].text, EndsWith(" !"));
        EXPECT_THAT(example.completion[1].text, StartsWith("</think>"));
    }
}

TEST(CountdownTeacher, EveryTextIsMadeOfItsWords) {
    const Tokenizer tokenizer(countdown_teacher());
    std::size_t longest = 0;
    each_example([&](const Example& example) {
        const auto prompt = tokenizer.tokens(rendered(example.prompt));
        const auto completion = tokenizer.tokens(written(example));
        EXPECT_THAT(prompt, Not(testing::Contains("?"))) << rendered(example.prompt);
        EXPECT_THAT(completion, Not(testing::Contains("?"))) << written(example);
        longest = std::max(longest, prompt.size() + completion.size() + 1);
    });
    EXPECT_LE(longest, 1024U);
    RecordProperty("longest", std::to_string(longest));
}

// Spans are tokenised one by one or as one text: it makes no difference.
TEST(CountdownTeacher, NoWordReachesFromOneSpanIntoTheNext) {
    const Tokenizer tokenizer(countdown_teacher());
    each_example([&](const Example& example) {
        std::vector<std::string> apart;
        for (const train::Span& span : example.completion)
            for (std::string& token : tokenizer.tokens(span.text)) apart.push_back(std::move(token));
        EXPECT_EQ(apart, tokenizer.tokens(written(example)));
    });
}

TEST(CountdownTeacher, APromptTakesNineTokensAndACandidateAboutEleven) {
    const Tokenizer tokenizer(countdown_teacher());
    for (const Example& example : examples().at("draft"))
        EXPECT_EQ(tokenizer.tokens(rendered(example.prompt)).size(), 9U);
    for (const Example& example : examples().at("refine")) {
        if (candidates_of(example).front().find(' ') != std::string::npos) continue;  // spelt as a conclusion
        const std::size_t prompt = tokenizer.tokens(rendered(example.prompt)).size();
        EXPECT_LE(prompt, 10 + 12 * candidates_of(example).size());
    }
}

// llama.cpp's tokenizer of this kind never returns from a text that begins like a word and then differs, unless the
// first byte is a word by itself.
TEST(CountdownTeacher, TheFirstByteOfEveryWordIsAWord) {
    const auto words = countdown_teacher().words();
    const std::set<std::string> all(words.begin(), words.end());
    EXPECT_EQ(all.size(), words.size());
    EXPECT_TRUE(all.contains("<"));
    for (const std::string& word : words) EXPECT_TRUE(all.contains(word.substr(0, 1))) << word;
    EXPECT_LE(words.size(), 400U);
}

TEST(CountdownTeacher, ValuesAreThoseOfWords) {
    const auto words = countdown_teacher().words();
    const std::set<std::string> all(words.begin(), words.end());
    const auto numbers = countdown_teacher().numbers();
    for (const auto& [word, value] : numbers) EXPECT_TRUE(all.contains(word)) << word;
    EXPECT_EQ(numbers.at(" 15"), 15);
    EXPECT_EQ(numbers.at("15"), 15);
    EXPECT_EQ(numbers.at(" 15,"), 15);
    EXPECT_EQ(numbers.at(" 15 and"), 15);
    EXPECT_EQ(numbers.at("Write an arithmetic expression that equals 44. It must use each of the numbers"), 44);
}

TEST(CountdownTeacher, TheSameSeedAndIndexGiveTheSameExample) {
    const auto text = [](std::uint64_t seed, std::uint64_t index) {
        const Example one = countdown_teacher().example(seed, index, 0.5);
        return rendered(one.prompt) + written(one);
    };
    std::set<std::string> distinct;
    for (std::uint64_t i = 0; i < 50; ++i) {
        EXPECT_EQ(text(1, i), text(1, i));
        distinct.insert(text(1, i));
        distinct.insert(text(2, i));
    }
    EXPECT_EQ(distinct.size(), 100U);
}

TEST(CountdownTeacher, NoProblemOfTheTestSplitIsTaught) {
    std::set<std::pair<std::vector<int>, int>> test;
    for (const std::string& line : generate_suite({"countdown", 3000, 5, Split::test, {}}).value()) {
        const auto json = nlohmann::json::parse(line);
        auto numbers = json["numbers"].get<std::vector<int>>();
        std::sort(numbers.begin(), numbers.end());
        test.insert({numbers, json["target"].get<int>()});
    }
    each_example([&](const Example& example) {
        if (example.prompt.empty()) return;
        Asked problem = asked(example);
        std::sort(problem.numbers.begin(), problem.numbers.end());
        EXPECT_FALSE(test.contains({problem.numbers, problem.target}));
    });
}

TEST(CountdownTeacher, ItsPromptSetIsTheCompiledOne) {
    const PromptSet& set = countdown_teacher().prompts();
    EXPECT_EQ(set.name, "countdown");
    EXPECT_EQ(set.default_operator, "pdr:16");
    EXPECT_EQ(set.defaults.distiller, DistillerKind::random);
    EXPECT_EQ(set.defaults.k, 4);
}

}  // namespace
}  // namespace retort::test

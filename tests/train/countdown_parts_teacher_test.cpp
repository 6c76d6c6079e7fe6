#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "distill/parts.h"
#include "eval/generate/generate.h"
#include "eval/generate/hits.h"
#include "model/scripted_model.h"
#include "train/tasks_support.h"
#include "verify/kind.h"

namespace retort::test {
namespace {

using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using train::Example;

const train::Teacher& teacher() {
    static const auto made = std::move(train::make_teacher("countdown-parts")).value();
    return *made;
}

const ExamplesByKind& examples() {
    static const ExamplesByKind all = examples_of(teacher());
    return all;
}

template <class Visit>
void each_example(Visit visit) {
    for (const auto& [kind, all] : examples())
        for (const Example& example : all) visit(example);
}

struct Part {
    std::vector<int> numbers;
    int target = 0;
};

// What an example's prompt asks.
std::vector<Part> asked(const Example& example) {
    std::vector<Part> out;
    std::istringstream lines(example.prompt.at(0).content);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("Part ")) continue;
        const std::vector<int> numbers = numbers_in(line);
        out.push_back({{numbers.begin() + 1, numbers.end()}, numbers.front()});
    }
    return out;
}

KindResult kind_of(const std::vector<Part>& parts) {
    nlohmann::json line{{"id", "x"}, {"kind", "countdown-parts"}, {"parts", nlohmann::json::array()}};
    for (const Part& part : parts) line["parts"].push_back({{"numbers", part.numbers}, {"target", part.target}});
    return make_verifier(line.dump());
}

std::string workspace_of(const Example& example) {
    const std::string& content = example.prompt.at(0).content;
    const auto at = content.find("\n\n");
    return at == std::string::npos ? "" : content.substr(at + 2);
}

std::vector<std::string> reasoning_lines(const Example& example) {
    std::istringstream in(reasoning_of(example));
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

bool answers(const Example& example) {
    return example.kind != "drill-target" && example.kind != "drill-numbers";
}

TEST(CountdownPartsTeacher, EveryKindOfExampleComes) {
    for (const std::string kind :
         {"draft", "draft-cut", "refine", "refine-cut", "drill-target", "drill-numbers", "drill-answer", "drill-copy"})
        EXPECT_GE(examples().at(kind).size(), 30U) << kind;
    EXPECT_THAT(train::make_teacher("chess").error().message, HasSubstr("countdown-parts"));
}

TEST(CountdownPartsTeacher, AsksInTheWordsOfGeneratedProblems) {
    each_example([](const Example& example) {
        if (example.prompt.empty()) return;
        const std::string& content = example.prompt.at(0).content;
        EXPECT_EQ(content.substr(0, content.find("\n\n")), kind_of(asked(example)).problem);
    });
}

TEST(CountdownPartsTeacher, EveryPartOfAnAnswerIsRightAndInTheSpellingThatIsHandedOn) {
    int all = 0, whole = 0;
    each_example([&](const Example& example) {
        if (!answers(example) || answer_of(example).empty()) return;
        const KindResult kind = kind_of(asked(example));
        const auto answer = kind.verifier->extract(answer_of(example));
        ASSERT_TRUE(answer) << written(example);
        const PartAnswers parts = kind.verifier->take_apart(*answer);
        std::string spelled;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (!parts[i]) continue;
            EXPECT_EQ(kind.verifier->parts()[i].verifier->judge(*parts[i]).verdict, Verdict::equal) << written(example);
            spelled += (spelled.empty() ? "" : "\n") + kind.verifier->parts()[i].label + ": " + *parts[i];
        }
        EXPECT_EQ(answer_of(example), spelled);
        ++all;
        whole += kind.verifier->judge(*answer).verdict == Verdict::equal;
    });
    EXPECT_GT(whole, 500);
    EXPECT_GT(all - whole, 300);
}

TEST(CountdownPartsTeacher, WhatIsCutOffAnswersWhatItHasSolvedByThen) {
    std::set<std::size_t> solved;
    for (const std::string kind : {"draft-cut", "refine-cut"})
        for (const Example& example : examples().at(kind)) {
            ASSERT_GE(example.completion.size(), 2U);
            EXPECT_EQ(example.completion[1].text, kForced);
            EXPECT_FALSE(example.completion[1].learn);
            const auto words = split_at_blanks(example.completion[0].text);
            const auto hits = static_cast<std::size_t>(std::count(words.begin(), words.end(), "!") +
                                                       std::count(words.begin(), words.end(), "ok"));
            const auto answered = static_cast<std::size_t>(std::ranges::count(answer_of(example), ':'));
            EXPECT_EQ(answered, hits) << written(example);
            solved.insert(hits);
        }
    EXPECT_EQ(solved.size(), 4U);
}

TEST(CountdownPartsTeacher, WhatIsNotCutOffHasSolvedEveryPart) {
    for (const std::string kind : {"draft", "refine"})
        for (const Example& example : examples().at(kind)) {
            EXPECT_THAT(written(example), Not(HasSubstr(std::string(kForced))));
            EXPECT_EQ(std::ranges::count(answer_of(example), ':'), 3) << written(example);
        }
}

TEST(CountdownPartsTeacher, LinesGoFromPartToPartAndLeaveOutWhatIsSolved) {
    for (const Example& example : examples().at("draft")) {
        std::set<char> solved;
        std::optional<char> last;
        for (const std::string& line : reasoning_lines(example)) {
            if (last) {
                char next = *last;
                do next = next == 'C' ? 'A' : static_cast<char>(next + 1);
                while (solved.contains(next));
                EXPECT_EQ(line[0], next) << written(example);
            }
            last = line[0];
            if (line.find('!') != std::string::npos) solved.insert(line[0]);
        }
    }
}

std::optional<int> computed(int left, const std::string& operation, int right) {
    const int result = operation == "+"   ? left + right
                       : operation == "-" ? left - right
                       : operation == "*" ? left * right
                       : left % right     ? 0
                                          : left / right;
    return result < 1 || result > 99 ? std::nullopt : std::optional(result);
}

// Each "a op b = c" in a line, and that headers name their part's target.
TEST(CountdownPartsTeacher, EveryStepIsRightAndEveryHeaderNamesItsTarget) {
    int steps = 0;
    each_example([&](const Example& example) {
        if (example.kind == "drill-target") return;
        const auto parts = asked(example);
        for (const std::string& line : reasoning_lines(example)) {
            const auto words = split_at_blanks(line);
            if (words.size() < 2) continue;
            EXPECT_EQ(words[1], std::to_string(parts.at(static_cast<std::size_t>(words[0][0] - 'A')).target) + ":");
            for (std::size_t i = 3; i + 1 < words.size(); ++i) {
                if (words[i + 1] != "=" || i + 2 >= words.size()) continue;
                const auto result = computed(std::stoi(words[i - 2]), words[i - 1], std::stoi(words[i]));
                if (words[i + 2] == "bad")
                    EXPECT_FALSE(result) << line;
                else
                    EXPECT_EQ(words[i + 2], std::to_string(result.value_or(0))) << line;
                ++steps;
            }
        }
    });
    EXPECT_GT(steps, 10'000);
}

TEST(CountdownPartsTeacher, LinesTakeTheNumbersOfTheirPart) {
    for (const std::string kind : {"draft", "draft-cut", "drill-numbers"})
        for (const Example& example : examples().at(kind))
            for (const std::string& line : reasoning_lines(example)) {
                const auto words = split_at_blanks(line);
                if (words.size() < 9) continue;
                std::vector<int> used{std::stoi(words[2]), std::stoi(words[4]), std::stoi(words[7]),
                                      std::stoi(words[8])};
                std::vector<int> numbers = asked(example).at(static_cast<std::size_t>(words[0][0] - 'A')).numbers;
                std::sort(used.begin(), used.end());
                std::sort(numbers.begin(), numbers.end());
                EXPECT_EQ(used, numbers) << line;
            }
}

TEST(CountdownPartsTeacher, ALineHitsWhereItsLastResultIsTheTarget) {
    constexpr std::size_t kFirstResult = 2 + 5 + 2 + 5 + 1;  // behind the header and two moves with what is left
    for (const std::string kind : {"draft", "draft-cut"})
        for (const Example& example : examples().at(kind))
            for (const std::string& line : reasoning_lines(example)) {
                const auto words = split_at_blanks(line);
                for (std::size_t i = 0; i < words.size(); ++i) {
                    if (words[i] != "!" && words[i] != "x") continue;
                    const bool has_results = i > kFirstResult;  // else the last number is one that is left
                    EXPECT_EQ(words[i] == "!", has_results && words[i - 1] + ":" == words[1]) << line;
                    break;
                }
            }
}

// The workspace's lines by part, as the verifier's parts have them.
std::vector<std::vector<std::string>> candidates_of(const Example& example) {
    std::vector<std::vector<std::string>> out;
    std::istringstream lines(workspace_of(example));
    for (std::string line; std::getline(lines, line);) {
        EXPECT_THAT(line, StartsWith(std::string(1, static_cast<char>('A' + out.size())) + ": "));
        out.emplace_back();
        if (line.ends_with(": none")) continue;
        for (std::size_t at = 3; at <= line.size();) {
            const std::size_t end = std::min(line.find(" ; ", at), line.size());
            out.back().push_back(line.substr(at, end - at));
            at = end + 3;
        }
    }
    return out;
}

TEST(CountdownPartsTeacher, WorkspacesAreWordedAsTheDistillerWordsThem) {
    const CountTokens count = [](std::string) -> Task<TokenCount> { co_return TokenCount{1, true}; };
    std::set<std::size_t> many;
    for (const std::string kind : {"refine", "refine-cut", "drill-copy"})
        for (const Example& example : examples().at(kind)) {
            const auto kind_result = kind_of(asked(example));
            std::vector<PartCandidates> parts;
            for (const auto& candidates : candidates_of(example)) {
                parts.push_back({std::string(1, static_cast<char>('A' + parts.size())), {}});
                many.insert(candidates.size());
                for (const std::string& one : candidates) {
                    parts.back().candidates.push_back({one, "r1.d0"});
                    EXPECT_EQ(kind_result.verifier->parts()[parts.size() - 1].verifier->extract(one).value_or(one),
                              one);
                }
            }
            ASSERT_EQ(parts.size(), 3U);
            asio::io_context loop;
            EXPECT_EQ(run_to_end(loop, assemble_parts(parts, 0, count)).text, workspace_of(example));
        }
    EXPECT_EQ(many, (std::set<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(CountdownPartsTeacher, ChecksGoPartByPartUpToTheFirstCandidateThatHolds) {
    std::set<std::size_t> places;
    for (const Example& example : examples().at("refine")) {
        const KindResult kind = kind_of(asked(example));
        const auto candidates = candidates_of(example);
        const auto lines = reasoning_lines(example);
        std::size_t line = 0;
        for (std::size_t part = 0; part < candidates.size(); ++part)
            for (std::size_t i = 0; i < candidates[part].size(); ++i, ++line) {
                ASSERT_LT(line, lines.size());
                const bool right =
                    kind.verifier->parts()[part].verifier->judge(candidates[part][i]).verdict == Verdict::equal;
                const auto words = split_at_blanks(lines[line]);
                EXPECT_EQ(words[0], kind.verifier->parts()[part].label);
                EXPECT_EQ(words[2], "#" + std::to_string(i + 1));
                EXPECT_EQ(std::ranges::count(words, "ok"), right) << written(example);
                if (!right) continue;
                EXPECT_THAT(lines[line], EndsWith(" ok " + candidates[part][i]));
                places.insert(i);
                ++line;
                break;
            }
        for (; line < lines.size(); ++line) EXPECT_THAT(lines[line], Not(HasSubstr("#")));
    }
    EXPECT_GE(places.size(), 3U);
}

TEST(CountdownPartsTeacher, TheDrillOfValuesIsRightAndHalfOfItIsEqual) {
    int equal = 0, all = 0;
    for (const Example& example : examples().at("drill-target"))
        for (std::size_t i = 0; i + 1 < example.completion.size(); i += 2) {
            const auto words = split_at_blanks(example.completion[i].text);
            const bool same = words.back() + ":" == words[1];
            const std::string& verdict = example.completion[i + 1].text;
            EXPECT_EQ(same, verdict == " !" || verdict == " ok") << example.completion[i].text << verdict;
            EXPECT_FALSE(example.completion[i].learn);
            equal += same;
            ++all;
        }
    EXPECT_NEAR(static_cast<double>(equal) / all, 0.5, 0.03);
}

TEST(CountdownPartsTeacher, OfDrillsOnlyWhatFollowsAVerdictIsLearnt) {
    for (const std::string kind : {"drill-answer", "drill-copy"})
        for (const Example& example : examples().at(kind)) {
            bool after_verdict = false;
            for (const train::Span& span : example.completion) {
                if (span.text.find("think>") != std::string::npos) break;
                EXPECT_EQ(span.learn, after_verdict) << span.text;
                after_verdict = span.text.ends_with(" !") || span.text.ends_with(" ok");
            }
        }
}

TEST(CountdownPartsTeacher, EveryTextIsMadeOfItsWords) {
    const Tokenizer tokenizer(teacher());
    std::size_t longest = 0;
    each_example([&](const Example& example) {
        const auto prompt = tokenizer.tokens(rendered(example.prompt));
        const auto completion = tokenizer.tokens(written(example));
        EXPECT_THAT(prompt, Not(Contains("?"))) << rendered(example.prompt);
        EXPECT_THAT(completion, Not(Contains("?"))) << written(example);
        longest = std::max(longest, prompt.size() + completion.size() + 1);
        std::vector<std::string> apart;
        for (const train::Span& span : example.completion)
            for (std::string& token : tokenizer.tokens(span.text)) apart.push_back(std::move(token));
        EXPECT_EQ(apart, completion);
    });
    EXPECT_LE(longest, 1024U);
    RecordProperty("longest", std::to_string(longest));
}

TEST(CountdownPartsTeacher, ANumberWithItsNameIsOneToken) {
    const Tokenizer tokenizer(teacher());
    const auto tokens = tokenizer.tokens(rendered(examples().at("draft").front().prompt));
    EXPECT_EQ(tokens.size(), 1U + 3 * 5 + 1 + 2) << testing::PrintToString(tokens);
}

TEST(CountdownPartsTeacher, TheFirstByteOfEveryWordIsAWord) {
    const auto words = teacher().words();
    const std::set<std::string> all(words.begin(), words.end());
    EXPECT_EQ(all.size(), words.size());
    for (const std::string& word : words) EXPECT_TRUE(all.contains(word.substr(0, 1))) << word;
    EXPECT_LE(words.size(), 700U);
}

TEST(CountdownPartsTeacher, ValuesAndMarksAreThoseOfWords) {
    const auto words = teacher().words();
    const std::set<std::string> all(words.begin(), words.end());
    const auto numbers = teacher().numbers();
    const auto marks = teacher().marks();
    for (const auto& [word, value] : numbers) EXPECT_TRUE(all.contains(word)) << word;
    for (const auto& [word, its] : marks) EXPECT_TRUE(all.contains(word)) << word;
    for (const std::string word : {"B 15:", " b1 = 15,", " b4 = 15.\n", " 15", "15", "Part B: make 15 of"})
        EXPECT_EQ(numbers.at(word), 15) << word;
    EXPECT_THAT(marks.at(" b2 = 15,"), testing::ElementsAre("slot", "B"));
    EXPECT_THAT(marks.at("B 15:"), testing::ElementsAre("header", "B"));
    EXPECT_FALSE(marks.contains(" 15"));
}

TEST(CountdownPartsTeacher, NoPartOfTheTestSplitIsTaught) {
    each_example([](const Example& example) {
        if (example.prompt.empty()) return;
        for (const Part& part : asked(example))
            EXPECT_EQ(split_of(generate::family_of(part.numbers, part.target)), Split::train);
    });
}

TEST(CountdownPartsTeacher, TheSameSeedAndIndexGiveTheSameExample) {
    const auto text = [](std::uint64_t seed, std::uint64_t index) {
        const Example one = teacher().example(seed, index, 0.5);
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

TEST(CountdownPartsTeacher, ItsPromptSetIsTheCompiledOne) {
    const PromptSet& set = teacher().prompts();
    EXPECT_EQ(set.name, "countdown-parts");
    EXPECT_EQ(set.default_operator, "pdr:16");
    EXPECT_EQ(set.defaults.distiller, DistillerKind::parts);
    EXPECT_EQ(set.defaults.k, 2);
    EXPECT_EQ(prompt_set_for("countdown").name, "countdown");
}

}  // namespace
}  // namespace retort::test

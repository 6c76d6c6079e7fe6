// A model's file carries the prompt set that it was trained with, and the program uses it.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "cli/program.h"
#include "operator/prompts_json.h"
#include "train/random_model.h"

namespace retort::train::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

PromptSet own_set() {
    PromptSet out = compiled_prompt_sets().front();
    out.name = "parts";
    out.marker = "=>";
    out.default_operator = "pdr:3,2";
    out.defaults = {DistillerKind::random, 1, 40, 30, 20};
    for (auto& [name, own] : out.templates)
        own = {name, name == "refine" ? "{{problem}} {{workspace}}" : "{{problem}}", ""};
    return out;
}

class CarriedPrompts : public ::testing::Test {
  protected:
    CarriedPrompts() {
        for (const char* name : {"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
            setenv(name, (folder_ / "").c_str(), 1);  // no settings from outside
        EXPECT_TRUE(write_model(path_, random_model(), WeightType::q8_0, {"tiny", own_set(), {{"retort.note", "x"}}}));
    }

    struct Result {
        int code;
        std::string out;
        std::string err;
    };
    static Result run(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "retort");
        ::testing::internal::CaptureStdout();
        ::testing::internal::CaptureStderr();
        Result result{};
        result.code = cli::run_program(static_cast<int>(arguments.size()), arguments.data());
        result.out = ::testing::internal::GetCapturedStdout();
        result.err = ::testing::internal::GetCapturedStderr();
        return result;
    }

    Folder folder_;
    std::string path_ = folder_ / "tiny.gguf";
};

TEST_F(CarriedPrompts, AreReadFromTheHeaderAlone) {
    const auto set = prompt_set_in(path_);
    ASSERT_TRUE(set) << set.error().message;
    ASSERT_TRUE(*set);
    EXPECT_EQ(prompt_set_json(**set), prompt_set_json(own_set()));
    EXPECT_FALSE(prompt_set_in(folder_ / "none.gguf"));
    ASSERT_TRUE(write_model(path_, random_model(), WeightType::f32, {}));
    EXPECT_EQ(prompt_set_in(path_).value(), std::nullopt);
}

TEST_F(CarriedPrompts, StayWhereAModelIsReadAndWrittenAgain) {
    ASSERT_TRUE(write_model(path_, read_model(path_).value(), WeightType::f32, {}));
    EXPECT_EQ(prompt_set_in(path_).value().value().name, "parts");
}

TEST_F(CarriedPrompts, ThoseThatAreNoneAreAnErrorThatNamesTheFile) {
    ASSERT_TRUE(write_model(path_, random_model(), WeightType::f32, {"", {}, {{kPromptsKey, "{\"name\": 3}"}}}));
    const auto set = prompt_set_in(path_);
    ASSERT_FALSE(set);
    EXPECT_THAT(set.error().message, AllOf(HasSubstr(path_), HasSubstr("retort.prompts")));
    EXPECT_EQ(run({"solve", "1", "--model", path_.c_str(), "--dry-run"}).code, 1);
}

TEST_F(CarriedPrompts, AreUsedBySolve) {
    const Result dry = run({"solve", "1", "--model", path_.c_str(), "--dry-run"});
    EXPECT_EQ(dry.code, 0) << dry.err;
    EXPECT_THAT(dry.out, AllOf(HasSubstr("parts ("), HasSubstr("pdr:3,2")));
    const Result whole = run({"solve", "1", "--model", path_.c_str(), "--json", "--temperature", "0"});
    EXPECT_EQ(whole.code, 0) << whole.err;
    EXPECT_THAT(whole.out, AllOf(HasSubstr("\"operator\":\"pdr:3,2\""), HasSubstr("\"b_seq_nominal\":90")));
}

TEST_F(CarriedPrompts, GiveWayToAFolder) {
    const Result dry = run({"solve", "1", "--model", path_.c_str(), "--dry-run", "--operator", "cot", "--prompts",
                            (folder_ / "").c_str()});
    EXPECT_EQ(dry.code, 0) << dry.err;
    EXPECT_THAT(dry.out, AllOf(HasSubstr("cot"), Not(HasSubstr("parts ("))));
}

TEST_F(CarriedPrompts, AreUsedByEval) {
    std::ofstream(folder_ / "suite.jsonl") << R"({"id": "a", "problem": "1 x 2", "answer": "2"})" << "\n";
    const std::string suite = folder_ / "suite.jsonl";
    const std::string journal = folder_ / "eval.journal";
    const Result done =
        run({"eval", "--suite", suite.c_str(), "--model", path_.c_str(), "--journal", journal.c_str(), "--json"});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("\"operator\":\"pdr:3,2\""));
}

TEST_F(CarriedPrompts, AReplayNeedsTheFileAgain) {
    const std::string journal = folder_ / "solve.journal";
    const Result first = run({"solve", "1 x 2", "--model", path_.c_str(), "--journal", journal.c_str(), "--json"});
    ASSERT_EQ(first.code, 0) << first.out << first.err;
    const Result again = run({"solve", "--replay", journal.c_str(), "--model", path_.c_str(), "--json"});
    EXPECT_EQ(again.code, 0) << again.err;
    const Result without = run({"solve", "--replay", journal.c_str(), "--json"});
    EXPECT_EQ(without.code, 2);
    EXPECT_THAT(without.err + without.out, HasSubstr("give --prompts or --model"));
}

TEST_F(CarriedPrompts, AreSaidByModelInfo) {
    const Result text = run({"model", "info", path_.c_str()});
    EXPECT_EQ(text.code, 0) << text.err;
    EXPECT_THAT(text.out,
                AllOf(HasSubstr("its own, parts: pdr:3,2, random, k 1, workspace 40, think 30, max-answer 20"),
                      HasSubstr("retort.note"), Not(HasSubstr("{{problem}}"))));
    EXPECT_THAT(run({"model", "info", path_.c_str(), "--json"}).out, HasSubstr("\"operator\": \"pdr:3,2\""));
}

}  // namespace
}  // namespace retort::train::test

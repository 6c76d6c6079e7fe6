#include "operator/prompts.h"

#include <filesystem>
#include <fstream>

#include "operator/harness.h"
#include "operator/prompts_json.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

TEST(Prompts, EverySetRendersEveryTemplateWithTheValuesThatTheEngineGives) {
    const std::map<std::string, std::string> values{{"problem", "P"},        {"marker", "M"}, {"workspace", "W"},
                                                    {"candidates", "C"},     {"count", "3"},  {"k", "2"},
                                                    {"workspace_words", "9"}};
    for (const PromptSet& set : compiled_prompt_sets())
        for (const std::string file : {"draft", "refine", "revise", "revise_analysed", "analysis", "summary", "select",
                                       "select_again", "judge", "judge_again", "compare"}) {
            ASSERT_TRUE(set.templates.contains(file)) << set.name << "/" << file;
            const auto text = render(set.templates.at(file), values);
            ASSERT_TRUE(text) << text.error().message;
            EXPECT_THAT(*text, HasSubstr("P")) << set.name << "/" << file;
        }
}

TEST(Prompts, TheJudgesTemplatesCountInTheHashWhereAJudgeDecides) {
    const PromptSet& set = compiled_prompt_sets().front();
    PromptSet other = set;
    other.templates.at("judge").hash = "other";
    EXPECT_EQ(other.hash(), set.hash());
    EXPECT_NE(other.hash(true), set.hash(true));
    other.templates.at("draft").hash = "other";
    EXPECT_NE(other.hash(), set.hash());
}

TEST(Prompts, AValueIsNeverReplacedAgain) {
    const Template text{"t", "a {{problem}} b", ""};
    EXPECT_EQ(render(text, {{"problem", "{{marker}} {{"}, {"marker", "no"}}).value(), "a {{marker}} {{ b");
}

TEST(Prompts, AnUnknownPlaceholderIsAnError) {
    const auto text = render({"t", "{{probelm}}", ""}, {{"problem", "p"}});
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().message, HasSubstr("{{probelm}}"));
}

TEST(Prompts, EverySetIsTheSameAsOneTextAndBack) {
    for (const PromptSet& set : compiled_prompt_sets()) {
        const auto back = prompt_set_from_json(prompt_set_json(set), "here");
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(back->name, set.name);
        EXPECT_EQ(back->match, set.match);
        EXPECT_EQ(back->default_operator, set.default_operator);
        EXPECT_EQ(back->defaults.distiller, set.defaults.distiller);
        EXPECT_EQ(back->defaults.max_answer, set.defaults.max_answer);
        EXPECT_EQ(back->scope.has_value(), set.scope.has_value());
        EXPECT_EQ(back->hash(true), set.hash(true));
        EXPECT_EQ(prompt_set_json(*back), prompt_set_json(set));
    }
}

TEST(Prompts, ATextThatIsNoSetIsAnErrorThatSaysWhere) {
    const PromptSet& set = compiled_prompt_sets().front();
    const auto error = [](const std::string& text) {
        const auto read = prompt_set_from_json(text, "x.gguf");
        return read ? "it was read" : read.error().message;
    };
    const auto with = [&](const auto& change) {
        PromptSet other = set;
        change(other);
        return error(prompt_set_json(other));
    };
    EXPECT_THAT(error("{"), HasSubstr("x.gguf: expected a prompt set"));
    EXPECT_THAT(error("{}"), HasSubstr("'name' not found"));
    EXPECT_THAT(with([](PromptSet& one) { one.defaults.k = 0; }), HasSubstr("k and max_answer must be at least 1"));
    EXPECT_THAT(with([](PromptSet& one) { one.defaults.distiller = DistillerKind::none; }),
                HasSubstr("unknown distiller \"none\""));
    EXPECT_EQ(with([](PromptSet& one) { one.templates.erase("judge"); }), "it was read");
}

TEST(Prompts, AScopeThatCannotBeIsAnError) {
    PromptSet set = prompt_set_for("countdown");
    ASSERT_TRUE(set.scope);
    EXPECT_FALSE(wrong_values(set, "x"));
    const auto wrong = [set](const auto& change) {
        PromptSet other = set;
        change(*other.scope);
        const auto error = wrong_values(other, "x");
        return error ? error->message : "";
    };
    EXPECT_THAT(wrong([](Scope& one) { one.kind = "chess"; }), HasSubstr("found \"chess\""));
    EXPECT_THAT(wrong([](Scope& one) { one.numbers = 1; }), HasSubstr("numbers of at least 2"));
    EXPECT_THAT(wrong([](Scope& one) { one.target_least = 61; }), HasSubstr("target_least"));
    EXPECT_THAT(wrong([](Scope& one) { one.example.clear(); }), HasSubstr("an example"));
}

TEST(Prompts, TheSetIsChosenByTheModelsName) {
    EXPECT_EQ(prompt_set_for("countdown").name, "countdown");
    EXPECT_EQ(prompt_set_for("countdown-mine").name, "countdown");
    EXPECT_EQ(prompt_set_for("countdown-parts").name, "countdown-parts");
    EXPECT_EQ(prompt_set_for("/models/SmolLM2-135M-Instruct.Q4_1.gguf").name, "smollm2");
    EXPECT_EQ(prompt_set_for("gpt-x").name, "default");
    EXPECT_EQ(prompt_set_for("").name, "default");
}

TEST(Prompts, TheDefaultsOfTheContract) {
    const PromptSet& set = prompt_set_for("anything");
    EXPECT_EQ(set.default_operator, "pdr:8,4");
    EXPECT_EQ(set.defaults.distiller, DistillerKind::summary);
    EXPECT_EQ(set.defaults.k, 2);
    EXPECT_EQ(set.defaults.workspace, 2048);
    EXPECT_EQ(set.defaults.think, 8192);
    EXPECT_EQ(set.defaults.max_answer, 2048);
}

class PromptFolder : public testing::Test {
  protected:
    PromptFolder() { std::filesystem::create_directories(folder_); }
    ~PromptFolder() override { std::filesystem::remove_all(folder_); }
    void write(const std::string& file, const std::string& text) { std::ofstream(folder_ / file) << text; }
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("retort_prompts_" + std::to_string(getpid()));
};

TEST_F(PromptFolder, ReplacesTemplatesAndKeepsTheRest) {
    write("draft.txt", "Do {{problem}}\n");
    write("set.toml", "marker = \"DONE\"\n[defaults]\nk = 7\n");
    const PromptSet& base = compiled_prompt_sets().front();
    const PromptSet set = load_prompt_set(folder_.string(), base).value();
    EXPECT_EQ(set.templates.at("draft").text, "Do {{problem}}");
    EXPECT_EQ(set.templates.at("refine").hash, base.templates.at("refine").hash);
    EXPECT_EQ(set.marker, "DONE");
    EXPECT_EQ(set.defaults.k, 7);
    EXPECT_NE(set.hash(), base.hash());
}

TEST_F(PromptFolder, WithABrokenSetFileIsAnErrorThatNamesIt) {
    write("set.toml", "marker = ");
    const auto set = load_prompt_set(folder_.string(), compiled_prompt_sets().front());
    ASSERT_FALSE(set);
    EXPECT_THAT(set.error().message, HasSubstr("set.toml:1: not TOML"));
}

}  // namespace
}  // namespace retort::test

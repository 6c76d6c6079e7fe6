#include "train/run/config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <sstream>

#include "train/folder.h"

namespace retort::train::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kLeast = "task = \"countdown\"\nsft.steps = 1\n";

Outcome<TrainConfig> parse(const std::string& toml, const std::vector<std::string>& words = {}) {
    return parse_config("run.toml", toml, words);
}

std::string error_of(const std::string& toml, const std::vector<std::string>& words = {}) {
    const auto config = parse(toml, words);
    return config ? "it was read" : config.error().message;
}

// Keys of to_toml() with what stands behind them.
std::map<std::string, std::string> lines_of(const TrainConfig& config) {
    std::map<std::string, std::string> out;
    std::istringstream lines(to_toml(config));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t equals = line.find(" = ");
        out.emplace(line.substr(0, equals), line.substr(equals + 3, line.find("  # ") - equals - 3));
    }
    return out;
}

// Every key with a value that is not the standard one.
const std::map<std::string, std::string>& other_values() {
    static const std::map<std::string, std::string> values{
        {"run", "'/tmp/a \"run\"'"},
        {"seed", "-3"},
        {"threads", "2"},
        {"device", "'cuda:1'"},
        {"pack_tokens", "777"},
        {"checkpoint_every", "3"},
        {"checkpoint_keep", "4"},
        {"async", "1"},
        {"journal", "false"},
        {"task", "'countdown'"},
        {"save", "'q8_0'"},
        {"model.from", "'m.gguf'"},
        {"model.tokenizer", "'t.json'"},
        {"model.width", "64"},
        {"model.layers", "3"},
        {"model.heads", "8"},
        {"model.kv_heads", "2"},
        {"model.feed_forward", "100"},
        {"model.context", "512"},
        {"model.tied", "true"},
        {"model.fourier", "false"},
        {"sft.steps", "10"},
        {"sft.lr", "0.5"},
        {"sft.warmup", "7"},
        {"sft.final_lr", "0.25"},
        {"sft.weight_decay", "0.125"},
        {"sft.clip_norm", "2.5"},
        {"sft.batch_tokens", "99"},
        {"rl.steps", "11"},
        {"rl.lr", "1e-7"},
        {"rl.warmup", "3"},
        {"rl.final_lr", "1"},
        {"rl.weight_decay", "0.3"},
        {"rl.clip_norm", "0"},
        {"rl.prompts", "5"},
        {"rl.generations", "6"},
        {"rl.updates", "2"},
        {"rl.temperature", "0.7"},
        {"rl.retire_at", "1.5"},
        {"rl.curriculum", "'pass_rate'"},
        {"rl.diff_warning", "0.2"},
        {"rl.truncation_warning", "0.1"},
        {"rl.sampler", "'llama'"},
        {"rl.rows", "31"},
        {"rl.recompute", "false"},
        {"rl.alpha", "0"},
        {"rl.is_clip_min", "0.8"},
        {"rl.is_clip_max", "1.28"},
        {"rl.surrogate", "'clip'"},
        {"backend", "'local'"},
        {"url", "''"},
        {"tinker.base_model", "'m'"},
        {"tinker.from", "'tinker://m/weights/a'"},
        {"tinker.rank", "8"},
        {"tinker.reduction", "'sum'"},
        {"tinker.loss", "'cispo'"},
        {"tinker.wire", "'proto'"},
        {"tinker.in_flight", "9"},
        {"tinker.patience_s", "1.5"},
        {"tinker.context", "99"},
        {"tinker.api_key_env", "'KEY'"},
        {"tinker.sampler.url", "''"},
        {"tinker.sampler.model", "''"},
        {"tinker.sampler.adapters", "''"},
        {"tinker.sampler.api_key_env", "'KEY'"},
        {"rl.advantage_std", "'none'"},
        {"rl.loss_agg", "'batch_token'"},
        {"rl.trace.share", "3"},
        {"rl.trace.share_end", "0.5"},
        {"rl.trace.think", "1000"},
        {"rl.trace.max_answer", "17"},
        {"rl.op.share", "0.75"},
        {"rl.op.share_end", "0.1"},
        {"rl.op.think", "0"},
        {"rl.op.max_answer", "18"},
        {"rl.op.operator", "'pdr:8,4'"},
        {"rl.op.distiller", "'topk'"},
        {"rl.op.k", "9"},
        {"rl.op.workspace", "50"},
        {"rl.op.gradient", "'refine'"},
        {"rl.op.drafts", "'cached'"},
        {"rl.op.skip_majority_right", "true"},
        {"sft.examples", "'mine.jsonl'"},
        {"reward.correct", "2"},
        {"reward.wrong", "0"},
        {"reward.format", "0.1"},
        {"reward.length", "-0.2"},
        {"reward.rounds", "0.3"},
        {"data.suite", "'s.jsonl'"},
        {"data.kind", "'arithmetic'"},
        {"data.options", "'numbers=4,largest=15'"},
        {"data.count", "100"},
        {"data.seed", "9"},
        {"data.against", "'a.jsonl,b.jsonl'"},
        {"eval.suite", "'t.jsonl'"},
        {"eval.kind", "'game24'"},
        {"eval.options", "'numbers=3'"},
        {"eval.count", "50"},
        {"eval.seed", "10"},
        {"eval.every", "20"},
        {"eval.operators", "['cot think=5', 'pdr:2 k=1']"},
        {"eval.samples", "2"},
        {"eval.temperature", "0"},
        {"plan.question", "99"},
        {"plan.mean_length", "0.5"},
        {"plan.sample_tokens_per_gpu_s", "2500"},
        {"plan.train_tokens_per_gpu_s", "6000"},
        {"plan.gpus", "8"},
        {"plan.price_gpu_hour", "2.5"},
        {"plan.price_sample_mtok", "1.25"},
        {"plan.price_prefill_mtok", "0.5"},
        {"plan.price_train_mtok", "1.5"},
    };
    return values;
}

TEST(Config, EveryKeyIsReadAndWrittenAgainAsItIs) {
    const auto standard = lines_of(parse(kLeast).value());
    std::string toml;
    for (const auto& [key, value] : other_values()) toml += key + " = " + value + "\n";
    const auto config = parse(toml);
    ASSERT_TRUE(config) << config.error().message;
    const auto lines = lines_of(*config);
    // These have one value that is allowed here, or the value that kLeast needs.
    const std::vector<std::string> alike{"backend",
                                         "url",
                                         "tinker.sampler.url",
                                         "tinker.sampler.model",
                                         "tinker.sampler.adapters",
                                         "task",
                                         "rl.op.gradient",
                                         "rl.recompute"};
    for (const auto& [key, value] : lines) {
        EXPECT_TRUE(other_values().contains(key)) << "a value for " << key << " is missing in this test";
        if (std::find(alike.begin(), alike.end(), key) == alike.end())
            EXPECT_NE(value, standard.at(key)) << key << " has its standard value";
    }
    EXPECT_EQ(lines.size(), other_values().size());
    const auto again = parse(to_toml(*config));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(to_toml(*again), to_toml(*config));
}

TEST(Config, WordsSayTheSameAsTheFile) {
    std::vector<std::string> words;
    std::string toml;
    for (const auto& [key, value] : other_values()) {
        toml += key + " = " + value + "\n";
        std::string plain = value;
        if (plain.front() == '\'') plain = plain.substr(1, plain.size() - 2);
        if (key == "eval.operators") plain = "cot think=5; pdr:2 k=1";
        words.push_back(key + "=" + plain);
    }
    const auto by_words = parse("", words);
    ASSERT_TRUE(by_words) << by_words.error().message;
    EXPECT_EQ(to_toml(*by_words), to_toml(parse(toml).value()));
}

RC_GTEST_PROP(Config, AnyTextAndNumberIsWrittenSoThatItIsReadBack, ()) {
    const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    const auto number = *rc::gen::arbitrary<double>();
    const auto whole = *rc::gen::arbitrary<std::int64_t>();
    RC_PRE(std::isfinite(number));
    TrainConfig config = parse(kLeast).value();
    config.run = text;
    config.eval.operators = {text, "", text};
    config.reward.correct = number;
    config.seed = whole;
    const auto again = parse(to_toml(config));
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->run == text);
    RC_ASSERT(again->eval.operators == config.eval.operators);
    RC_ASSERT(again->reward.correct == number);
    RC_ASSERT(again->seed == whole);
}

TEST(Config, WordsWinOverTheFileAndLaterWordsOverEarlier) {
    const auto config = parse(std::string(kLeast) + "seed = 1\n[rl.op]\nthink = 5\n",
                              {"seed=2", "rl.op.think = 6", "seed=3", "eval.operators=cot"});
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->seed, 3);
    EXPECT_EQ(config->rl.op.think, 6);
    EXPECT_THAT(config->eval.operators, ElementsAre("cot"));
}

TEST(Config, AnUnknownKeyNamesItsLineAndTheNearestKey) {
    EXPECT_EQ(error_of("task = \"countdown\"\n[rl.trace]\nthnk = 3\n"),
              "run.toml:3: unknown key \"rl.trace.thnk\"; did you mean \"rl.trace.think\"?");
    EXPECT_EQ(error_of(kLeast, {"sft.step=3"}), "unknown key \"sft.step\"; did you mean \"sft.steps\"?");
    EXPECT_EQ(error_of("elephants = 3\n"), "run.toml:1: unknown key \"elephants\" (retort train --keys lists them)");
    EXPECT_THAT(error_of("sft = 3\n"), HasSubstr("run.toml:1: unknown key \"sft\""));
    EXPECT_THAT(error_of("seed = {a = 1}\n"), HasSubstr("unknown key \"seed.a\""));
}

TEST(Config, AValueOfAnotherTypeNamesWhatIsExpected) {
    EXPECT_THAT(error_of("task = \"countdown\"\nsft.steps = \"many\"\n"),
                HasSubstr("run.toml:2: sft.steps: expected a whole number"));
    EXPECT_THAT(error_of("sft.steps = 1.5\n"), HasSubstr("expected a whole number"));
    EXPECT_THAT(error_of("sft.lr = true\n"), HasSubstr("sft.lr: expected a number"));
    EXPECT_THAT(error_of("sft.lr = inf\n"), HasSubstr("sft.lr: expected a number"));
    EXPECT_THAT(error_of("journal = 1\n"), HasSubstr("journal: expected true or false"));
    EXPECT_THAT(error_of("task = 1\n"), HasSubstr("task: expected a text"));
    EXPECT_THAT(error_of("eval.operators = \"cot\"\n"), HasSubstr("eval.operators: expected a list of texts"));
    EXPECT_THAT(error_of("eval.operators = [1]\n"), HasSubstr("eval.operators: expected a list of texts"));
    EXPECT_EQ(error_of(kLeast, {"seed=x"}), "seed: expected a whole number, found \"x\"");
    EXPECT_THAT(error_of(kLeast, {"seed=99999999999999999999"}), HasSubstr("seed: expected a whole number"));
    EXPECT_THAT(error_of(kLeast, {"sft.lr=nan"}), HasSubstr("sft.lr: expected a number"));
    EXPECT_THAT(error_of(kLeast, {"journal=yes"}), HasSubstr("journal: expected true or false"));
    EXPECT_EQ(error_of(kLeast, {"quickly"}), "\"quickly\": expected key=value");
    EXPECT_EQ(error_of(kLeast, {"out=\x8C"}), "\"out=\xEF\xBF\xBD\": expected UTF-8");
}

TEST(Config, AWholeNumberIsANumberToo) {
    EXPECT_EQ(parse(std::string(kLeast) + "sft.lr = 1\n")->sft.lr, 1);
}

TEST(Config, NoTomlNamesItsLine) {
    EXPECT_THAT(error_of("task = \"countdown\"\n= 3\n"), HasSubstr("run.toml:2: no TOML: "));
}

TEST(Config, AFileThatCannotBeReadIsSaid) {
    const Folder folder;
    for (const std::string& path : {folder / "none.toml", folder.path()}) {
        const auto config = read_config(path, {});
        ASSERT_FALSE(config);
        EXPECT_EQ(config.error().kind, ErrorKind::usage);
        EXPECT_THAT(config.error().message, HasSubstr(path + ": cannot be read"));
    }
    EXPECT_THAT(read_config("run=before", {}).error().message, HasSubstr("--resume"));
}

TEST(Config, GoesPlacesWithoutTellingWhereItWasMade) {
    TrainConfig config = parse(kLeast).value();
    config.run = "/home/a/run";
    config.model.from = "/home/a/sft.gguf";
    config.eval.suite = "b/test.jsonl";
    config.data.against = "/x/a.jsonl,b.jsonl";
    config = without_places(config);
    EXPECT_EQ(config.run, "");
    EXPECT_EQ(config.model.from, "sft.gguf");
    EXPECT_EQ(config.eval.suite, "test.jsonl");
    EXPECT_EQ(config.data.against, "a.jsonl,b.jsonl");
}

TEST(Config, WithoutStepsEvaluatesOnly) {
    EXPECT_TRUE(parse("task = \"countdown\"\nrun = \"r\"\n[sft]\nsteps = 0\n[eval]\nevery = 1\n"));
}

TEST(Config, ThatCannotBeIsRefusedWithItsKey) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"sft.steps=0"}, "nothing to do"},
        {{"sft.steps=-1"}, "sft: steps and warmup are 0 or more"},
        {{"sft.lr=0"}, "sft.lr: expected a number above 0"},
        {{"rl.lr=-1"}, "rl.lr: expected a number above 0"},
        {{"rl.final_lr=2"}, "rl.final_lr: expected 0 to 1"},
        {{"sft.clip_norm=-1"}, "sft: weight_decay and clip_norm"},
        {{"sft.batch_tokens=0"}, "sft.batch_tokens"},
        {{"model.width=0"}, "model: width"},
        {{"model.width=130"}, "model: width 130 over 4 heads"},
        {{"model.width=12", "model.heads=4"}, "an even number of floats a head"},
        {{"model.kv_heads=3"}, "model.kv_heads: expected a divisor of 4"},
        {{"model.layers=5000"}, "larger than this program trains"},
        {{"rl.trace.share=-1"}, "rl.trace.share: expected 0 or more"},
        {{"rl.op.max_answer=0"}, "rl.op: expected think >= 0 and max_answer >= 1"},
        {{"rl.op.gradient=none"}, "rl.op.gradient: expected refine, drafts or all, found \"none\""},
        {{"rl.op.drafts=old"}, "rl.op.drafts: expected fresh, shared or cached"},
        {{"rl.op.distiller=magic"}, "rl.op.distiller: expected"},
        {{"rl.steps=1", "rl.trace.share=0"}, "rl.trace.share and rl.op.share are both 0"},
        {{"rl.steps=1", "rl.trace.share_end=0"}, "both shares are 0 at the last step"},
        {{"rl.steps=1", "rl.generations=1"}, "generations at least 2"},
        {{"rl.temperature=0"}, "rl.temperature: expected a number above 0"},
        {{"rl.is_clip_max=0.2", "rl.is_clip_min=0.3"}, "rl.is_clip_min and rl.is_clip_max"},
        {{"rl.surrogate=ppo"}, "rl.surrogate: expected cispo, clip or reinforce, found \"ppo\""},
        {{"rl.advantage_std=all"}, "rl.advantage_std: expected group, batch or none"},
        {{"rl.loss_agg=token"}, "rl.loss_agg: expected prompt or batch_token"},
        {{"pack_tokens=0"}, "pack_tokens"},
        {{"checkpoint_keep=0"}, "checkpoint_keep"},
        {{"threads=-1"}, "threads: expected 0 to 512"},
        {{"async=2"}, "async: expected 0 or 1"},
        {{"rl.curriculum=easy"}, "rl.curriculum: expected none or pass_rate, found \"easy\""},
        {{"save=f64"}, "save: expected f32, f16 or q8_0, found \"f64\""},
        {{"task="}, "model: a new one needs words"},
        {{"task=", "model.from=m.gguf", "sft.steps=1"}, "sft: expected worked examples: sft.examples = FILE"},
        {{"rl.sampler=vllm"}, "rl.sampler: expected own or llama, found \"vllm\""},
        {{"async=1", "rl.recompute=true"}, "rl.recompute: with async = 1"},
        {{"backend=tinker", "url=http://h/v1", "model.from=m"}, "without /v1"},
        {{"backend=tinker", "url=http://user:secret@h:8000", "model.from=m"},
         "variable TINKER_API_KEY (tinker.api_key_env"},
        {{"backend=tinker", "url=user:secret@h", "model.from=m"}, "url: expected no user and password"},
        {{"backend=tinker", "url=http://h", "model.from=m", "tinker.sampler.url=https://secret@h/v1"},
         "variable TINKER_SAMPLER_API_KEY (tinker.sampler.api_key_env"},
        {{"tinker.sampler.url=http://h/v1"}, "tinker.sampler.url: only with backend"},
        {{"tinker.sampler.model=m"}, "set tinker.sampler.url too"},
        {{"backend=tinker", "url=http://h", "model.from=m", "tinker.sampler.url=h"},
         "tinker.sampler.url: expected http"},
        {{"backend=tinker", "url=http://h", "model.from=m", "tinker.sampler.url=http://h/v1",
          "tinker.sampler.adapters=here"},
         "tinker.sampler.adapters: expected a path from /"},
        {{"eval.samples=0"}, "eval: a value is out of range"},
        {{"plan.mean_length=0"}, "plan.mean_length: expected a part"},
        {{"plan.mean_length=1.5"}, "plan.mean_length: expected a part"},
        {{"plan.gpus=-1"}, "plan: figures and prices are 0 or more"},
        {{"plan.price_gpu_hour=-0.5"}, "plan: figures and prices are 0 or more"},
    };
    for (const auto& [words, message] : wrong)
        EXPECT_THAT(error_of(kLeast, words), AllOf(HasSubstr("run.toml: "), HasSubstr(message))) << words[0];
}

TEST(Config, AKeyInAnAddressIsRefusedAndNeverShown) {
    for (const char* url : {"http://user:s3cret@h:8000", "https://s3cret@h/path", "user:s3cret@h", "ftp://u:s3cret@h"})
        for (const char* key : {"url", "tinker.sampler.url"}) {
            const std::string error =
                error_of(kLeast, {"backend=tinker", "url=http://h", "model.from=m", std::string(key) + "=" + url});
            EXPECT_THAT(error, AllOf(HasSubstr("a key belongs into"), Not(HasSubstr("s3cret")))) << url;
        }
    EXPECT_TRUE(parse_config("run.toml", kLeast, {"backend=tinker", "url=http://h/path@here", "model.from=m"}));
}

TEST(LearningRate, RisesOverTheWarmupAndFallsAlongACosine) {
    StepSettings settings;
    settings.lr = 2;
    settings.warmup = 3;
    settings.final_lr = 0.1;
    EXPECT_DOUBLE_EQ(settings.at(0, 103).lr, 0.5);
    EXPECT_DOUBLE_EQ(settings.at(2, 103).lr, 1.5);
    EXPECT_DOUBLE_EQ(settings.at(3, 103).lr, 2);
    EXPECT_NEAR(settings.at(53, 103).lr, 2 * 0.55, 1e-12);
    EXPECT_NEAR(settings.at(103, 103).lr, 0.2, 1e-12);
    for (std::int64_t step = 3; step < 103; ++step) EXPECT_GT(settings.at(step, 103).lr, settings.at(step + 1, 103).lr);
}

TEST(LearningRate, OfARunThatEndsWithinTheWarmupIsFinite) {
    StepSettings settings;
    settings.warmup = 10;
    for (std::int64_t step = 0; step < 12; ++step)
        for (const std::int64_t all : {1, 10, 11}) EXPECT_LE(settings.at(step, all).lr, settings.lr);
}

}  // namespace
}  // namespace retort::train::test

#include "operator/method_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace retort {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

MethodConfig method(const std::string& name) {
    MethodConfig out;
    out.schedule = parse_operator(name, {}).value();
    out.model = out.distill_model = out.judge_model = out.final_model = "m";
    out.prompts = "hash";
    out.settings.seed = 7;
    out.settings.sampling.temperature = 0.1;
    out.settings.budget.seq = 5000;
    return out;
}

json written(const MethodConfig& config) {
    json out = json::object();
    put_method(out, config);
    return out;
}

TEST(MethodConfig, ComesBackFromItsJson) {
    for (const char* name : {"cot", "sr:3", "sr:3,analysis", "pdr:8,4", "vote:5", "vote:5,parts", "best:5", "rsa:4,2,3",
                             "pacore:4,2", "tournament:8,2,3"}) {
        const json before = written(method(name));
        const auto after = method_from(before);
        ASSERT_TRUE(after) << name << ": " << after.error().message;
        EXPECT_EQ(written(*after), before) << name;
    }
}

TEST(MethodConfig, RefusesWhatItDoesNotKnow) {
    json other = written(method("pdr:8,4"));
    other["operator"]["rounds"][0]["distil"]["distiller"] = "alembic";
    EXPECT_THAT(method_from(other).error().message, HasSubstr("a distiller \"alembic\""));
    other = written(method("vote:5"));
    other["operator"]["finish"]["kind"] = "toss";
    EXPECT_THAT(method_from(other).error().message, HasSubstr("a finish \"toss\""));
    other = written(method("cot"));
    other.erase("seed");
    EXPECT_THAT(method_from(other).error().message, HasSubstr("seed"));
}

TEST(MethodConfig, NamesEachModelOnce) {
    MethodConfig two = method("pdr:8,4");
    two.final_model = "n";
    two.schedule.rounds[0].model = "n";
    EXPECT_THAT(model_names(two), ElementsAre("m", "n"));
}

}  // namespace
}  // namespace retort

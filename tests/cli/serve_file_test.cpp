#include "cli/serve_file.h"

#include <gmock/gmock.h>

namespace retort::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::optional<std::string> environment(const std::string& name) {
    return name == "A_KEY" ? std::optional<std::string>("secret") : std::nullopt;
}

std::string fault(const std::string& text) {
    const auto read = parse_serve_file("gateway.toml", text, environment);
    return read ? "none" : read.error().message;
}

constexpr const char* kWhole = R"(
listen = "0.0.0.0:8443"
model = "qwen3"
operator = "pdr:4"
offered = ["pdr:4", "sr:2"]
most_runs = 64

[tls]
certificate = "c.pem"
key = "k.pem"

[roles]
final = "large"

[aliases]
smart = "pdr:8,4@qwen3"

[[upstream]]
name = "first"
url = "https://first/v1"
api_key_env = "A_KEY"
models = ["qwen3"]
weight = 2.5
in_flight = 256
tokens_per_minute = 1e6
health = "/health"

[[upstream]]
url = "http://second:8000/v1"

[[key]]
name = "ann"
sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
requests_per_minute = 60
concurrent = 4
admin = true
)";

TEST(ServeFile, SaysServersKeysAndNames) {
    const auto read = parse_serve_file("gateway.toml", kWhole, environment);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->listen, "0.0.0.0:8443");
    EXPECT_EQ(read->tls->key, "k.pem");
    const gateway::GatewayRules& rules = read->rules;
    EXPECT_EQ(rules.model, "qwen3");
    EXPECT_EQ(rules.operator_name, "pdr:4");
    EXPECT_THAT(rules.offered, ElementsAre("pdr:4", "sr:2"));
    EXPECT_EQ(rules.most_runs, 64U);
    EXPECT_EQ(rules.roles.final, "large");
    EXPECT_EQ(rules.aliases.at("smart"), "pdr:8,4@qwen3");
    ASSERT_EQ(rules.upstreams.size(), 2U);
    EXPECT_EQ(rules.upstreams[0].name, "first");
    EXPECT_EQ(rules.upstreams[0].origin.url, "https://first/v1");
    EXPECT_EQ(rules.upstreams[0].model.base_url, "https://first/v1");
    EXPECT_EQ(rules.upstreams[0].model.api_key, "secret");
    EXPECT_EQ(rules.upstreams[0].weight, 2.5);
    EXPECT_EQ(rules.upstreams[0].in_flight, 256U);
    EXPECT_EQ(rules.upstreams[0].tokens_per_minute, 1e6);
    EXPECT_EQ(rules.upstreams[0].health, "/health");
    EXPECT_EQ(rules.upstreams[1].weight, 1);
    ASSERT_EQ(rules.keys.size(), 1U);
    EXPECT_EQ(rules.keys[0].requests_per_minute, 60);
    EXPECT_EQ(rules.keys[0].concurrent, 4);
    EXPECT_TRUE(rules.keys[0].admin);
}

TEST(ServeFile, FaultsNameLineAndExpectation) {
    EXPECT_EQ(fault("x = "), "gateway.toml:1: not TOML: Error while parsing key-value pair: encountered end-of-file");
    EXPECT_THAT(fault("modell = \"x\""), HasSubstr("gateway.toml:1: unknown key \"modell\" (did you mean \"model\"?)"));
    EXPECT_THAT(fault("\nmodel = 3"), HasSubstr("gateway.toml:2: model: expected a text"));
    EXPECT_THAT(fault("[[upstream]]\nname = \"a\""), HasSubstr("expected url = \"...\""));
    EXPECT_THAT(fault("[[upstream]]\nurl = \"http://a\"\napi_key_env = \"B_KEY\""),
                HasSubstr("the variable B_KEY is not set or empty"));
    EXPECT_THAT(fault("[[upstream]]\nurl = \"http://a\"\nweight = 0"),
                HasSubstr("weight: expected a number of at least"));
    EXPECT_THAT(fault("[[upstream]]\nurl = \"http://a\"\ndialect = \"x\""), HasSubstr("there is no \"x\""));
    EXPECT_THAT(fault("[[key]]\nname = \"a\"\nsha256 = \"secret\""), HasSubstr("sha256sum"));
    EXPECT_THAT(fault("[journal]\nfile = \"f\"\nkeep = \"all\""), HasSubstr("gateway.toml:3: keep: expected off"));
    EXPECT_THAT(fault("[[upstream]]\nurl = \"http://a\"\nhealth = \"h\""), HasSubstr("gateway.toml:3: health: "));
    EXPECT_THAT(fault("upstream = 3"), HasSubstr("expected tables, as in [[upstream]]"));
    EXPECT_THAT(fault("tls = 3"), HasSubstr("expected a table, as in [tls]"));
}

TEST(ServeFile, TheHashOfNothingIsNoKey) {
    EXPECT_THAT(fault("[[key]]\nname = \"a\"\nsha256 = "
                      "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""),
                HasSubstr("gateway.toml:3: sha256: this is the hash of an empty text, which is no key"));
}

TEST(ServeFile, TwoServersOfOneNameAreRefusedWithBothPlaces) {
    const std::string first = "[[upstream]]\nname = \"a\"\nurl = \"http://x/v1\"\n";
    EXPECT_THAT(fault(first + "[[upstream]]\nurl = \"http://x/v1\"\nname = \"a\""),
                HasSubstr("gateway.toml:6: two servers are called \"a\", here and at line 2"));
    EXPECT_EQ(fault(first + "[[upstream]]\nurl = \"http://x/v1\"\nname = \"b\""), "none");
    const std::string nameless = "[[upstream]]\nurl = \"http://x/v1\"\n";
    EXPECT_THAT(fault(nameless + nameless),
                HasSubstr("gateway.toml:4: two servers are called \"http://x/v1\", here and at line 2"));
}

TEST(ServeFile, WhatWantsANewStartIsNamed) {
    const auto read = [](const std::string& text) {
        return parse_serve_file("gateway.toml", text, environment).value();
    };
    const ServeFile started = read("listen = \"127.0.0.1:1\"\nmodel = \"a\"");
    EXPECT_THAT(wanting_a_new_start(started, read("listen = \"127.0.0.1:1\"\nmodel = \"b\"")), ElementsAre());
    const std::string other =
        "listen = \"127.0.0.1:2\"\n[tls]\ncertificate = \"c\"\nkey = \"k\"\n[journal]\nkeep = \"full\"\n"
        "[[in_process]]\nmodel = \"m.gguf\"";
    EXPECT_THAT(wanting_a_new_start(started, read(other)),
                ElementsAre("listen", "[tls]", "[journal]", "[[in_process]]"));
    const std::string renamed = "[tls]\ncertificate = \"other\"\nkey = \"other\"";
    EXPECT_THAT(wanting_a_new_start(read("[tls]\ncertificate = \"c\"\nkey = \"k\""), read(renamed)), ElementsAre());
}

}  // namespace
}  // namespace retort::cli

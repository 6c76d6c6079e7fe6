// What is known of model servers, and what is made of it.
#include <atomic>
#include <thread>

#include "gateway/fleet_fixture.h"

namespace retort::test {
namespace {

using namespace std::chrono_literals;
using gateway::GatewayRules;
using gateway::Listed;
using gateway::Upstream;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

MockOptions with_model(const std::string& name) {
    MockOptions out;
    out.model = name;
    return out;
}

class ListedModelsTest : public FleetTest {
  protected:
    void start() {
        FleetTest::start({named("first", server_.url()), named("second", second_.url())});
        const auto known = [this] {
            return there_.run([this] {
                return fleet_->upstreams()[0]->lists("") == Listed::no &&
                       fleet_->upstreams()[1]->lists("") == Listed::no;
            });
        };
        for (int i = 0; i < 5000 && !known(); ++i) std::this_thread::sleep_for(1ms);
        ASSERT_TRUE(known());
    }

    MockServer second_{with_model("tiny")};
};

TEST_F(ListedModelsTest, AModelIsAskedForWhereItIsListed) {
    start();
    there_.run([&] {
        std::map<std::string, int> homes;
        for (std::uint64_t prefix = 0; prefix < 40; ++prefix) {
            EXPECT_EQ(fleet_->choose("tiny", prefix)->name(), "second");
            EXPECT_EQ(fleet_->choose("mock", prefix)->name(), "first");
            ++homes[fleet_->choose("listed nowhere", prefix)->name()];
            ++homes[fleet_->choose("", prefix)->name()];
        }
        EXPECT_EQ(homes.size(), 2U);
    });
}

TEST_F(ListedModelsTest, WhereItsServerFailsItIsAskedForNowhereElse) {
    start();
    there_.run([&] {
        const auto second = fleet_->upstreams()[1];
        Upstream::Use(second, std::chrono::steady_clock::now())
            .failed(std::chrono::steady_clock::now(), gateway::Trouble::unreachable, "gone");
        EXPECT_EQ(fleet_->choose("tiny", 1), second);
        EXPECT_EQ(fleet_->choose("tiny", 1, {second.get()}), nullptr);
    });
}

TEST_F(FleetTest, AListThatIsNotKnownRulesNobodyOut) {
    gateway::UpstreamOptions told = named("told", server_.url());
    told.models = {"tiny"};
    gateway::UpstreamOptions silent = named("silent", "http://127.0.0.1:1/v1");
    start({told, silent});
    there_.run([&] {
        EXPECT_EQ(fleet_->upstreams()[0]->lists("tiny"), Listed::yes);
        EXPECT_EQ(fleet_->upstreams()[1]->lists("tiny"), Listed::unknown);
        EXPECT_EQ(fleet_->choose("tiny", 1, {fleet_->upstreams()[0].get()}), fleet_->upstreams()[1]);
    });
}

TEST_F(FleetTest, OnlyTheGatewaysOwnKeyCanBeTheServersTrouble) {
    gateway::UpstreamOptions keyed = named("keyed", server_.url());
    keyed.model.api_key = "wrong";
    start({keyed, named("open", server_.url())});
    there_.run([&] {
        EXPECT_TRUE(fleet_->upstreams()[0]->refuses_key(401));
        EXPECT_FALSE(fleet_->upstreams()[0]->refuses_key(403)) << "said of requests too";
        EXPECT_FALSE(fleet_->upstreams()[0]->refuses_key(404));
        EXPECT_FALSE(fleet_->upstreams()[1]->refuses_key(401));
    });
}

TEST_F(TwoServersTest, AServerThatRefusesItsKeyIsLeftAloneAndThatIsSaid) {
    MockOptions refusing;
    refusing.script = [](const MockRequest& request) {
        return request.method == "POST" ? std::optional(error_reply(401, "who?")) : std::nullopt;
    };
    for (const std::string model : {"m", "pdr:2"}) {
        MockServer server(refusing);
        start(b_.url(), b_.url());
        GatewayRules next = rules(server.url(), b_.url());
        next.upstreams[0].model.api_key = "wrong";
        replace(std::move(next));
        for (int i = 0; i < 200 && server.counts().requests < 5; ++i) ask(kChat, chat(model, std::to_string(i)));
        for (int i = 0; i < 3; ++i)
            EXPECT_THAT(ask(kChat, chat(model, std::to_string(i))), StartsWith("HTTP/1.1 200 ")) << model;
        const nlohmann::json state = reply_of(gateway_->get("/retort/state"))["upstreams"][0];
        EXPECT_EQ(state["trouble"], "its key is refused (status 401)") << model << state;
        EXPECT_GE(state["failures"], 5) << model;
        gateway_.reset();
    }
}

class KnownListsTest : public TwoServersTest {
  protected:
    // Refused once all lists are known.
    std::string misspelt() {
        std::string out;
        for (int i = 0; i < 5000 && !out.starts_with("HTTP/1.1 404"); ++i) out = ask(kChat, chat("pdrr:2", "x"));
        return out;
    }
};

TEST_F(KnownListsTest, AMisspeltOperatorIsNamedWhereNoServerHasSuchAModel) {
    start(a_.url(), a_.url());
    const std::string answer = misspelt();
    EXPECT_EQ(reply_of(answer)["error"]["message"], R"(there is no model "pdrr:2": did you mean "pdr:2"?)");
    EXPECT_EQ(reply_of(answer)["error"]["code"], "model_not_found");
    EXPECT_THAT(ask(kChat, chat("qwen3:2", "x")), StartsWith("HTTP/1.1 200 "));
    GatewayRules next = rules(a_.url(), a_.url());
    next.upstreams[0].models = {"pdrr:2"};
    replace(std::move(next));
    EXPECT_THAT(ask(kChat, chat("pdrr:2", "x")), StartsWith("HTTP/1.1 200 "));
}

TEST_F(KnownListsTest, TheLastListOfAServerThatFallsSilentStands) {
    std::atomic<bool> silent = false;
    MockOptions options = with_model("early");
    options.script = [&](const MockRequest&) {
        MockReply out;
        out.announced = 100;
        out.hang = true;
        return silent ? std::optional(out) : std::nullopt;
    };
    MockServer server(options);
    start(server.url(), b_.url());
    misspelt();
    silent = true;
    const auto begin = std::chrono::steady_clock::now();
    const std::string list = gateway_->get("/v1/models");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
    EXPECT_THAT(list, AllOf(HasSubstr("\"early\""), HasSubstr("\"mock\"")));
    gateway_.reset();
}

// Two servers that nobody is at.
class DownTest : public TwoServersTest {
  protected:
    void start(gateway::GatewayOptions options) {
        options.rules = rules("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1");
        options.prompts = chat_prompts();
        gateway_ = std::make_unique<RunningGateway>(std::move(options));
        const auto ready = [this] { return !gateway_->get("/ready").starts_with("HTTP/1.1 503"); };
        for (int i = 0; i < 5000 && ready(); ++i) std::this_thread::sleep_for(1ms);
        ASSERT_FALSE(ready());
    }
};

TEST_F(DownTest, WhereAllServersAreDownAnOperatorsRequestFailsAtOnce) {
    start(gateway::GatewayOptions());
    nlohmann::json body = chat("pdr:2", "x");
    for (const bool stream : {false, true}) {
        body["stream"] = stream;
        const std::string answer = ask(kChat, body);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
        EXPECT_THAT(answer, HasSubstr("Retry-After: "));
        EXPECT_THAT(answer, HasSubstr("(first, second)"));
    }
    EXPECT_THAT(ask(kChat, chat("m", "x")), StartsWith("HTTP/1.1 502 "));
}

// One request may be what breaks it: others are not refused for that.
TEST_F(TwoServersTest, AServerThatAnswersThatItIsBrokenIsStillAskedWhereThereIsNoOther) {
    MockOptions options;
    options.script = [](const MockRequest& request) {
        const bool ill = request.json.is_object() && request.json.value("model", "") == "ill";
        return ill ? std::optional(error_reply(500, "broken")) : std::nullopt;
    };
    MockServer server(options);
    start(server.url(), server.url());
    for (int i = 0; i < 4; ++i) EXPECT_THAT(ask(kChat, chat("pdr:2@ill", "x")), StartsWith("HTTP/1.1 502 "));
    EXPECT_THAT(ask(kChat, chat("pdr:2@m", "x")), StartsWith("HTTP/1.1 200 "));
}

TEST_F(DownTest, OneThatIsToWaitForServersIsRetriedForItsTime) {
    gateway::GatewayOptions options;
    options.waits_for_servers = true;
    options.retry.total_time = 1ms;
    start(std::move(options));
    EXPECT_THAT(ask(kChat, chat("pdr:2", "x")), StartsWith("HTTP/1.1 502 "));
}

}  // namespace
}  // namespace retort::test

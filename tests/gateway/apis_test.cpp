// The APIs by which operators answer, over a model in process.
#include <gmock/gmock.h>

#include "gateway/running_gateway.h"
#include "model/scripted_model.h"

namespace retort::test {
namespace {

using gateway::GatewayOptions;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ApisTest : public testing::Test {
  protected:
    std::string said(const std::string& request) const { return gateway_->said(request); }

    std::string ask(const std::string& path, const json& body, const std::string& headers = "") const {
        return gateway_->ask(path, body, headers);
    }

    json get(const std::string& path) const { return reply_of(gateway_->get(path)); }

    GatewayOptions options() const {
        GatewayOptions out;
        out.local.push_back({"small", model_, chat_prompts()});
        out.local.push_back({"countdown", model_, prompt_set_for("countdown")});
        out.rules.model = "small";
        out.rules.operator_name = "vote:2";
        out.rules.offered = {"pdr:2"};
        out.rules.aliases.emplace("smart", "pdr:2@small");
        return out;
    }

    std::shared_ptr<ScriptedModel> model_ =
        std::make_shared<ScriptedModel>([](const CompletionRequest&) { return scripted_text("it is four"); });
    std::unique_ptr<RunningGateway> gateway_ = std::make_unique<RunningGateway>(options());
};

TEST_F(ApisTest, APlainNameOfAModelInProcessIsOneCall) {
    const json reply = reply_of(
        ask("/v1/chat/completions", {{"model", "small"}, {"messages", {{{"role", "user"}, {"content", "2 + 2?"}}}}}));
    EXPECT_EQ(reply["choices"][0]["message"]["content"], "it is four");
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 1);
    EXPECT_EQ(reply["usage"]["prompt_tokens"], 3);
}

TEST_F(ApisTest, RetortIsTheOperatorThatTheGatewayWasStartedWith) {
    const json message = {{"role", "user"}, {"content", "2 + 2?"}};
    const json reply = reply_of(ask("/v1/chat/completions", {{"model", "retort"}, {"messages", {message}}}));
    EXPECT_EQ(reply["model"], "retort");
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 2);
}

TEST_F(ApisTest, HeadersSayTheMethodToo) {
    const json message = {{"role", "user"}, {"content", "2 + 2?"}};
    const json body = {{"model", "small"}, {"messages", {message}}};
    const json reply = reply_of(ask("/v1/chat/completions", body, "X-Retort-Operator: pdr:3\r\nX-Retort-K: 1\r\n"));
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 4);
    const std::string wrong = ask("/v1/chat/completions", body, "X-Retort-Operator: pdr:3\r\nX-Retort-K: many\r\n");
    EXPECT_THAT(wrong, StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(wrong, HasSubstr("X-Retort-K: expected a whole number"));
}

TEST_F(ApisTest, ATextIsCompleted) {
    const json reply = reply_of(ask("/v1/completions", {{"model", "pdr:2"}, {"prompt", "2 + 2?"}}));
    EXPECT_EQ(reply["object"], "text_completion");
    EXPECT_THAT(reply["id"].get<std::string>(), StartsWith("cmpl-"));
    EXPECT_EQ(reply["choices"][0]["text"], "it is four");
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 3);
    const std::string stream = ask("/v1/completions", {{"model", "pdr:2"}, {"prompt", {"2 + 2?"}}, {"stream", true}});
    EXPECT_THAT(stream, HasSubstr(": Round 1: 2 drafts."));
    EXPECT_EQ(events_of(stream).front()["choices"][0]["text"], "it is four");
    EXPECT_THAT(stream, HasSubstr("data: [DONE]"));
    const json refused = reply_of(ask("/v1/completions", {{"model", "pdr:2"}, {"prompt", {"a", "b"}}}));
    EXPECT_EQ(refused["error"]["param"], "prompt");
}

TEST_F(ApisTest, AResponseHasItems) {
    const json reply = reply_of(ask(
        "/v1/responses", {{"model", "pdr:2"}, {"instructions", "be short"}, {"input", "2 + 2?"}, {"store", false}}));
    EXPECT_EQ(reply["object"], "response");
    EXPECT_EQ(reply["status"], "completed");
    ASSERT_EQ(reply["output"].size(), 2U);
    EXPECT_EQ(reply["output"][0]["type"], "reasoning");
    EXPECT_EQ(reply["output"][1]["content"][0]["text"], "it is four");
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 3);
    EXPECT_THAT(prompt_text(model_->asked().front().prompt), StartsWith("be short"));
}

TEST_F(ApisTest, AResponseRepeatsWhatWasAskedFor) {
    const json reply = reply_of(ask("/v1/responses", {{"model", "pdr:2"},
                                                      {"instructions", "be short"},
                                                      {"input", "2 + 2?"},
                                                      {"temperature", 0.5},
                                                      {"text", {{"format", {{"type", "text"}}}}},
                                                      {"metadata", {{"run", "7"}}}}));
    EXPECT_EQ(reply["instructions"], "be short");
    EXPECT_EQ(reply["temperature"], 0.5);
    EXPECT_EQ(reply["metadata"]["run"], "7");
    EXPECT_EQ(reply["tool_choice"], "auto");
}

TEST_F(ApisTest, AStreamOfAResponseBuildsItUp) {
    const std::string stream = ask("/v1/responses", {{"model", "pdr:2"}, {"input", "2 + 2?"}, {"stream", true}});
    std::vector<std::string> types;
    std::int64_t number = 0;
    for (const json& event : events_of(stream)) {
        EXPECT_EQ(event["sequence_number"], number++);
        const std::string type = event["type"];
        if (types.empty() || types.back() != type) types.push_back(type);
    }
    EXPECT_THAT(types,
                ElementsAre("response.created", "response.in_progress", "response.output_item.added",
                            "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
                            "response.reasoning_summary_text.done", "response.reasoning_summary_part.done",
                            "response.output_item.done", "response.output_item.added", "response.content_part.added",
                            "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                            "response.output_item.done", "response.completed"));
    const json last = events_of(stream).back()["response"];
    EXPECT_EQ(last["output"][1]["content"][0]["text"], "it is four");
    EXPECT_EQ(last["usage"]["total_tokens"], last["usage"]["retort"]["b_total"]);
}

TEST_F(ApisTest, WhatAResponseAsksForAndNoOperatorCanKeepIsRefused) {
    const auto param = [&](const json& more) {
        json body = {{"model", "pdr:2"}, {"input", "2 + 2?"}};
        body.update(more);
        return reply_of(ask("/v1/responses", body))["error"]["param"];
    };
    EXPECT_EQ(param({{"previous_response_id", "resp_1"}}), "previous_response_id");
    EXPECT_EQ(param({{"background", true}}), "background");
    EXPECT_EQ(param({{"tools", {{{"type", "web_search"}}}}}), "tools");
    EXPECT_EQ(param({{"input", {{{"type", "computer_call"}}}}}), "input");
    EXPECT_TRUE(model_->asked().empty());
}

TEST_F(ApisTest, ModelsAreListedWithTheirOperators) {
    std::vector<std::string> ids;
    const json list = get("/v1/models");
    for (const json& one : list["data"]) ids.push_back(one["id"]);
    EXPECT_THAT(ids, ElementsAre("small", "countdown", "smart", "pdr:2", "pdr:2@countdown"));
    EXPECT_EQ(get("/v1/models/pdr%3A2")["id"], "pdr:2");
    EXPECT_EQ(get("/v1/models/small")["object"], "model");
    EXPECT_EQ(get("/v1/models/pdr:0")["error"]["message"], "there is no model \"pdr:0\"");
    EXPECT_EQ(get("/v1/models/other")["error"]["message"],
              "there is no /v1/models/other here: this gateway holds its models itself");
    EXPECT_EQ(get("/v1/chat/completions")["error"]["message"], "/v1/chat/completions: expected POST, found GET");
}

TEST_F(ApisTest, AModelThatIsNotThereIsSaid) {
    const json message = {{"role", "user"}, {"content", "2 + 2?"}};
    const std::string answer = ask("/v1/chat/completions", {{"model", "pdr:2@other"}, {"messages", {message}}});
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 "));
    EXPECT_EQ(reply_of(answer)["error"]["code"], "model_not_found");
    EXPECT_EQ(reply_of(answer)["error"]["message"], "there is no model \"other\": expected one of small, countdown");
}

TEST_F(ApisTest, AModelInProcessRefusesWhatItCannotKeep) {
    const json message = {{"role", "user"}, {"content", "2 + 2?"}};
    const json body = {{"model", "small"}, {"messages", {message}}, {"stop", {"x"}}};
    EXPECT_THAT(ask("/v1/chat/completions", body), HasSubstr("the model small runs in process and cannot keep to it"));
    json idle = {{"model", "small"}, {"messages", {message}}, {"user", "ann"}, {"presence_penalty", 0}};
    EXPECT_THAT(ask("/v1/chat/completions", idle), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ApisTest, AModelOfOneKindOfProblemIsAskedInItsWords) {
    const auto asked = [&](const std::string& text) {
        const json message = {{"role", "user"}, {"content", text}};
        return ask("/v1/chat/completions", {{"model", "vote:2@countdown"}, {"messages", {message}}});
    };
    EXPECT_THAT(asked("hello"), HasSubstr("knows Countdown with 4 whole numbers"));
    EXPECT_TRUE(model_->asked().empty());
    asked("Use 3, 7, 8, 13 to make 50");
    ASSERT_EQ(model_->asked().size(), 2U);
    EXPECT_THAT(prompt_text(model_->asked().front().prompt), HasSubstr("equals 50"));
}

TEST_F(ApisTest, TheLivePageIsThereAndKnowsOfRuns) {
    const std::string page = said("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(page, HasSubstr("Content-Type: text/html"));
    EXPECT_THAT(page, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(page, HasSubstr("</html>"));
    const std::string id = reply_of(ask("/v1/completions", {{"model", "pdr:2"}, {"prompt", "2 + 2?"}}))["id"];
    const std::string path = "/retort/runs/" + id.substr(id.find('-') + 1);
    const auto seen_as = [&](const std::string& host) {
        return reply_of(said("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"));
    };
    EXPECT_EQ(seen_as("localhost")["question"], "2 + 2?");
    EXPECT_EQ(seen_as("localhost")["rounds"][0]["drafts"].size(), 2U);
    EXPECT_EQ(seen_as("evil.example")["question"], "");
}

TEST_F(ApisTest, HealthReadinessAndMetricsAreThere) {
    EXPECT_EQ(get("/health")["status"], "ok");
    EXPECT_EQ(get("/ready")["status"], "ready");
    ask("/v1/completions", {{"model", "pdr:2"}, {"prompt", "2 + 2?"}});
    const std::string metrics = said("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(metrics, HasSubstr("retort_requests_total{handling=\"run\",status=\"200\"} 1"));
    EXPECT_THAT(metrics, HasSubstr("retort_calls_total{result=\"completed\"} 3"));
}

}  // namespace
}  // namespace retort::test

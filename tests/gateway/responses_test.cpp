// POST /v1/responses: what of a body a chat can say, and what the events of a stream build up.
#include <gmock/gmock.h>

#include <algorithm>

#include "gateway/api/chat_object.h"
#include "gateway/api/reply_writer.h"
#include "gateway/chat_fixture.h"

namespace retort::test {
namespace {

using namespace gateway;
using testing::EndsWith;
using testing::HasSubstr;

json of_type(const std::vector<json>& events, const std::string& type) {
    for (const json& event : events)
        if (event["type"] == type) return event;
    return json();
}

// A stream in which the last call thinks again after it has spoken.
std::string interrupted(const ChatAnswer& answer) {
    const auto writer = response_writer({std::string(24, '0'), "pdr:2", 0});
    std::string out = writer->begin() + writer->progress("thinks\n") + writer->text("half ");
    out += writer->progress("thinks\nagain");
    return out + writer->text("whole") + writer->end(answer, {});
}

TEST(ResponseWriter, AnItemThatIsDoneSaysNoMore) {
    const std::string stream = interrupted({"half whole", "", ""});
    const std::vector<json> events = events_of(stream);
    const std::string done = of_type(events, "response.reasoning_summary_text.done")["text"];
    EXPECT_EQ(done, "thinks\n");
    EXPECT_EQ(events.back()["response"]["output"][0]["summary"][0]["text"], done);
    EXPECT_EQ(events.back()["response"]["output"][0], of_type(events, "response.output_item.done")["item"]);
    EXPECT_THAT(stream, HasSubstr("\n\n: thinks again\n\n"));
    EXPECT_EQ(std::count_if(events.begin(), events.end(),
                            [](const json& event) { return event["type"] == "response.reasoning_summary_text.delta"; }),
              1);
}

TEST(ResponseWriter, WhatComesAfterAMessageThatBeganWithoutReasoningIsNoItem) {
    const auto writer = response_writer({std::string(24, '0'), "pdr:2", 0});
    const std::string stream =
        writer->begin() + writer->text("a") + writer->progress("late") + writer->end({"a", "", ""}, {});
    EXPECT_EQ(events_of(stream).back()["response"]["output"].size(), 1U);
    EXPECT_EQ(of_type(events_of(stream), "response.output_text.done")["output_index"], 0);
}

TEST(ResponseWriter, TextsHaveTheirLogProbabilitiesWhichAreNone) {
    const std::vector<json> events = events_of(interrupted({"half whole", "", ""}));
    for (const char* type : {"response.output_text.delta", "response.output_text.done"})
        EXPECT_EQ(of_type(events, type)["logprobs"], json::array()) << type;
    for (const char* type : {"response.content_part.added", "response.content_part.done"})
        EXPECT_EQ(of_type(events, type)["part"]["logprobs"], json::array()) << type;
    EXPECT_EQ(events.back()["response"]["output"][1]["content"][0]["logprobs"], json::array());
}

TEST(ResponseWriter, AMessageThatWasCutIsIncomplete) {
    const ChatAnswer cut{"half whole", "", "", true};
    const std::vector<json> events = events_of(interrupted(cut));
    const json response = events.back()["response"];
    EXPECT_EQ(events.back()["type"], "response.incomplete");
    EXPECT_EQ(response["output"][0]["status"], "completed");
    EXPECT_EQ(response["output"][1]["status"], "incomplete");
    EXPECT_EQ(response["output"][1]["content"][0]["text"], "half whole");
    EXPECT_EQ(events[events.size() - 2]["item"], response["output"][1]);
    const json whole = json::parse(response_writer({std::string(24, '0'), "pdr:2", 0})->whole(cut, {}));
    EXPECT_EQ(whole["output"][0]["status"], "incomplete");
}

TEST(ResponseWriter, OfAnAnswerThatWasCutInACallOfAToolTheCallIsIncomplete) {
    const std::string call = R"([{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a"}}])";
    const json whole =
        json::parse(response_writer({std::string(24, '0'), "pdr:2", 0})->whole({"so", "", call, true}, {}));
    EXPECT_EQ(whole["output"][0]["status"], "completed");
    EXPECT_EQ(whole["output"][1]["status"], "incomplete");
}

// The chat of a request with these members; or the field at fault.
json chat_of(const json& more) {
    json body = {{"model", "pdr:2"}, {"input", "2 + 2?"}};
    body.update(more);
    const auto read = chat_of_response_body(body.dump());
    return read ? read->json : json(read.error().param);
}

json function(const std::string& name) {
    return {{"type", "function"}, {"name", name}};
}

TEST(ResponseBody, WhatAChatCanSayIsSaidThere) {
    const json chat = chat_of({{"text", {{"verbosity", "low"}, {"format", {{"type", "json_object"}}}}},
                               {"reasoning", {{"effort", "low"}, {"summary", "auto"}}},
                               {"max_output_tokens", 50},
                               {"tools", {function("f")}},
                               {"tool_choice", function("f")}});
    EXPECT_EQ(chat["verbosity"], "low");
    EXPECT_EQ(chat["response_format"], json::parse(R"({"type":"json_object"})"));
    EXPECT_EQ(chat["reasoning_effort"], "low");
    EXPECT_EQ(chat["max_tokens"], 50);
    EXPECT_EQ(chat["tools"][0]["function"]["name"], "f");
    EXPECT_EQ(chat["tool_choice"], json::parse(R"({"type":"function","function":{"name":"f"}})"));
    for (const char* gone : {"text", "reasoning", "max_output_tokens", "input"}) EXPECT_FALSE(chat.contains(gone));
}

TEST(ResponseBody, WhatIsKeptToAnywayIsTaken) {
    for (const json& more :
         {json{{"store", true}}, json{{"store", false}}, json{{"truncation", "disabled"}}, json{{"truncation", "auto"}},
          json{{"include", {"reasoning.encrypted_content"}}}, json{{"include", json::array()}},
          json{{"max_tool_calls", 1}}, json{{"stream_options", {{"include_obfuscation", false}}}}}) {
        const json chat = chat_of(more);
        EXPECT_TRUE(chat.is_object()) << more;
        for (const char* name : {"store", "truncation", "include", "max_tool_calls"}) EXPECT_FALSE(chat.contains(name));
    }
}

TEST(ResponseBody, WhatCannotBeKeptToIsNamed) {
    EXPECT_EQ(chat_of({{"include", {"message.output_text.logprobs"}}}), "include");
    EXPECT_EQ(chat_of({{"include", "all"}}), "include");
    EXPECT_EQ(chat_of({{"truncation", "middle"}}), "truncation");
    EXPECT_EQ(chat_of({{"text", {{"rhyme", "yes"}}}}), "text");
    EXPECT_EQ(chat_of({{"text", {{"format", {{"type", "grammar"}}}}}}), "text");
    EXPECT_EQ(chat_of({{"reasoning", {{"depth", 3}}}}), "reasoning");
    EXPECT_EQ(chat_of({{"reasoning", "high"}}), "reasoning");
    EXPECT_EQ(chat_of({{"stream_options", {{"include_obfuscation", true}}}}), "stream_options");
    EXPECT_EQ(chat_of({{"context_management", {{{"type", "compaction"}}}}}), "context_management");
    EXPECT_EQ(chat_of({{"instructions", {"a"}}}), "instructions");
    for (const json& choice :
         {json{{"type", "custom"}, {"name", "f"}}, json{{"type", "file_search"}}, json{{"type", "function"}}, json(3)})
        EXPECT_EQ(chat_of({{"tools", {function("f")}}, {"tool_choice", choice}}), "tool_choice") << choice;
}

TEST(ResponseBody, OfToolsThoseThatTheChoiceAllowsAreLeft) {
    const auto chosen = [](const json& choice) {
        return chat_of({{"tools", {function("f"), function("g"), function("h")}}, {"tool_choice", choice}});
    };
    const json chat =
        chosen({{"type", "allowed_tools"}, {"mode", "required"}, {"tools", {function("h"), function("f")}}});
    EXPECT_EQ(chat["tool_choice"], "required");
    ASSERT_EQ(chat["tools"].size(), 2U);
    EXPECT_EQ(chat["tools"][0]["function"]["name"], "h");
    EXPECT_EQ(chat["tools"][1]["function"]["name"], "f");
    EXPECT_EQ(chosen({{"type", "allowed_tools"}, {"tools", {function("other")}}}), "tool_choice");
    EXPECT_EQ(chosen({{"type", "allowed_tools"}, {"tools", {{{"type", "web_search"}}}}}), "tool_choice");
    EXPECT_EQ(chosen({{"type", "allowed_tools"}, {"mode", "auto"}}), "tool_choice");
    EXPECT_EQ(chosen({{"type", "allowed_tools"}, {"mode", "none"}, {"tools", {function("f")}}}), "tool_choice");
}

TEST(ResponseBody, AnImageKeepsItsDetail) {
    const auto image = [](const json& part) { return chat_of({{"input", {{{"role", "user"}, {"content", {part}}}}}}); };
    json part = {{"type", "input_image"}, {"image_url", "data:x"}, {"detail", "low"}};
    EXPECT_EQ(image(part)["messages"][0]["content"][0]["image_url"], json::parse(R"({"url":"data:x","detail":"low"})"));
    part["image_url"] = nullptr;
    EXPECT_EQ(image(part), "input");
}

class ResponsesTest : public ChatTest {
  protected:
    json respond(const json& more) {
        json body = {{"model", "pdr:2"}, {"input", "What is it?"}};
        body.update(more);
        return reply_of(gateway_->ask("/v1/responses", body));
    }
};

TEST_F(ResponsesTest, VerbosityGoesWithEveryCallAndNothingIsStored) {
    const json reply = respond({{"text", {{"verbosity", "high"}}}, {"store", true}});
    EXPECT_EQ(reply["status"], "completed");
    EXPECT_EQ(reply["store"], false);
    EXPECT_EQ(reply["text"]["verbosity"], "high");
    for (const json& call : asked()) {
        EXPECT_EQ(call["verbosity"], "high");
        EXPECT_FALSE(call.contains("store"));
    }
}

TEST_F(ResponsesTest, WhatIsRefusedAsksNobody) {
    EXPECT_EQ(respond({{"truncation", "middle"}})["error"]["param"], "truncation");
    EXPECT_TRUE(asked().empty());
}

TEST_F(ResponsesTest, ACallThatIsMadeAgainAfterItsTextThinksInComments) {
    const std::string thought = chat_chunk({{"reasoning_content", "hm"}});
    last_ = stream_of({"the ", "final ", "answer"}, std::nullopt);
    last_.pieces.resize(2);
    last_.pieces.insert(last_.pieces.begin(), thought);
    last_.close_inside = true;
    last_.between = 20ms;
    const json body = {{"model", "pdr:2"}, {"input", "What is it?"}, {"stream", true}};
    RawClient client(port_);
    client.send(post("/v1/responses", body.dump(), "Connection: close\r\n"));
    for (int i = 0; i < 5000 && asked().size() < 3; ++i) std::this_thread::sleep_for(1ms);
    {
        const std::lock_guard lock(mutex_);
        last_ = stream_of({"another ", "answer"}, MockUsage{30, 3});
        last_.pieces.insert(last_.pieces.begin(), thought);
    }
    const std::string stream = client.read_all();
    const std::vector<json> events = events_of(stream);
    const json output = events.back()["response"]["output"];
    EXPECT_EQ(of_type(events, "response.reasoning_summary_text.done")["text"], output[0]["summary"][0]["text"]);
    EXPECT_THAT(output[1]["content"][0]["text"].get<std::string>(), EndsWith("another answer"));
    bool done = false;
    for (const json& event : events) {
        if (event["type"] == "response.reasoning_summary_text.done") done = true;
        if (event["type"] == "response.reasoning_summary_text.delta") EXPECT_FALSE(done);
    }
}

}  // namespace
}  // namespace retort::test

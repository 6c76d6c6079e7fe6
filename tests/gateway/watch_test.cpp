// What the live page is told.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "gateway/watch/board.h"
#include "gateway/watch/board_json.h"
#include "gateway/watch/run_recorder.h"
#include "gateway/watch/watch_api.h"

namespace retort::test {
namespace {

using namespace gateway;
using nlohmann::json;
using testing::ElementsAre;

RunRecord run(const std::string& id, const std::string& question = "how many?") {
    RunRecord out;
    out.id = id;
    out.operator_name = "pdr:2";
    out.model = "m";
    out.key = "ann";
    out.question = question;
    out.rounds_planned = 1;
    return out;
}

constexpr Viewer kAdmin{true, true};
constexpr Viewer kGuest{true, false};

Place draft(int index) {
    return {"p", 0, 1, index, CallRole::draft, 0};
}

TEST(RunRecorder, KeepsEachDraftAsItGrowsAndLands) {
    Board board;
    const auto record = board.begin(run("a"));
    RunRecorder recorder(record);
    Round spec;
    spec.width = 2;
    recorder.round_started(1, spec);
    recorder.call_started(draft(0));
    recorder.call_started(draft(1));  // it may wait for room: only what it writes tells
    recorder.call_delta(draft(0), {"thinking", true, 1});
    recorder.call_delta(draft(0), {"half ", false, 3});
    json state = json::parse(state_json(board, nullptr, {}, kAdmin));
    EXPECT_EQ(state["in_flight"][0]["phase"], "round 1 of 1");
    EXPECT_EQ(state["in_flight"][0]["lanes"],
              json::parse(R"([{"state":"running","tokens":3},{"state":"waiting","tokens":0}])"));
    recorder.call_delta(draft(0), {"", false, -1});
    recorder.call_delta(draft(0), {"whole", false, 2});
    Completion completion;
    completion.finish = Finish::stop;
    completion.text = "whole answer";
    completion.usage.out = 4;
    recorder.call_landed(draft(0), completion);
    const json seen = json::parse(run_json(*record, kAdmin));
    EXPECT_EQ(seen["rounds"][0]["drafts"][0]["text"], "whole answer");
    EXPECT_EQ(seen["rounds"][0]["drafts"][0]["state"], "done");
    EXPECT_EQ(seen["rounds"][0]["drafts"][0]["tokens"], 4);
    EXPECT_FALSE(seen["finished"]);
}

TEST(RunRecorder, ALongTextKeepsItsBeginningAlone) {
    const auto record = std::make_shared<RunRecord>(run("a"));
    RunRecorder recorder(record);
    Round spec;
    recorder.round_started(1, spec);
    for (int i = 0; i < 100; ++i) recorder.call_delta(draft(0), {std::string(4096, 'x') + "\xC3\xA4", false, 1});
    EXPECT_LE(record->rounds[0].drafts[0].text.size(), 64U * 1024);
    EXPECT_GT(record->rounds[0].drafts[0].text.size(), 60U * 1024);
}

TEST(RunRecorder, WhatIsKeptOfLongTextsTakesNoMoreRoomThanItSays) {
    const auto record = std::make_shared<RunRecord>(run("a"));
    RunRecorder recorder(record);
    recorder.round_started(1, Round());
    Completion completion;
    completion.finish = Finish::stop;
    completion.text = std::string(1 << 20, 'x');
    recorder.call_landed(draft(0), completion);
    EXPECT_LE(record->rounds[0].drafts[0].text.capacity(), 64U * 1024);
    EXPECT_GE(record->bytes(), record->rounds[0].drafts[0].text.capacity());
}

TEST(Board, WhatWasAskedIsForAdminsAlone) {
    Board board;
    const auto record = board.begin(run("a", "a secret"));
    record->answer = "also secret";
    record->error = "400: the input \"a secret\"";
    record->fault = "a model or its server";
    record->final.emplace().text = "secret too";
    record->status = RunStatus::done;
    board.end(record);
    for (const std::string& text : {state_json(board, nullptr, {}, kGuest), history_json(board, "", 0, 10, kGuest),
                                    run_json(*board.find("a"), kGuest), history_json(board, "secret", 0, 10, kGuest)})
        EXPECT_EQ(text.find("secret"), std::string::npos) << text;
    EXPECT_EQ(json::parse(run_json(*board.find("a"), kGuest))["error"], "a model or its server");
    EXPECT_EQ(json::parse(history_json(board, "SECRET", 0, 10, kAdmin))["finished"].size(), 1U);
    EXPECT_EQ(json::parse(run_json(*board.find("a"), kAdmin))["final"]["text"], "secret too");
}

TEST(Board, HistoryIsBoundedAndReadFromItsNewestEndOn) {
    Board board;
    for (int i = 0; i < 10'050; ++i) {
        const auto record = board.begin(run("run-" + std::to_string(i)));
        board.end(record);
    }
    EXPECT_EQ(board.ended().size(), 10'000U);
    EXPECT_EQ(board.find("run-0"), nullptr);
    EXPECT_NE(board.find("run-10049"), nullptr);
    const json newest = json::parse(history_json(board, "", 0, 3, kAdmin));
    EXPECT_EQ(newest["finished"][0]["id"], "run-10049");
    EXPECT_TRUE(newest["more"]);
    const json before = json::parse(history_json(board, "", newest["finished"][2]["seq"], 3, kAdmin));
    EXPECT_EQ(before["finished"][0]["id"], "run-10046");
    const json since = json::parse(state_json(board, nullptr, {10'048, 0, 0, 0}, kAdmin));
    EXPECT_EQ(since["finished"].size(), 2U);
}

TEST(Board, TextsAreKeptUpToABoundOfBytes) {
    Board board;
    for (int i = 0; i < 100; ++i) {
        RunRecord big = run(std::to_string(i));
        big.final.emplace().text = std::string(std::size_t{1} << 20, 'x');
        board.end(board.begin(std::move(big)));
    }
    EXPECT_EQ(board.find("0"), nullptr);
    EXPECT_NE(board.find("99"), nullptr);
    EXPECT_EQ(board.ended().size(), 100U);
}

TEST(Board, SecondsSayHowBusyItWas) {
    Board board;
    for (int i = 1; i <= 100; ++i) board.request_ended(5'000 + i, i / 1000.0, i == 7 ? 502 : 200, i % 2 == 0, 10, i);
    board.request_ended(7'000, 0.5, 200, false, 0, 0);
    const json points = json::parse(state_json(board, nullptr, {}, kAdmin))["points"];
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0], json::parse("[5,100,50,1,1000,100,50.0,99.0]"));
    EXPECT_EQ(points[1], json::parse("[7,1,0,0,0,0,500.0,500.0]"));
    for (int i = 0; i < 700; ++i) board.request_ended(1'000'000 + 1000 * i, 1, 200, false, 0, 0);
    EXPECT_EQ(board.seconds().size(), 600U);
}

TEST(WatchApi, AForgedNameOfThisHostIsNoneOfOurs) {
    const auto named = [](const std::string& host) {
        RequestHead head;
        head.headers.push_back({"Host", host});
        return names_this_host(head, "10.0.0.5");
    };
    EXPECT_TRUE(named("localhost:8080"));
    EXPECT_TRUE(named("127.0.0.1"));
    EXPECT_TRUE(named("[::1]:8080"));
    EXPECT_TRUE(named("10.0.0.5:8080"));
    EXPECT_FALSE(named("evil.example:8080"));
    EXPECT_FALSE(named("localhost.evil.example"));
    EXPECT_FALSE(named(""));
}

TEST(RequestHead, ValuesOfAQueryAreDecoded) {
    RequestHead head;
    head.target = "/x?query=a%2Bb+c&since=12&empty=";
    EXPECT_EQ(head.query("query"), "a+b c");
    EXPECT_EQ(head.query("since"), "12");
    EXPECT_EQ(head.query("empty"), "");
    EXPECT_EQ(head.query("none"), "");
}

}  // namespace
}  // namespace retort::test

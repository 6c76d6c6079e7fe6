#include "train/tinker/link.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <thread>

#include "train/tinker/scripted_server.h"

namespace retort::train::tinker::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Task<std::thread::id> where() {
    co_return std::this_thread::get_id();
}

Task<int> broken() {
    throw std::runtime_error("broken");
    co_return 0;
}

TEST(Link, TasksRunOnAThreadOfItsOwn) {
    Link link({}, nullptr);
    const std::thread::id there = link.run(where());
    EXPECT_NE(there, std::this_thread::get_id());
    EXPECT_EQ(link.run(where()), there);
}

TEST(Link, WhatATaskThrowsIsThrownHere) {
    Link link({}, nullptr);
    EXPECT_THROW(link.run(broken()), std::runtime_error);
}

TEST(Link, AnOutageIsToldOnTheThreadThatWaits) {
    ScriptedServer server({{"session_heartbeat", {plain(503, ""), json_reply(200, json::object())}}});
    std::vector<std::string> told;
    const std::thread::id here = std::this_thread::get_id();
    ClientOptions options;
    options.url = server.url();
    options.sleep = [](std::chrono::nanoseconds, std::stop_token stop) {
        return sleep_for(std::chrono::milliseconds(1), stop);
    };
    options.told = [&](const std::string& line) {
        EXPECT_EQ(std::this_thread::get_id(), here);
        told.push_back(line);
    };
    Link link(options, nullptr);
    EXPECT_TRUE(link.run(link.client().heartbeat()));
    EXPECT_THAT(told, SizeIs(2));
}

TEST(Link, TheStopFlagEndsTheWaitForAServerThatIsGone) {
    ClientOptions options;
    options.url = "http://127.0.0.1:1";
    const std::atomic<bool> stop = true;
    Link link(options, &stop);
    const Result<bool> opened = link.run(link.client().open({}));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, FailureKind::stopped);
    EXPECT_THAT(opened.error().message, HasSubstr("nobody listens there"));
}

TEST(Link, ItGoesWhileCallsAreUnderWay) {
    MockReply silent;
    silent.hang = true;
    silent.pieces = {"{"};
    silent.announced = 100;
    ScriptedServer server({{"session_heartbeat", {silent}}});
    ClientOptions options;
    options.url = server.url();
    for (int i = 0; i < 3; ++i) {
        Link link(options, nullptr);
        link.keep_alive();
        asio::co_spawn(link.loop(), link.client().heartbeat(), [](std::exception_ptr, bool) {});
        (void)link.run(where());
        while (server.requests("session_heartbeat").size() <= static_cast<std::size_t>(i)) std::this_thread::yield();
    }
}

}  // namespace
}  // namespace retort::train::tinker::test

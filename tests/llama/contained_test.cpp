#include "model/llama/contained.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

namespace retort::llama {
namespace {

using ::testing::HasSubstr;

int overflow(int depth) {
    volatile char frame[4096];
    frame[0] = static_cast<char>(depth);
    return depth < 0 ? 0 : overflow(depth + 1) + frame[0];
}

std::string allocate() {
    std::vector<std::string> kept;
    for (;;) kept.emplace_back(std::size_t{1} << 20, 'x');
}

bool write_a_file() {
    const int file = memfd_create("test", MFD_CLOEXEC);
    const bool written = file >= 0 && write(file, "x", 1) == 1;
    close(file);
    return written;
}

// Does what the request says.
std::string do_it(std::string_view request) {
    static int calls = 0;
    if (request == "throw") throw std::runtime_error("the reason");
    if (request == "loop")
        for (volatile int i = 0;; i = i + 1) {
        }
    if (request == "allocate") return allocate();
    if (request == "write") return std::string(std::size_t{3} << 20, 'x');
    if (request == "overflow") return std::to_string(overflow(0));
    if (request == "abort") std::abort();
    if (request == "exit") _exit(0);
    if (request == "sleep") pause();
    if (request == "file") return write_a_file() ? "written" : "refused";
    if (request == "parent") return std::to_string(getppid());
    if (request == "calls") return std::to_string(++calls);
    return "did " + std::string(request);
}

ContainedBounds small_bounds() {
    ContainedBounds out;
    out.processor = std::chrono::milliseconds(200);
    out.memory = std::int64_t{64} << 20;
    out.answer = std::size_t{2} << 20;
    return out;
}

class ContainedTest : public ::testing::Test {
  protected:
    std::string refusal(std::string_view request) {
        const Outcome<std::string> out = contained_.call(request);
        return out ? "no error: " + *out : out.error().message;
    }

    Contained contained_{do_it, small_bounds()};
};

TEST_F(ContainedTest, GivesTheAnswerOrTheReason) {
    EXPECT_EQ(contained_.call("this").value(), "did this");
    EXPECT_EQ(refusal("throw"), "the reason");
    EXPECT_EQ(contained_.call("throw").error().kind, ErrorKind::model);
}

TEST_F(ContainedTest, CarriesAnyBytesOfAnySize) {
    std::string long_one(std::size_t{1} << 20, '\xFF');
    long_one[7] = '\0';
    EXPECT_EQ(contained_.call(long_one).value(), "did " + long_one);
    EXPECT_EQ(contained_.call("").value(), "did ");
}

TEST_F(ContainedTest, EndsWhatGoesBeyondItsBounds) {
    EXPECT_EQ(refusal("loop"), "took more than 0.2 s on a core");
    EXPECT_EQ(contained_.call("loop").error().kind, ErrorKind::file);
    EXPECT_EQ(refusal("write"), "wrote more than 2 MB");
}

TEST_F(ContainedTest, EndsWhatNeedsTooMuchMemory) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    GTEST_SKIP() << "the sanitizer's allocator reports and ends by itself, and may wait for itself in doing so";
#endif
#endif
    EXPECT_EQ(refusal("allocate"), "needed more than 64 MB of memory");
}

TEST_F(ContainedTest, OutlivesWhatBreaksDown) {
    for (const char* fault : {"overflow", "abort", "exit"})
        EXPECT_THAT(refusal(fault), HasSubstr("broke down")) << fault;
    EXPECT_EQ(contained_.call("that").value(), "did that");
}

TEST_F(ContainedTest, NoCallSeesWhatAnotherLeft) {
    EXPECT_EQ(contained_.call("calls").value(), "1");
    EXPECT_EQ(contained_.call("calls").value(), "1");
}

TEST_F(ContainedTest, WritesToNoFile) {
    EXPECT_EQ(contained_.call("file").value(), "refused");
    EXPECT_TRUE(write_a_file()) << "as this process may";
}

TEST_F(ContainedTest, StartsAgainWhenItsProcessWasEnded) {
    const pid_t keeper = std::stoi(contained_.call("parent").value());
    ASSERT_EQ(kill(keeper, SIGKILL), 0);
    EXPECT_EQ(contained_.call("more").value(), "did more");
}

TEST_F(ContainedTest, IsCalledFromManyThreads) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([this, i] {
            const std::string request = "thread " + std::to_string(i);
            for (int n = 0; n < 10; ++n) EXPECT_EQ(contained_.call(request).value(), "did " + request);
        });
    for (std::thread& thread : threads) thread.join();
}

TEST(Contained, GivesUpWaiting) {
    ContainedBounds bounds = small_bounds();
    bounds.wait = std::chrono::milliseconds(100);
    Contained contained(do_it, bounds);
    const Outcome<std::string> keeper = contained.call("parent");
    const Outcome<std::string> out = contained.call("sleep");
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().message, "gave no answer within 100 ms");
    EXPECT_EQ(contained.call("parent").value(), keeper.value()) << "which ended the call that slept";
}

TEST(Contained, KeepsNoPipeOpen) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    Contained contained(do_it);
    ASSERT_TRUE(contained.start());
    ASSERT_TRUE(contained.call("once"));
    close(ends[1]);
    char byte = 0;
    EXPECT_EQ(read(ends[0], &byte, 1), 0) << "the end of the pipe is heard";
    close(ends[0]);
}

}  // namespace
}  // namespace retort::llama

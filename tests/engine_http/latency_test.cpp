// The waiting time is that of the longest path: drafts of a round wait side by side.
#include <chrono>

#include "engine_http/harness.h"

namespace retort::test {
namespace {

double seconds_of(const std::string& method, std::chrono::milliseconds latency, std::int64_t calls) {
    MockOptions options;
    options.latency = latency;
    const MockServer server(options);
    RemoteEngine engine(server);
    const auto began = std::chrono::steady_clock::now();
    const RunResult result = engine.run(method);
    EXPECT_FALSE(result.error);
    EXPECT_EQ(result.budget.calls, calls);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

TEST(Latency, OfThreeRoundsWithSummariesIsSevenCalls) {
    const double seconds = seconds_of("pdr:16,8,4", std::chrono::milliseconds(100), 32);
    RecordProperty("seconds", std::to_string(seconds));
    EXPECT_GE(seconds, 0.7);
    EXPECT_LT(seconds, 2.0);  // generous: other programs run beside the tests
}

}  // namespace
}  // namespace retort::test

// Every fourth request fails in turn: 429, 500, cut before, cut inside a stream, half a JSON body.
#include <cstdlib>

#include "engine_http/harness.h"

namespace retort::test {
namespace {

// RETORT_FAULT_RUNS=1000 for the long form.
int runs_asked_for() {
    const char* text = std::getenv("RETORT_FAULT_RUNS");
    return text == nullptr ? 50 : std::atoi(text);
}

TEST(Faults, OfEveryFourthRequestAreRetriedAndCountedExactly) {
    MockOptions faulty;
    faulty.fault_every = 4;
    const MockServer server(faulty);
    const MockServer sound;
    RemoteEngine engine(server);
    RemoteEngine reference(sound);
    std::int64_t failed_before = 0;
    std::int64_t completed_before = 0;
    for (int i = 0; i < runs_asked_for(); ++i) {
        const auto seed = static_cast<std::uint64_t>(i);
        const RunResult result = engine.run("pdr:4,2", seed);
        const RunResult expected = reference.run("pdr:4,2", seed);
        const MockCounts counts = server.settled_counts();
        ASSERT_FALSE(result.error) << "run " << i << ": " << result.error->message;
        ASSERT_EQ(result.answer, expected.answer) << "run " << i;
        ASSERT_EQ(result.text, expected.text) << "run " << i;
        ASSERT_EQ(result.budget.b_seq, expected.budget.b_seq) << "run " << i;
        ASSERT_EQ(result.budget.calls, counts.completed - completed_before) << "run " << i;
        ASSERT_EQ(result.budget.failed_calls, counts.failed - failed_before) << "run " << i;
        failed_before = counts.failed;
        completed_before = counts.completed;
    }
    EXPECT_GE(failed_before, runs_asked_for());
}

}  // namespace
}  // namespace retort::test

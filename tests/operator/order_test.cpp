// Given the same completions, any order of landing gives the same result.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "operator/harness.h"

namespace retort::test {
namespace {

RunResult run_with_latencies(const std::string& method, DistillerKind distiller, std::uint64_t shuffle) {
    Harness harness(
        [](const CompletionRequest& request) {
            const bool unreadable = request.place.role == CallRole::select && request.place.turn == 0;
            Completion out = unreadable ? scripted_text("I cannot choose") : numbered_answer(request);
            if (place_number(request.place) % 3 == 0) out.notes = {"a note"};
            return out;
        },
        [shuffle](const CompletionRequest& request) {
            return std::chrono::microseconds(call_seed(shuffle, request.place) % 2000);
        });
    harness.defaults.distiller = distiller;
    return harness.run(method);
}

RC_GTEST_PROP(Order, OfLandingChangesNothing, ()) {
    const auto distiller = *rc::gen::element(DistillerKind::summary, DistillerKind::topk_each, DistillerKind::random);
    const auto shuffle = *rc::gen::arbitrary<std::uint64_t>();
    const RunResult one = run_with_latencies("pdr:5,3", distiller, 0);
    const RunResult two = run_with_latencies("pdr:5,3", distiller, shuffle);
    RC_ASSERT(one.budget == two.budget);
    RC_ASSERT(one.text == two.text);
    RC_ASSERT(one.warnings == two.warnings);
    for (std::size_t round = 0; round < one.rounds.size(); ++round) {
        RC_ASSERT(one.rounds[round].workspaces.size() == two.rounds[round].workspaces.size());
        for (std::size_t i = 0; i < one.rounds[round].workspaces.size(); ++i)
            RC_ASSERT(one.rounds[round].workspaces[i].text == two.rounds[round].workspaces[i].text);
    }
}

}  // namespace
}  // namespace retort::test

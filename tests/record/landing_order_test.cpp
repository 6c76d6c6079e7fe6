#include "record/landing_order.h"

#include <gmock/gmock.h>

#include <numeric>
#include <random>

#include "record/support.h"

namespace retort::test {
namespace {

std::shared_ptr<const Recollection> landed(const std::vector<OutcomeKey>& outcomes) {
    std::vector<PastCall> past;
    CallKey key = 0;
    for (const OutcomeKey outcome : outcomes)
        past.push_back(
            {++key, draft_place(1, static_cast<int>(outcome)), RecordedCall::State::ended, Finish::stop, outcome});
    return std::make_shared<const Recollection>(past, Recall::replay);
}

Task<bool> wait_turn(LandingOrder& order, std::shared_ptr<const Recollection> recollection, OutcomeKey outcome,
                     std::vector<OutcomeKey>& out) {
    co_await order.turn(recollection, outcome);
    out.push_back(outcome);
    co_return true;
}

Task<bool> ask_in(LandingOrder& order, std::shared_ptr<const Recollection> recollection, std::vector<OutcomeKey> asked,
                  int turns_between, std::vector<OutcomeKey>& out) {
    Nursery<bool> children(co_await asio::this_coro::executor);
    for (const OutcomeKey outcome : asked) {
        children.spawn(wait_turn(order, recollection, outcome, out));
        for (int i = 0; i < turns_between; ++i) co_await yield_to_loop();
    }
    while (children.outstanding() > 0) {
        const auto child = co_await children.next();
        (void)child;
    }
    co_return true;
}

TEST(LandingOrder, IsThatOfTheJournalWhateverTheOrderOfAsking) {
    std::vector<OutcomeKey> outcomes(100);
    std::iota(outcomes.begin(), outcomes.end(), 1);
    std::mt19937 random(3);
    for (const int turns_between : {0, 1, 20}) {
        std::vector<OutcomeKey> asked = outcomes;
        std::shuffle(asked.begin(), asked.end(), random);
        LandingOrder order;
        std::vector<OutcomeKey> out;
        asio::io_context loop;
        (void)run_to_end(loop, ask_in(order, landed(outcomes), asked, turns_between, out));
        EXPECT_EQ(out, outcomes);
    }
}

TEST(LandingOrder, PassesOverWhatNobodyAsksFor) {
    LandingOrder order;
    std::vector<OutcomeKey> out;
    asio::io_context loop;
    (void)run_to_end(loop, ask_in(order, landed({1, 2, 3, 4}), {4, 3}, 0, out));
    EXPECT_EQ(out, (std::vector<OutcomeKey>{3, 4}));
}

TEST(LandingOrder, GivesBackAtOnceWhatComesTooLate) {
    LandingOrder order;
    std::vector<OutcomeKey> out;
    asio::io_context loop;
    const auto recollection = landed({1, 2});
    (void)run_to_end(loop, ask_in(order, recollection, {2}, 0, out));
    (void)run_to_end(loop, ask_in(order, recollection, {1}, 0, out));
    EXPECT_EQ(out, (std::vector<OutcomeKey>{2, 1}));
}

TEST(LandingOrder, SamplesDoNotWaitForOneAnother) {
    LandingOrder order;
    std::vector<OutcomeKey> out;
    asio::io_context loop;
    (void)run_to_end(loop, ask_in(order, landed({1, 3}), {1}, 0, out));
    (void)run_to_end(loop, ask_in(order, landed({2, 4}), {2}, 0, out));
    EXPECT_EQ(out, (std::vector<OutcomeKey>{1, 2}));
}

TEST(LandingOrder, WaitsWhileSomethingIsUnderWay) {
    int looks = 0;
    LandingOrder order([&] { return ++looks < 2000; });
    std::vector<OutcomeKey> out;
    asio::io_context loop;
    (void)run_to_end(loop, ask_in(order, landed({1, 2}), {2}, 0, out));
    EXPECT_GE(looks, 2000);
}

}  // namespace
}  // namespace retort::test

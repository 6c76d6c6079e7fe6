// Ways of waiting: order, fairness, cancellation, and values from other threads.
#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "async/deferred.h"
#include "async/nursery.h"
#include "async/semaphore.h"
#include "async/sleep.h"

namespace retort::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Task<int> after(Gate& gate, int value) {
    co_await gate.wait();
    co_return value;
}

Task<int> throwing() {
    co_await yield_to_loop();
    throw std::runtime_error("a fault of ours");
}

Task<std::vector<std::size_t>> opened_in_order(std::vector<std::size_t> order) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<std::unique_ptr<Gate>> gates;
    Nursery<int> children(executor);
    for (std::size_t i = 0; i < order.size(); ++i) {
        gates.push_back(std::make_unique<Gate>(executor));
        children.spawn(after(*gates.back(), static_cast<int>(10 * i)));
    }
    std::vector<std::size_t> out;
    for (const std::size_t next : order) {
        gates[next]->open();
        const Nursery<int>::Landed landed = co_await children.next();
        EXPECT_EQ(landed.value, static_cast<int>(10 * landed.index));
        out.push_back(landed.index);
    }
    EXPECT_EQ(children.outstanding(), 0U);
    co_return out;
}

TEST(Nursery, GivesChildrenBackInTheOrderOfLanding) {
    asio::io_context loop;
    EXPECT_THAT(run_to_end(loop, opened_in_order({2, 0, 3, 1})), ElementsAre(2, 0, 3, 1));
}

Task<int> ends(int& ended) {
    for (int i = 0; i < 10; ++i) co_await yield_to_loop();
    co_return ++ended;
}

Task<int> one_throws(int& ended) {
    Nursery<int> children(co_await asio::this_coro::executor);
    children.spawn(throwing());
    children.spawn(ends(ended));
    children.spawn(ends(ended));
    int thrown = 0;
    while (children.outstanding() > 0) {
        try {
            const Nursery<int>::Landed landed = co_await children.next();
            EXPECT_GT(landed.index, 0U);
        } catch (const std::runtime_error&) {
            ++thrown;
            EXPECT_EQ(children.outstanding(), 0U);
        }
    }
    co_return thrown;
}

TEST(Nursery, AFaultIsThrownWhenEveryChildHasLanded) {
    asio::io_context loop;
    int ended = 0;
    EXPECT_EQ(run_to_end(loop, one_throws(ended)), 1);
    EXPECT_EQ(ended, 2);
}

Task<int> use(Semaphore& semaphore, int& inside, int& most, int me, std::vector<int>& order) {
    const Semaphore::Permit permit = co_await semaphore.acquire({});
    EXPECT_TRUE(static_cast<bool>(permit));
    order.push_back(me);
    most = std::max(most, ++inside);
    co_await yield_to_loop();
    co_await yield_to_loop();
    --inside;
    co_return me;
}

Task<std::vector<int>> crowd(Semaphore& semaphore, int size, int& most) {
    Nursery<int> children(co_await asio::this_coro::executor);
    int inside = 0;
    std::vector<int> order;
    for (int i = 0; i < size; ++i) children.spawn(use(semaphore, inside, most, i, order));
    while (children.outstanding() > 0) {
        const Nursery<int>::Landed landed = co_await children.next();
        (void)landed;
    }
    co_return order;
}

TEST(Semaphore, LetsInNoMoreThanItsPermitsAndFirstComeFirstServed) {
    asio::io_context loop;
    Semaphore semaphore(3);
    int most = 0;
    EXPECT_THAT(run_to_end(loop, crowd(semaphore, 8, most)), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
    EXPECT_EQ(most, 3);
}

TEST(Semaphore, AWaiterWhoseLoopIsGoneIsHandedNothing) {
    Semaphore semaphore(1);
    asio::io_context stays;
    std::optional<Semaphore::Permit> mine = run_to_end(stays, semaphore.acquire({}));
    {
        asio::io_context goes;
        asio::co_spawn(goes, semaphore.acquire({}), [](std::exception_ptr, Semaphore::Permit) {});
        goes.poll();
    }
    mine.reset();
    EXPECT_TRUE(static_cast<bool>(run_to_end(stays, semaphore.acquire({})))) << "the permit is free again";
}

Task<int> try_enter(Semaphore& semaphore, std::stop_token stop) {
    const Semaphore::Permit permit = co_await semaphore.acquire(stop);
    co_return permit ? 1 : 0;
}

Task<std::vector<int>> cancel_the_one_in_the_middle() {
    Semaphore semaphore(1);
    Nursery<int> children(co_await asio::this_coro::executor);
    std::optional<Semaphore::Permit> mine = co_await semaphore.acquire({});
    std::stop_source stop;
    children.spawn(try_enter(semaphore, {}));
    children.spawn(try_enter(semaphore, stop.get_token()));
    children.spawn(try_enter(semaphore, {}));
    co_await yield_to_loop();
    stop.request_stop();
    std::vector<int> got(3, -1);
    const Nursery<int>::Landed cancelled = co_await children.next();
    got[cancelled.index] = cancelled.value;
    EXPECT_EQ(cancelled.index, 1U);
    mine.reset();
    while (children.outstanding() > 0) {
        const Nursery<int>::Landed landed = co_await children.next();
        got[landed.index] = landed.value;
    }
    const Semaphore::Permit again = co_await semaphore.acquire({});
    EXPECT_TRUE(static_cast<bool>(again)) << "no permit may be lost";
    co_return got;
}

TEST(Semaphore, ACancelledWaiterLeavesTheLineAndLosesNoPermit) {
    asio::io_context loop;
    EXPECT_THAT(run_to_end(loop, cancel_the_one_in_the_middle()), ElementsAre(1, 0, 1));
}

TEST(Semaphore, DoesNotEnterWhenAlreadyStopped) {
    asio::io_context loop;
    Semaphore semaphore(1);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(run_to_end(loop, try_enter(semaphore, stop.get_token())), 0);
}

// A permit that was given in the same turn in which its waiter is cancelled.
Task<int> give_then_cancel() {
    Semaphore semaphore(1);
    Nursery<int> children(co_await asio::this_coro::executor);
    std::optional<Semaphore::Permit> mine = co_await semaphore.acquire({});
    std::stop_source stop;
    children.spawn(try_enter(semaphore, stop.get_token()));
    co_await yield_to_loop();
    mine.reset();
    stop.request_stop();
    const Nursery<int>::Landed landed = co_await children.next();
    const Semaphore::Permit again = co_await semaphore.acquire({});
    EXPECT_TRUE(static_cast<bool>(again));
    co_return landed.value;
}

TEST(Semaphore, APermitGivenBeforeTheCancellationIsNotLost) {
    asio::io_context loop;
    EXPECT_EQ(run_to_end(loop, give_then_cancel()), 1);
}

Task<int> from_threads(int count) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<Deferred<std::unique_ptr<int>>> values;
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) {
        values.emplace_back(executor);
        threads.emplace_back([promise = values.back().promise(), i] { promise.set(std::make_unique<int>(i)); });
    }
    int sum = 0;
    for (auto& value : values) {
        const std::unique_ptr<int> got = co_await value.wait();
        sum += *got;
    }
    co_return sum;
}

TEST(Deferred, CarriesValuesFromOtherThreads) {
    asio::io_context loop;
    EXPECT_EQ(run_to_end(loop, from_threads(16)), 120);
}

Task<bool> set_before_waiting() {
    Deferred<int> value(co_await asio::this_coro::executor);
    value.promise().set(5);
    co_await yield_to_loop();
    const int got = co_await value.wait();
    co_return got == 5;
}

TEST(Deferred, MayBeSetBeforeAnyoneWaits) {
    asio::io_context loop;
    EXPECT_TRUE(run_to_end(loop, set_before_waiting()));
}

Task<bool> cancelled_sleep() {
    Nursery<bool> children(co_await asio::this_coro::executor);
    std::stop_source stop;
    children.spawn(sleep_for(1h, stop.get_token()));
    co_await yield_to_loop();
    stop.request_stop();
    const Nursery<bool>::Landed landed = co_await children.next();
    co_return landed.value;
}

TEST(Sleep, EndsAtOnceWhenItIsStopped) {
    asio::io_context loop;
    const auto before = std::chrono::steady_clock::now();
    EXPECT_FALSE(run_to_end(loop, cancelled_sleep()));
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_FALSE(run_to_end(loop, sleep_for(1h, stopped.get_token())));
    EXPECT_LT(std::chrono::steady_clock::now() - before, 1min);
}

TEST(Sleep, TakesItsTime) {
    asio::io_context loop;
    const auto before = std::chrono::steady_clock::now();
    EXPECT_TRUE(run_to_end(loop, sleep_for(5ms, {})));
    EXPECT_GE(std::chrono::steady_clock::now() - before, 5ms);
}

Task<int> passes_gate(Gate& gate) {
    co_await gate.wait();
    co_return 1;
}

Task<int> gate_for_many(int count) {
    const auto executor = co_await asio::this_coro::executor;
    Gate gate(executor);
    Nursery<int> children(executor);
    for (int i = 0; i < count; ++i) children.spawn(passes_gate(gate));
    co_await yield_to_loop();
    gate.open();
    int passed = 0;
    while (children.outstanding() > 0) {
        const Nursery<int>::Landed landed = co_await children.next();
        passed += landed.value;
    }
    co_await gate.wait();
    co_return passed;
}

TEST(Gate, LetsEveryoneThroughWhenItOpensAndWhileItIsOpen) {
    asio::io_context loop;
    EXPECT_EQ(run_to_end(loop, gate_for_many(5)), 5);
}

TEST(RunToEnd, RethrowsWhatTheTaskThrows) {
    asio::io_context loop;
    EXPECT_THROW(run_to_end(loop, throwing()), std::runtime_error);
}

}  // namespace
}  // namespace retort::test

#include "async/semaphore.h"

#include <algorithm>

namespace retort {
namespace {

// A waiter whose loop goes while it waits leaves the line: permits that go after it are handed to nobody.
struct Waiting {
    std::list<Gate*>& line;
    std::list<Gate*>::iterator place;
    const Gate& gate;
    ~Waiting() {
        if (!gate.is_open()) line.erase(place);
    }
};

}  // namespace

Task<Semaphore::Permit> Semaphore::acquire(std::stop_token stop) {
    if (stop.stop_requested()) co_return Permit();
    if (free_ > 0) {
        --free_;
        co_return Permit(this);
    }
    const auto executor = co_await asio::this_coro::executor;
    Gate gate(executor);
    const auto place = waiting_.insert(waiting_.end(), &gate);
    bool cancelled = false;
    {
        const Waiting in_line{waiting_, place, gate};
        const std::stop_callback on_stop(stop, [&] {
            if (gate.is_open()) return;
            waiting_.erase(place);
            cancelled = true;
            gate.open();
        });
        co_await gate.wait();
    }
    if (cancelled) co_return Permit();
    co_return Permit(this);
}

// A permit goes straight to the first in line, so that none that comes later can take it.
void Semaphore::release() {
    if (waiting_.empty()) {
        ++free_;
        return;
    }
    Gate* first = waiting_.front();
    waiting_.pop_front();
    first->open();
}

void Semaphore::Permit::release() {
    if (owner_ != nullptr) std::exchange(owner_, nullptr)->release();
}

}  // namespace retort

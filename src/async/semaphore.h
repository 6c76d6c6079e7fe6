// A bound on how many coroutines of one loop are inside a section, first come first served.
#pragma once

#include <cstddef>
#include <list>
#include <stop_token>

#include "async/gate.h"

namespace retort {

class Semaphore {
  public:
    // A place inside, given back when it goes. Empty when the wait was cancelled.
    class Permit {
      public:
        Permit() = default;
        explicit Permit(Semaphore* owner) : owner_(owner) {}
        Permit(Permit&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
        Permit& operator=(Permit&& other) noexcept {
            release();
            owner_ = std::exchange(other.owner_, nullptr);
            return *this;
        }
        ~Permit() { release(); }
        explicit operator bool() const { return owner_ != nullptr; }

      private:
        void release();
        Semaphore* owner_ = nullptr;
    };

    explicit Semaphore(std::size_t permits) : free_(permits) {}

    // Loop thread only. `stop` may be requested on the loop's thread while waiting.
    Task<Permit> acquire(std::stop_token stop);

    std::size_t waiting() const { return waiting_.size(); }  // in line now

  private:
    void release();
    std::size_t free_;
    std::list<Gate*> waiting_;
};

}  // namespace retort

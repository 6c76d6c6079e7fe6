// Threads that wait for work of which each has its own share, decided before it begins: results depend on their
// number, never on who was faster. Not public.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace retort::train::cpu {

class Workers {
  public:
    // inner_threads: that each may use for one matrix product.
    Workers(int threads, int inner_threads);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    int size() const { return static_cast<int>(threads_.size()); }

    // work(0) .. work(size() - 1) side by side, until all have ended. Throws what the first of them threw.
    void run(const std::function<void(int)>& work);

  private:
    void serve(int index, int inner_threads);

    std::mutex mutex_;
    std::condition_variable begin_;
    std::condition_variable end_;
    const std::function<void(int)>* work_ = nullptr;  // guarded by mutex_, as what follows
    std::uint64_t round_ = 0;
    int busy_ = 0;
    bool over_ = false;
    std::vector<std::exception_ptr> failures_;  // by worker
    std::vector<std::thread> threads_;
};

}  // namespace retort::train::cpu

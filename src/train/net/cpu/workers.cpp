#include "train/net/cpu/workers.h"

#include <dlfcn.h>

namespace retort::train::cpu {
namespace {

// oneDNN shares out products by OpenMP, of whichever runtime it was built with; how many threads there are is a setting
// of the thread that asks.
void set_inner_threads(int threads) {
    using SetThreads = void (*)(int);
    if (const auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"))) set(threads);
}

}  // namespace

Workers::Workers(int threads, int inner_threads) {
    failures_.resize(static_cast<std::size_t>(threads));
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this, i, inner_threads] { serve(i, inner_threads); });
}

Workers::~Workers() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    begin_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void Workers::serve(int index, int inner_threads) {
    set_inner_threads(inner_threads);
    std::uint64_t done = 0;
    std::unique_lock lock(mutex_);
    while (true) {
        begin_.wait(lock, [&] { return over_ || round_ != done; });
        if (over_) return;
        done = round_;
        const std::function<void(int)>& work = *work_;
        lock.unlock();
        std::exception_ptr failure;
        try {
            work(index);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        failures_[static_cast<std::size_t>(index)] = failure;
        if (--busy_ == 0) end_.notify_all();
    }
}

void Workers::run(const std::function<void(int)>& work) {
    std::unique_lock lock(mutex_);
    work_ = &work;
    busy_ = size();
    ++round_;
    begin_.notify_all();
    end_.wait(lock, [this] { return busy_ == 0; });
    for (const std::exception_ptr& failure : failures_)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace retort::train::cpu

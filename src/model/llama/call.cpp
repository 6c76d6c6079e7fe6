#include "model/llama/call.h"

namespace retort::llama {
namespace {

constexpr std::chrono::milliseconds kSettle(1);  // without a new call, and the round is taken to be whole
constexpr int kMostSettles = 200;

}  // namespace

std::vector<CallPtr> Inbox::take(bool idle) {
    std::unique_lock lock(mutex_);
    if (idle) changed_.wait(lock, [&] { return stopping_ || woken_ || !submitted_.empty(); });
    for (int waits = 0; idle && waits < kMostSettles; ++waits) {
        const std::size_t before = submitted_.size();
        if (!changed_.wait_for(lock, kSettle, [&] { return stopping_ || submitted_.size() > before; })) break;
        if (stopping_) break;
    }
    woken_ = false;
    return std::exchange(submitted_, {});
}

}  // namespace retort::llama

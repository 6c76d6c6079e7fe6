#include "train/tinker/link.h"

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>

namespace retort::train::tinker {
namespace {

constexpr std::chrono::seconds kHeartbeat{10};
constexpr std::chrono::milliseconds kLook{200};  // after which messages and the stop flag are looked at

}  // namespace

Link::Link(ClientOptions options, const std::atomic<bool>* stop, Wire wire)
    : told_(options.told),
      stop_(stop),
      client_(loop_, on_this_thread(std::move(options))),
      training_(client_, wire),
      thread_([this] {
          const auto work = asio::make_work_guard(loop_);
          loop_.run();
      }) {}

Link::~Link() {
    asio::post(loop_, [this] { stopping_.request_stop(); });
    loop_.stop();
    thread_.join();
}

ClientOptions Link::on_this_thread(ClientOptions options) {
    options.stop = stopping_.get_token();
    options.told = [this](const std::string& message) { publish([&] { messages_.push_back(message); }); };
    return options;
}

Client& Link::another_client(ClientOptions options) {
    Client* made = nullptr;
    asio::post(loop_, [&] {
        Client& client = others_.emplace_back(loop_, on_this_thread(options));
        publish([&] { made = &client; });
    });
    wait_until([&] { return made != nullptr; });
    return *made;
}

void Link::keep_alive() {
    asio::co_spawn(loop_, beat(), asio::detached);
}

Task<void> Link::beat() {
    while (true) {
        const bool slept = co_await sleep_for(kHeartbeat, stopping_.get_token());
        if (!slept) co_return;
        if (!training_.session().empty()) co_await training_.heartbeat();
    }
}

void Link::run(Task<void> task) {
    const auto done = std::make_shared<bool>(false);
    asio::co_spawn(loop_, std::move(task), [this, done](std::exception_ptr) { publish([&] { *done = true; }); });
    wait_until([done] { return *done; });
}

void Link::publish(const std::function<void()>& change) {
    {
        const std::lock_guard lock(mutex_);
        change();
    }
    outage_ = client_.in_outage() ||
              std::any_of(others_.begin(), others_.end(), [](const Client& other) { return other.in_outage(); });
    changed_.notify_one();
}

void Link::hand_over_messages(std::unique_lock<std::mutex>& lock) {
    while (!messages_.empty()) {
        const std::string message = std::move(messages_.front());
        messages_.pop_front();
        lock.unlock();
        told_(message);
        lock.lock();
    }
}

void Link::wait_until(const std::function<bool()>& ready) {
    std::unique_lock lock(mutex_);
    while (true) {
        hand_over_messages(lock);
        if (ready()) return;
        changed_.wait_for(lock, kLook);
        if (stop_ != nullptr && *stop_ && outage_) asio::post(loop_, [this] { stopping_.request_stop(); });
    }
}

}  // namespace retort::train::tinker

// A training client on a thread of its own, so that heartbeats go out and samples come in while the trainer computes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "train/tinker/training_client.h"

namespace retort::train::tinker {

// Members are for the trainer's thread but where they say otherwise.
class Link {
  public:
    // `told` hears of outages, on the trainer's thread, while it waits. `stop` (may be null): while it is set nobody
    // waits for a server that is not well.
    Link(ClientOptions options, const std::atomic<bool>* stop, Wire wire = Wire::json);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    // For tasks alone, which run on the link's thread.
    TrainingClient& client() { return training_; }
    const TrainingClient& client() const { return training_; }
    asio::io_context& loop() { return loop_; }

    // A client of another server, whose tasks run on the link's thread too; it lives as long as the link. Its outages
    // are told and ended as the training server's are.
    Client& another_client(ClientOptions options);

    // Says from now on each ten seconds that the session lives, once there is one.
    void keep_alive();

    // What the task comes to; it runs on the link's thread.
    template <class T>
    T run(Task<T> task) {
        const auto landed = std::make_shared<Landed<T>>();
        asio::co_spawn(loop_, std::move(task), [this, landed](std::exception_ptr error, T value) {
            publish([&] {
                landed->error = error;
                if (!error) landed->value.emplace(std::move(value));
                landed->done = true;
            });
        });
        wait_until([landed] { return landed->done; });
        if (landed->error) std::rethrow_exception(landed->error);
        return std::move(*landed->value);
    }
    void run(Task<void> task);

    // On the link's thread: makes a change that wait_until() may be waiting for.
    void publish(const std::function<void()>& change);

    // Until `ready`, which is called where no publish() is under way.
    void wait_until(const std::function<bool()>& ready);

  private:
    template <class T>
    struct Landed {
        bool done = false;
        std::exception_ptr error;
        std::optional<T> value;
    };
    ClientOptions on_this_thread(ClientOptions options);
    void hand_over_messages(std::unique_lock<std::mutex>& lock);
    Task<void> beat();

    const std::function<void(const std::string&)> told_;
    const std::atomic<bool>* stop_;
    asio::io_context loop_;
    std::stop_source stopping_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> messages_;
    std::atomic<bool> outage_ = false;
    Client client_;
    std::deque<Client> others_;  // the link's thread; what is in it stays in its place
    TrainingClient training_;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace retort::train::tinker

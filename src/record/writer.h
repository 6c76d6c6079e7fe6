// The journal's thread: it owns the database, and commits once for all that wait.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "async/deferred.h"
#include "base/error.h"
#include "record/database.h"
#include "record/rows.h"

namespace retort {

// What a job works on, on the writer's thread.
struct Store {
    Store(std::unique_ptr<Database> opened, std::int64_t session_number);

    std::unique_ptr<Database> database;
    RowReader reader;
    RowWriter writer;
    std::int64_t session;

    // What a sample had in the file before this process came to it.
    std::shared_ptr<const Recollection> recollect(RunKey run, const std::string& problem, int sample);

  private:
    std::map<std::tuple<RunKey, std::string, int>, std::shared_ptr<const Recollection>> recollections_;
};

// Jobs run in the order in which they are handed in. When one cannot be written its whole group is rolled back, and
// nothing is written any more: every job since then gives the first failure. Members may be called from any thread.
class Writer {
  public:
    Writer(std::string path, std::unique_ptr<Store> store);
    ~Writer() { close(); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // Waits until the work is committed. On the loop.
    template <class T>
    Task<Outcome<T>> ask(std::function<Outcome<T>(Store&)> work) {
        const auto executor = co_await asio::this_coro::executor;
        Deferred<Outcome<T>> answer(executor);
        push(std::make_unique<Question<T>>(std::move(work), answer.promise()));
        co_return co_await answer.wait();
    }

    // Does not wait: what is asked later is committed later or together with it.
    void tell(std::function<void(Store&)> work);

    // Does what is queued, ends the thread and closes the file. What it gives is failure(), for the last time.
    std::optional<Error> close();

    std::optional<Error> failure() const;
    void remember(const Error& failure);

  private:
    struct Job {
        virtual ~Job() = default;
        virtual void work(Store& store) = 0;
        virtual void settle(const std::optional<Error>& failure) = 0;
    };
    template <class T>
    struct Question;
    struct Order;

    void push(std::unique_ptr<Job> job);
    void serve();
    std::optional<Error> commit(const std::vector<std::unique_ptr<Job>>& group);

    const std::string path_;
    std::unique_ptr<Store> store_;
    mutable std::mutex mutex_;
    std::condition_variable news_;
    std::vector<std::unique_ptr<Job>> queue_;
    bool closing_ = false;
    std::optional<Error> failure_;
    std::thread thread_;
};

template <class T>
struct Writer::Question : Job {
    Question(std::function<Outcome<T>(Store&)> what, typename Deferred<Outcome<T>>::Promise whom)
        : does(std::move(what)), promise(std::move(whom)) {}

    void work(Store& store) override { answer.emplace(does(store)); }
    void settle(const std::optional<Error>& failure) override {
        does = nullptr;
        if (failure)
            promise.set(Outcome<T>(*failure));
        else
            promise.set(std::move(*answer));
    }

    std::function<Outcome<T>(Store&)> does;
    typename Deferred<Outcome<T>>::Promise promise;
    std::optional<Outcome<T>> answer;
};

}  // namespace retort

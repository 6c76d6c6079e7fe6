#include "record/writer.h"

#include <fmt/format.h>

#include "record/journal_file.h"

namespace retort {

Store::Store(std::unique_ptr<Database> opened, std::int64_t session_number)
    : database(std::move(opened)),
      reader(*database),
      writer(*database, reader.largest_key() + 1),
      session(session_number) {}

std::shared_ptr<const Recollection> Store::recollect(RunKey run, const std::string& problem, int sample) {
    auto& known = recollections_[{run, problem, sample}];
    if (!known) known = std::make_shared<const Recollection>(reader.past(run, problem, sample), Recall::resume);
    return known;
}

struct Writer::Order : Job {
    explicit Order(std::function<void(Store&)> what) : does(std::move(what)) {}
    void work(Store& store) override { does(store); }
    void settle(const std::optional<Error>&) override {}
    std::function<void(Store&)> does;
};

Writer::Writer(std::string path, std::unique_ptr<Store> store)
    : path_(std::move(path)), store_(std::move(store)), thread_([this] { serve(); }) {}

void Writer::tell(std::function<void(Store&)> work) {
    push(std::make_unique<Order>(std::move(work)));
}

void Writer::push(std::unique_ptr<Job> job) {
    std::unique_lock lock(mutex_);
    if (closing_) {
        lock.unlock();
        job->settle(Error{ErrorKind::file, fmt::format("{}: the journal is closed", path_)});
        return;
    }
    queue_.push_back(std::move(job));
    if (queue_.size() == 1) news_.notify_one();
}

void Writer::serve() {
    while (true) {
        std::vector<std::unique_ptr<Job>> group;
        {
            std::unique_lock lock(mutex_);
            news_.wait(lock, [&] { return closing_ || !queue_.empty(); });
            if (queue_.empty()) return;
            group.swap(queue_);
        }
        const std::optional<Error> failed = commit(group);
        for (const auto& job : group) job->settle(failed);
    }
}

std::optional<Error> Writer::commit(const std::vector<std::unique_ptr<Job>>& group) {
    if (std::optional<Error> earlier = failure()) return earlier;
    try {
        Transaction transaction(*store_->database);
        for (const auto& job : group) job->work(*store_);
        transaction.commit();
        return std::nullopt;
    } catch (const DatabaseError& error) {
        remember(journal_error(path_, error));
    } catch (const std::exception& error) {
        remember({ErrorKind::file, fmt::format("{}: the journal failed ({})", path_, error.what())});
    }
    return failure();
}

std::optional<Error> Writer::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        news_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
    store_.reset();
    return failure();
}

std::optional<Error> Writer::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

void Writer::remember(const Error& failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = failure;
}

}  // namespace retort

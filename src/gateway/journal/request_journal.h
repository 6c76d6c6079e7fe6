// The gateway's journal: what was asked, by whom, what came of it and what it took. SQLite, for people's own queries;
// the live page's history goes on from it after a new start.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "async/task.h"
#include "base/error.h"
#include "gateway/journal/request_table.h"

namespace retort::gateway {

struct RequestJournalOptions {
    std::string path;
    Keep keep = Keep::metrics;
    double days = 30;                                 // older rows go; 0: none does
    std::int64_t most_bytes = std::int64_t{1} << 30;  // of the file, beyond which the oldest rows go; 0: no bound
    std::size_t most_waiting = 20'000;                // requests not written yet; past it the new ones are lost
    std::size_t most_waiting_bytes = std::size_t{64} << 20;
    std::function<void(const std::string&)> log;  // what goes wrong, and when it works again; called from any thread
};

// Written by a thread of its own: a disk that is slow or full slows no answer. What cannot be written is lost, and
// counted. Members are called on the loop's thread.
class RequestJournal {
  public:
    // The error says why the file cannot be used.
    static Outcome<std::unique_ptr<RequestJournal>> open(RequestJournalOptions options);
    ~RequestJournal();  // after what waits is written
    RequestJournal(const RequestJournal&) = delete;
    RequestJournal& operator=(const RequestJournal&) = delete;

    void add(ServedRequest request);

    std::int64_t written() const { return written_; }
    std::int64_t lost() const { return lost_; }

    // What the file held when it was opened, oldest first; the second call gives none.
    std::vector<RunSummary> take_history() { return std::move(history_); }

    // As run_json() has it; none: there is no such run, or its texts were not kept. Read beside the loop.
    Task<std::optional<std::string>> run_text(std::string id) const;

  private:
    RequestJournal(RequestJournalOptions options, std::unique_ptr<RequestTable> table);
    void serve();
    void write(const std::vector<ServedRequest>& group);
    bool try_to_write(const std::vector<ServedRequest>& group);
    void forget();
    void lose(std::size_t requests, const std::string& why);
    void say(const std::string& line) const;

    const RequestJournalOptions options_;
    std::unique_ptr<RequestTable> table_;  // the thread's, once it runs
    std::vector<RunSummary> history_;
    std::atomic<std::int64_t> written_ = 0;
    std::atomic<std::int64_t> lost_ = 0;
    bool failing_ = false;  // the thread's, as what follows
    bool cannot_forget_ = false;
    std::chrono::steady_clock::time_point forgot_;
    std::size_t bytes_since_ = 0;  // it forgot

    std::mutex mutex_;
    std::condition_variable news_;
    std::vector<ServedRequest> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t overrun_ = 0;  // lost since the thread last looked
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace retort::gateway

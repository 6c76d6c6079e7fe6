#include "gateway/journal/request_journal.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "async/offload.h"
#include "gateway/clock.h"

namespace retort::gateway {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kHistory = 10'000;  // as many as the live page keeps
constexpr auto kTimeToForget = std::chrono::minutes(10);
constexpr std::int64_t kPartBeforeForgetting = 20;  // of the file's bound, as new texts
constexpr double kDay_ms = 86'400'000;

std::size_t bytes_of(const ServedRequest& request) {
    return sizeof(request) + request.path.size() + request.model.size() + (request.run ? request.run->bytes() : 0);
}

Error cannot_use(const std::string& path, const DatabaseError& error) {
    return {ErrorKind::file, fmt::format("the journal {} cannot be used: {}", path, error.what())};
}

}  // namespace

Outcome<std::unique_ptr<RequestJournal>> RequestJournal::open(RequestJournalOptions options) {
    const std::string path = options.path;
    try {
        auto table = std::make_unique<RequestTable>(path);
        return std::unique_ptr<RequestJournal>(new RequestJournal(std::move(options), std::move(table)));
    } catch (const DatabaseError& error) {
        return cannot_use(path, error);
    }
}

RequestJournal::RequestJournal(RequestJournalOptions options, std::unique_ptr<RequestTable> table)
    : options_(std::move(options)), table_(std::move(table)), history_(table_->last_runs(kHistory)) {
    thread_ = std::thread([this] { serve(); });
}

RequestJournal::~RequestJournal() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        news_.notify_one();
    }
    thread_.join();
    if (lost_ > 0) say(fmt::format("{} requests are missing in the journal {}", lost(), options_.path));
}

void RequestJournal::add(ServedRequest request) {
    const std::size_t bytes = bytes_of(request);
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= options_.most_waiting || waiting_bytes_ + bytes > options_.most_waiting_bytes) {
        ++overrun_;
        ++lost_;
        return;
    }
    waiting_bytes_ += bytes;
    waiting_.push_back(std::move(request));
    if (waiting_.size() == 1) news_.notify_one();
}

void RequestJournal::serve() {
    forget();
    while (true) {
        std::vector<ServedRequest> group;
        std::size_t overrun = 0;
        bool closing = false;
        {
            std::unique_lock lock(mutex_);
            news_.wait_for(lock, kTimeToForget, [&] { return closing_ || !waiting_.empty(); });
            group.swap(waiting_);
            bytes_since_ += std::exchange(waiting_bytes_, 0);
            overrun = std::exchange(overrun_, 0);
            closing = closing_;
        }
        if (overrun > 0)
            say(fmt::format("the journal {} is written too slowly: {} requests are missing in it", options_.path,
                            overrun));
        if (!group.empty()) write(group);
        const bool is_much = options_.most_bytes > 0 &&
                             static_cast<std::int64_t>(bytes_since_) > options_.most_bytes / kPartBeforeForgetting;
        if (closing || failing_ || is_much || Clock::now() - forgot_ >= kTimeToForget) forget();
        if (closing) return;
    }
}

// Waits where another program has the file, while there is time: the queue is bounded, and says what it loses.
void RequestJournal::write(const std::vector<ServedRequest>& group) {
    while (!try_to_write(group)) {
        const std::lock_guard lock(mutex_);
        if (!closing_) continue;
        lose(group.size(), "another program has it");
        return;
    }
}

// False: another program has the file for now.
bool RequestJournal::try_to_write(const std::vector<ServedRequest>& group) {
    try {
        table_->add(group, options_.keep);
        written_ += static_cast<std::int64_t>(group.size());
        if (std::exchange(failing_, false)) say(fmt::format("the journal {} is written again", options_.path));
    } catch (const DatabaseError& error) {
        if (error.busy()) return false;
        lose(group.size(), error.what());
    } catch (const std::exception& error) {
        lose(group.size(), error.what());
    }
    return true;
}

// What cannot be tidied up now is tried again later.
void RequestJournal::forget() {
    forgot_ = Clock::now();
    bytes_since_ = 0;
    const auto before = options_.days > 0 ? now_ms() - static_cast<std::int64_t>(options_.days * kDay_ms) : 0;
    try {
        table_->forget(before, options_.most_bytes);
        cannot_forget_ = false;
    } catch (const std::exception& error) {
        if (!std::exchange(cannot_forget_, true))
            say(fmt::format("old rows of the journal {} cannot be removed ({})", options_.path, error.what()));
    }
}

void RequestJournal::lose(std::size_t requests, const std::string& why) {
    lost_ += static_cast<std::int64_t>(requests);
    if (std::exchange(failing_, true)) return;  // said once, until it works again
    say(fmt::format("the journal {} cannot be written ({}): requests will be missing in it until it can", options_.path,
                    why));
}

void RequestJournal::say(const std::string& line) const {
    if (options_.log) options_.log(line);
}

Task<std::optional<std::string>> RequestJournal::run_text(std::string id) const {
    std::function<std::optional<std::string>()> read = [path = options_.path, id = std::move(id)] {
        try {
            return read_run_text(path, id);
        } catch (const std::exception&) {
            return std::optional<std::string>();
        }
    };
    auto out = co_await offload<std::optional<std::string>>(std::move(read));
    co_return out;
}

}  // namespace retort::gateway

#include "record/journal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <system_error>

#include "base/hash.h"
#include "record/differences.h"
#include "record/journal_reader.h"

namespace retort {
namespace {

double system_time() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Error taken(const std::string& path) {
    std::string who = "another process";
    if (auto reader = JournalReader::open(path); reader) {
        const Outcome<std::int64_t> pid = (*reader)->last_writer();
        if (pid && *pid > 0) who = *pid == ::getpid() ? "this process" : fmt::format("another process (pid {})", *pid);
    }
    return {ErrorKind::file,
            fmt::format("{}: the journal is being written by {}; wait for its end or choose another file", path, who)};
}

// Counts what is under way for as long as it lives.
class Counting {
  public:
    explicit Counting(int& counter) : counter_(counter) { ++counter_; }
    ~Counting() { --counter_; }
    Counting(const Counting&) = delete;
    Counting& operator=(const Counting&) = delete;

  private:
    int& counter_;
};

Error no_such_run(const std::string& path, const std::vector<RecordedRun>& runs, const RunHeader& header) {
    std::vector<SettingDifference> fewest;
    for (const RecordedRun& run : runs) {
        auto found = setting_differences(run.header.config_json, header.config_json);
        if (fewest.empty() || (!found.empty() && found.size() < fewest.size())) fewest = std::move(found);
    }
    return {ErrorKind::usage,
            fmt::format("{}: the journal holds another run: {}; resume with its settings or choose "
                        "another journal",
                        path,
                        fewest.empty() ? "the settings are the same, but not what else makes the run" : told(fewest))};
}

}  // namespace

Outcome<std::shared_ptr<Journal>> Journal::open(const std::string& path, JournalOptions options) {
    Outcome<FileLock> lock = FileLock::take(path);
    if (!lock) return lock.error();
    if (lock->state() != FileLock::State::held) return taken(path);
    std::shared_ptr<Journal> journal(new Journal(path, std::move(options), std::move(*lock)));
    if (std::optional<Error> failed = journal->prepare()) return *failed;
    return journal;
}

Journal::Journal(std::string path, JournalOptions options, FileLock lock)
    : path_(std::move(path)),
      options_([&] {
          if (!options.now) options.now = system_time;
          return std::move(options);
      }()),
      lock_(std::move(lock)),
      order_([this] { return reading_ > 0; }) {}

Journal::~Journal() {
    if (writer_) writer_->close();
    if (!lock_.created() || !runs_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

std::optional<Error> Journal::prepare() {
    auto database = open_for_writing(path_, {options_.sync, options_.largest_pages});
    if (!database) return database.error();
    try {
        const std::int64_t runs = (*database)->integer("SELECT count(*) FROM run");
        if (options_.mode == JournalOptions::Mode::create && runs > 0)
            return Error{
                ErrorKind::usage,
                fmt::format("{}: the journal exists already; --resume goes on with it, or choose another file", path_)};
        const std::int64_t session = (*database)->integer("SELECT coalesce(max(id),0) FROM session") + 1;
        auto store = std::make_unique<Store>(std::move(*database), session);
        Transaction transaction(*store->database);
        store->writer.session(session, ::getpid(), options_.program, options_.now());
        lost_calls_ = store->writer.lose_calls_in_flight(options_.now());
        transaction.commit();
        writer_ = std::make_unique<Writer>(path_, std::move(store));
        return std::nullopt;
    } catch (const DatabaseError& error) {
        return journal_error(path_, error);
    }
}

Task<Outcome<RunKey>> Journal::begin_run(RunHeader header) {
    if (header.started_unix == 0) header.started_unix = options_.now();
    std::function<Outcome<Begun>(Store&)> work = [header = std::move(header), path = path_, mode = options_.mode](
                                                     Store& store) { return begin(store, header, path, mode); };
    Outcome<Begun> begun = co_await writer_->ask<Begun>(std::move(work));
    if (!begun) co_return begun.error();
    const RunKey key = begun->key;
    runs_[key] = std::move(*begun);
    co_return key;
}

Outcome<Journal::Begun> Journal::begin(Store& store, const RunHeader& header, const std::string& path,
                                       JournalOptions::Mode mode) {
    const std::vector<RecordedRun> runs = store.reader.runs();
    for (const RecordedRun& run : runs) {
        if (run.header.run_id != header.run_id) continue;
        if (mode == JournalOptions::Mode::create)
            return Error{ErrorKind::usage, fmt::format("{}: the journal has this run already", path)};
        Begun out{run.key, true, {}};
        for (auto& [name, model] : store.reader.models(run.key)) out.models.emplace(name, model);
        return out;
    }
    if (mode == JournalOptions::Mode::resume && !runs.empty()) return no_such_run(path, runs, header);
    return Begun{store.writer.run(header), false, {}};
}

bool Journal::continues(RunKey run) const {
    const auto at = runs_.find(run);
    return at != runs_.end() && at->second.continues;
}

Task<Outcome<Journal::Remembered>> Journal::recall(RunKey run, CompletionRequest request) {
    Remembered out;
    if (!continues(run)) co_return out;
    std::shared_ptr<const Recollection> recollection;
    {
        const Counting reading(reading_);
        std::function<Outcome<Recalled>(Store&)> work = [run, request = std::move(request),
                                                         path = path_](Store& store) {
            return look_up(store, run, request, path);
        };
        Outcome<Recalled> recalled = co_await writer_->ask<Recalled>(std::move(work));
        if (!recalled) {
            writer_->remember(recalled.error());
            co_return recalled.error();
        }
        recollection = std::move(recalled->recollection);
        out = std::move(recalled->remembered);
    }
    if (out.call)
        co_await order_.turn(std::move(recollection), out.call->outcome);
    else
        co_await order_.after_those_waiting(std::move(recollection));
    co_return out;
}

Outcome<Journal::Recalled> Journal::look_up(Store& store, RunKey run, const CompletionRequest& request,
                                            const std::string& path) {
    const Place& place = request.place;
    Recalled out;
    out.recollection = store.recollect(run, place.problem, place.sample);
    const std::optional<Recollection::Given> given = out.recollection->find(place);
    out.remembered.before = out.recollection->spent_before(place);
    if (!given) return out;
    out.remembered.call = store.reader.call(given->call);
    out.remembered.call->completion.before = out.remembered.before;
    if (std::optional<Error> differs = check_same(store.reader, *out.remembered.call, request, path)) return *differs;
    return out;
}

Task<Outcome<std::optional<RecordedCall>>> Journal::same_call(RunKey run, CompletionRequest request) {
    using Answer = std::optional<RecordedCall>;
    std::vector<RunKey> others;
    for (const auto& [key, begun] : runs_)
        if (key != run) others.push_back(key);
    if (others.empty()) co_return Answer();
    std::function<Outcome<Answer>(Store&)> work = [others = std::move(others), request = std::move(request)](
                                                      Store& store) { return find_same(store, others, request); };
    co_return co_await writer_->ask<Answer>(std::move(work));
}

Outcome<std::optional<RecordedCall>> Journal::find_same(Store& store, const std::vector<RunKey>& runs,
                                                        const CompletionRequest& request) {
    for (const RunKey run : runs) {
        const std::optional<CallKey> key = store.reader.completed_at(run, request.place);
        if (!key) continue;
        RecordedCall call = store.reader.call(*key);
        if (!check_same(store.reader, call, request, "")) return std::optional<RecordedCall>(std::move(call));
    }
    return std::optional<RecordedCall>();
}

Task<Outcome<CallKey>> Journal::started(RunKey run, CompletionRequest request) {
    std::function<Outcome<CallKey>(Store&)> work = [run, request = std::move(request),
                                                    at = options_.now()](Store& store) {
        return Outcome<CallKey>(store.writer.call(store.session, run, request, at));
    };
    co_return co_await writer_->ask<CallKey>(std::move(work));
}

Task<Outcome<void>> Journal::finished(CallKey call, std::shared_ptr<const Completion> completion) {
    std::function<Outcome<OutcomeKey>(Store&)> work = [call, completion = std::move(completion),
                                                       at = options_.now()](Store& store) {
        return Outcome<OutcomeKey>(store.writer.outcome(call, *completion, at));
    };
    const Outcome<OutcomeKey> written = co_await writer_->ask<OutcomeKey>(std::move(work));
    if (!written) co_return written.error();
    co_return Outcome<void>();
}

RecordedModel Journal::model(RunKey run, const std::string& name, const RecordedModel& found) {
    const auto [at, is_new] = runs_[run].models.emplace(name, found);
    if (is_new) writer_->tell([run, name, found](Store& store) { store.writer.model(run, name, found); });
    return at->second;
}

Task<Outcome<std::optional<RecordedCount>>> Journal::recorded_count(RunKey run, std::string model, Counted what) {
    using Answer = std::optional<RecordedCount>;
    if (!continues(run)) co_return Answer();
    const Counting reading(reading_);
    std::function<Outcome<Answer>(Store&)> work = [run, model = std::move(model),
                                                   what = std::move(what)](Store& store) {
        return Outcome<Answer>(store.reader.count(run, model, counted_hash(what)));
    };
    co_return co_await writer_->ask<Answer>(std::move(work));
}

void Journal::count(RunKey run, std::string model, Counted what, RecordedCount count) {
    writer_->tell([run, model = std::move(model), what = std::move(what), count](Store& store) {
        store.writer.count(run, model, counted_hash(what), count);
    });
}

void Journal::event(RecordedEvent event) {
    event.at_unix = options_.now();
    writer_->tell([event = std::move(event)](Store& store) { store.writer.event(event); });
}

Task<Outcome<void>> Journal::flush() {
    std::function<Outcome<bool>(Store&)> nothing = [](Store&) { return Outcome<bool>(true); };
    const Outcome<bool> flushed = co_await writer_->ask<bool>(std::move(nothing));
    if (!flushed) co_return flushed.error();
    co_return Outcome<void>();
}

Outcome<void> Journal::close() {
    if (std::optional<Error> failed = writer_->close()) return *failed;
    return {};
}

std::string counted_hash(const Counted& what) {
    if (const auto* text = std::get_if<std::string>(&what)) return sha256_hex("text " + *text);
    return prompt_hash(std::get<Prompt>(what));
}

}  // namespace retort

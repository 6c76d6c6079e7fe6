// The journal of a run while it is written: every call before it is sent, every completion before anything uses it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "async/task.h"
#include "base/error.h"
#include "record/file_lock.h"
#include "record/journal_file.h"
#include "record/landing_order.h"
#include "record/recorded.h"
#include "record/writer.h"

namespace retort {

struct JournalOptions {
    enum class Mode {
        create,  // a new file; one that has runs already is refused
        resume,  // goes on with the run that the file holds; a file that is not there or holds no run yet is begun
        extend,  // like resume, but runs that the file does not hold are begun beside those that it does
    };
    Mode mode = Mode::create;
    SyncMode sync = SyncMode::process;
    std::string program;             // name and version, for the record
    std::function<double()> now;     // seconds since 1970; empty: the system's clock
    std::int64_t largest_pages = 0;  // of 4 KiB; 0: no bound. For tests of a full disk
};

// What tokens were counted of.
using Counted = std::variant<std::string, Prompt>;

// One process writes a journal; others may read it meanwhile (journal_reader.h). Members are called on the loop's
// thread; writing is done on a thread of its own, one commit for all that wait. What is awaited is safe by the sync
// mode's promise when the await returns. Once something could not be written, nothing is written any more, every
// await gives that failure, and failure() tells it; the program should end with exit code 1. The loop's context must
// outlive the journal.
class Journal {
  public:
    // Reads and sets up the file on this thread (milliseconds). Calls that were in flight when the last writer died are
    // recorded as lost.
    static Outcome<std::shared_ptr<Journal>> open(const std::string& path, JournalOptions options);

    // Writes all that is queued and closes the file; one file remains, and none where this process made the file and
    // began no run in it.
    ~Journal();

    // Begins the run, or, when resuming, goes on with it. ErrorKind::usage names the settings that differ when the
    // file holds other runs only.
    Task<Outcome<RunKey>> begin_run(RunHeader header);

    // The run was in the file already: its calls may be recalled.
    bool continues(RunKey run) const;
    std::int64_t lost_calls() const { return lost_calls_; }  // calls that were found in flight

    // What a resumed run is given back for this request (see Recollection), in the order in which calls landed; no call
    // when it must be asked. An error when the request is not the one that was recorded at its place.
    struct Remembered {
        std::optional<RecordedCall> call;  // has `before` already
        Usage before;                      // of calls at its place that are not given back
    };
    Task<Outcome<Remembered>> recall(RunKey run, CompletionRequest request);

    // A call that completed in another run that this process has begun, at the same place with the same request: what
    // it gave need not be drawn again.
    Task<Outcome<std::optional<RecordedCall>>> same_call(RunKey run, CompletionRequest request);

    // Committed before the request is sent.
    Task<Outcome<CallKey>> started(RunKey run, CompletionRequest request);

    // Committed before anything uses the completion.
    Task<Outcome<void>> finished(CallKey call, std::shared_ptr<const Completion> completion);

    // The model as it was when the run first used it: `found` if this is the first time.
    RecordedModel model(RunKey run, const std::string& name, const RecordedModel& found);

    // Counts are replayed too, since they decide what is cut.
    Task<Outcome<std::optional<RecordedCount>>> recorded_count(RunKey run, std::string model, Counted what);
    void count(RunKey run, std::string model, Counted what, RecordedCount count);

    // "workspace", "result", "warning" and the like. Written in order, not awaited. `key` and `at_unix` are filled in.
    void event(RecordedEvent event);

    // Everything so far is committed.
    Task<Outcome<void>> flush();

    // flush(), then closes the file, on this thread. Everything afterwards fails.
    Outcome<void> close();

    std::optional<Error> failure() const { return writer_->failure(); }
    const std::string& path() const { return path_; }

  private:
    struct Begun {
        RunKey key = 0;
        bool continues = false;
        std::map<std::string, RecordedModel> models;
    };
    struct Recalled {
        std::shared_ptr<const Recollection> recollection;
        Remembered remembered;
    };

    Journal(std::string path, JournalOptions options, FileLock lock);
    std::optional<Error> prepare();
    static Outcome<Begun> begin(Store& store, const RunHeader& header, const std::string& path,
                                JournalOptions::Mode mode);
    static Outcome<std::optional<RecordedCall>> find_same(Store& store, const std::vector<RunKey>& runs,
                                                          const CompletionRequest& request);
    static Outcome<Recalled> look_up(Store& store, RunKey run, const CompletionRequest& request,
                                     const std::string& path);

    const std::string path_;
    const JournalOptions options_;
    FileLock lock_;  // goes after the writer has closed the file
    std::unique_ptr<Writer> writer_;
    std::map<RunKey, Begun> runs_;
    std::int64_t lost_calls_ = 0;
    int reading_ = 0;  // recalls and counts under way
    LandingOrder order_;
};

// The key under which a count stands in the journal.
std::string counted_hash(const Counted& what);

}  // namespace retort

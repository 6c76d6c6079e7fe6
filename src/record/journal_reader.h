// Reading a journal: for replay, `show` and `report`. No model, no writing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/task.h"
#include "base/error.h"
#include "record/journal.h"
#include "record/journal_file.h"
#include "record/landing_order.h"
#include "record/recorded.h"
#include "record/rows.h"

namespace retort {

// Works on the caller's thread, one thread at a time; also while another process writes the journal. Rows are handed
// out one by one, so that a run of 100,000 calls needs little memory. A damaged file gives what can be read, then an
// Error of kind file.
class JournalReader {
  public:
    static Outcome<std::shared_ptr<JournalReader>> open(const std::string& path);

    // The file is there but nothing was written yet: its writer died at once. --resume begins it.
    static bool is_blank(const std::string& path);

    // In the order in which they were begun.
    Outcome<std::vector<RecordedRun>> runs();

    // The models that the run used, by the name under which it used them.
    Outcome<std::map<std::string, RecordedModel>> models(RunKey run);

    // In the order of asking; the visitor answers false to stop.
    Outcome<void> calls(RunKey run, CallColumns columns, const std::function<bool(RecordedCall&)>& visit);
    Outcome<void> events(RunKey run, const std::function<bool(const RecordedEvent&)>& visit);

    // One sample's calls, in the order of asking, one call, one event: found without reading the rest.
    Outcome<std::vector<RecordedCall>> sample_calls(RunKey run, const std::string& problem, int sample,
                                                    CallColumns columns);
    Outcome<RecordedCall> call(CallKey key);
    Outcome<RecordedEvent> event(std::int64_t key);

    Outcome<Prompt> prompt(PromptKey prompt);
    Outcome<std::optional<RecordedCount>> count(RunKey run, const std::string& model, const Counted& what);

    // The process that opened the journal for writing last; 0 for none.
    Outcome<std::int64_t> last_writer();

    // Replay: the call that ended at this request's place, in the order in which calls landed. An error when there is
    // none, or when the request is not the one that was recorded. On the loop.
    Task<Outcome<RecordedCall>> recall(RunKey run, CompletionRequest request);

  private:
    JournalReader(std::string path, std::unique_ptr<Database> database);
    template <class T>
    Outcome<T> guard(const std::function<Outcome<T>()>& read, Readable without = Readable::partly) const;
    Outcome<RecordedCall> look_up(RunKey run, const CompletionRequest& request);
    std::shared_ptr<const Recollection> recollect(RunKey run, const std::string& problem, int sample);

    const std::string path_;
    std::unique_ptr<Database> database_;
    RowReader rows_;
    std::map<std::tuple<RunKey, std::string, int>, std::shared_ptr<const Recollection>> recollections_;
    LandingOrder order_;
};

// An Error of kind usage when `asked` is not what `recorded` was asked with.
std::optional<Error> check_same(RowReader& rows, const RecordedCall& recorded, const CompletionRequest& asked,
                                const std::string& path);

}  // namespace retort

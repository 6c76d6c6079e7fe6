// Calls, outcomes and the rest as rows, and rows as values again.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "record/database.h"
#include "record/prompts_table.h"
#include "record/recollection.h"
#include "record/recorded.h"

namespace retort {

// Which large columns are read.
struct CallColumns {
    bool texts = true;    // text and reasoning
    bool traces = false;  // token ids and log-probabilities
};

// The finish of a call that was in flight when its process died.
inline constexpr std::string_view kLost = "lost";

class RowReader {
  public:
    explicit RowReader(const Database& database);

    std::vector<RecordedRun> runs();
    std::vector<std::pair<std::string, RecordedModel>> models(RunKey run);
    std::optional<RecordedCount> count(RunKey run, const std::string& model, const std::string& hash);

    // What one sample of a problem has in the journal, in the order of asking.
    std::vector<PastCall> past(RunKey run, const std::string& problem, int sample);

    // A call of this run at this place that completed, if any.
    std::optional<CallKey> completed_at(RunKey run, const Place& place);

    RecordedCall call(CallKey key);
    PromptsReader& prompts() { return prompts_; }

    // In the order of asking, of recording. The visitor answers false to stop.
    void calls(RunKey run, CallColumns columns, const std::function<bool(RecordedCall&)>& visit);
    void events(RunKey run, const std::function<bool(const RecordedEvent&)>& visit);

    std::vector<RecordedCall> sample_calls(RunKey run, const std::string& problem, int sample, CallColumns columns);
    RecordedEvent event(std::int64_t key);

    std::int64_t largest_key();

  private:
    void read_details(RecordedCall& call);

    const Database& database_;
    PromptsReader prompts_;
    Statement call_;
    Statement past_;
    Statement completed_;
    Statement attempts_;
    Statement notes_;
    Statement count_;
};

class RowWriter {
  public:
    // Keys are given out from `next_key` on.
    RowWriter(const Database& database, std::int64_t next_key);

    void session(std::int64_t session, std::int64_t pid, const std::string& program, double opened);
    RunKey run(const RunHeader& header);
    void model(RunKey run, const std::string& name, const RecordedModel& model);
    CallKey call(std::int64_t session, RunKey run, const CompletionRequest& request, double started);
    OutcomeKey outcome(CallKey call, const Completion& completion, double ended);
    void event(const RecordedEvent& event);
    void count(RunKey run, const std::string& model, const std::string& hash, const RecordedCount& count);

    // From another journal, under the keys that the values have: those that were given out stay apart from them.
    PromptKey prompt(const StoredPrompt& prompt) { return prompts_.put(prompt); }
    void copy(RunKey run, const RecordedCall& call);  // with what it came to
    void copy(const RecordedEvent& event);

    // Every call without an outcome is recorded as lost. How many there were.
    std::int64_t lose_calls_in_flight(double now);

  private:
    std::int64_t take_key() { return next_key_++; }
    void insert_call(CallKey key, std::int64_t session, RunKey run, PromptKey prompt, const CompletionRequest& request,
                     double started);
    void insert_outcome(OutcomeKey key, CallKey call, const Completion& completion, double ended);

    const Database& database_;
    std::int64_t next_key_;
    PromptsWriter prompts_;
    Statement call_;
    Statement outcome_;
    Statement lost_;
    Statement attempt_;
    Statement note_;
    Statement event_;
    Statement count_;
};

}  // namespace retort

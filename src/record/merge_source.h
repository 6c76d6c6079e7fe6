// One of the journals that are merged, read as it stands at one moment. Failures are ErrorException and name the file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "record/database.h"
#include "record/journal_file.h"
#include "record/merge_plan.h"
#include "record/rows.h"

namespace retort {

class MergeSource {
  public:
    // Looks through the whole file for damage.
    explicit MergeSource(const std::string& path);

    const std::string& path() const { return path_; }
    const std::vector<RecordedRun>& runs() const { return runs_; }
    std::int64_t largest_key() const { return largest_key_; }  // of calls, outcomes and events
    std::int64_t largest_session() const { return largest_session_; }

    struct Session {
        std::int64_t number = 0;
        std::int64_t pid = 0;
        std::string program;
        double opened_unix = 0;
    };
    std::vector<Session> sessions();

    // What it has of each sample of a run; of the run as a whole, too (no problem, or sample -1).
    std::map<SampleName, SampleStory> stories(RunKey run);

    std::vector<std::pair<std::string, RecordedModel>> models(RunKey run);
    void calls(RunKey run, const std::function<void(RecordedCall&)>& visit);
    std::vector<RecordedCall> sample_calls(RunKey run, const SampleName& sample);
    void events(RunKey run, const std::function<void(const RecordedEvent&)>& visit);
    void counts(RunKey run,
                const std::function<void(const std::string& model, const std::string& hash, RecordedCount)>& visit);
    StoredPrompt prompt(PromptKey prompt);

  private:
    template <class Read>
    auto guarded(Read&& read) {
        try {
            return read();
        } catch (const DatabaseError& error) {
            throw ErrorException(journal_error(path_, error));
        }
    }
    void look_through();
    void add_calls(RunKey run, std::map<SampleName, SampleStory>& out);
    void add_results(RunKey run, std::map<SampleName, SampleStory>& out);

    const std::string path_;
    std::unique_ptr<Database> database_;
    std::optional<RowReader> rows_;
    std::vector<RecordedRun> runs_;
    std::int64_t largest_key_ = 0;
    std::int64_t largest_session_ = 0;
};

}  // namespace retort

// The models of a run, each behind what a call needs on its way: remote ones are recorded, retried and limited, those
// in process recorded; a replay has the journal alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/plan.h"
#include "eval/suite.h"
#include "model/http/http_model.h"
#include "model/recording_model.h"
#include "model/replaying_model.h"
#include "model/retrying_model.h"
#include "model/sharing_model.h"
#include "record/journal_reader.h"

namespace retort::cli {

// How a server is reached, from the settings. The error names a missing key, a wrong address, an unknown dialect.
Outcome<HttpModelOptions> server_options(const Settings& settings, const Environment& environment);

// How many calls may be in flight at a server, and how long it is asked again.
std::size_t in_flight(const Settings& settings);
RetryPolicy retry_policy(const Settings& settings);

// The one model that the server lists. The error gives the names when there are several.
Outcome<std::string> only_model_of(const Settings& settings, const Environment& environment);

class ModelSet {
  public:
    // Loads the files, and prepares the remote ones without asking anything. The loop must outlive the set. A
    // simulated model needs to know the problems that it will be asked.
    static Outcome<std::unique_ptr<ModelSet>> open(const std::vector<ModelSource>& sources, const Settings& settings,
                                                   const Environment& environment, asio::io_context& loop,
                                                   const Suite* suite = nullptr);

    // The journal must outlive the set.
    static Outcome<std::unique_ptr<ModelSet>> replay(JournalReader& journal, RunKey run, const MethodConfig& config);

    // Finds out what the servers are, so that this can be recorded with the run.
    Task<void> find_out(std::stop_token stop);

    // From now on every call of these models goes through the journal. The run has begun; a later run may take over.
    // `share`: what another run of the journal has drawn alike is not drawn again.
    void record(Journal& journal, RunKey run, const std::vector<std::string>& names, bool share = false);

    Models engine_models(const MethodConfig& config) const;

    std::int64_t resumed_calls() const;   // of the run that is recorded
    std::int64_t shared_calls() const;    // likewise
    std::int64_t missing_counts() const;  // of a replay: token counts that the journal does not have

  private:
    struct Entry {
        std::string name;
        std::shared_ptr<HttpModel> remote;
        std::shared_ptr<LanguageModel> model;  // remote or in process
        std::unique_ptr<SharingModel> sharing;
        std::unique_ptr<RecordingModel> recording;
        std::unique_ptr<ReplayingModel> replaying;

        LanguageModel* outermost() const;
    };
    std::vector<Entry> entries_;
};

}  // namespace retort::cli

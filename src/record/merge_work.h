// The work of a merge, step by step; merge.cpp has their order. Failures are ErrorException.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "record/merge.h"
#include "record/merge_plan.h"
#include "record/merge_source.h"
#include "record/merge_target.h"

namespace retort {

// Rows of a source stand in the target under keys moved up by those of the sources before it: the order within a source
// stays, whatever is left out.
class MergeWork {
  public:
    // Neither is owned. Several sources may be the same file.
    MergeWork(std::vector<std::unique_ptr<MergeSource>>& sources, MergeTarget& target);

    void write_sessions();
    void write_runs();  // makes the plan, too
    void write_models();
    void write_kept_calls();
    void write_other_calls();  // of samples that several sources have
    void write_events();       // after the calls that they refer to
    void write_counts();

    MergedJournal done() const { return done_; }

  private:
    struct Source {
        MergeSource* reads = nullptr;
        std::int64_t first_key = 0;  // added to keys of calls, outcomes and events
        std::int64_t first_session = 0;
        std::map<RunKey, RunKey> runs;                     // its keys, those in the target
        std::unordered_map<PromptKey, PromptKey> prompts;  // likewise
        // Of calls that were not copied from here: the same call of another source, 0 for none.
        std::unordered_map<CallKey, CallKey> elsewhere;
    };

    bool is_kept(std::size_t source, RunKey run, const std::string& problem, int sample) const;
    void copy(Source& source, RunKey run, RecordedCall& call);
    void write_others_of(Source& source, const MergePlan::Key& key, bool joined);
    void check_same(Source& source, const RecordedCall& call, CallKey kept);
    std::string refer_anew(const Source& source, const RecordedEvent& event) const;
    void write_counts_of(Source& source, bool exact);
    const Source& source_of(CallKey key) const;

    std::vector<Source> sources_;
    MergeTarget& target_;
    MergePlan plan_;
    MergedJournal done_;
};

}  // namespace retort

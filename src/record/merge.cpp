#include "record/merge.h"

#include <memory>

#include "record/merge_source.h"
#include "record/merge_target.h"
#include "record/merge_work.h"

namespace retort {
namespace {

MergedJournal merge(const std::string& out, const std::vector<std::string>& inputs, const MergeOptions& options) {
    MergeTarget target(out, options.largest_pages);
    std::vector<std::unique_ptr<MergeSource>> sources;
    for (const std::string& input : inputs) sources.push_back(std::make_unique<MergeSource>(input));
    MergeWork work(sources, target);
    work.write_sessions();
    work.write_runs();
    work.write_models();
    work.write_kept_calls();
    work.write_other_calls();
    work.write_events();
    work.write_counts();
    target.finish();
    return work.done();
}

}  // namespace

Outcome<MergedJournal> merge_journals(const std::string& out, const std::vector<std::string>& inputs,
                                      MergeOptions options) {
    try {
        return merge(out, inputs, options);
    } catch (const ErrorException& exception) {
        return exception.error();
    }
}

}  // namespace retort

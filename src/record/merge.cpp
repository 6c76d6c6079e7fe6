#include "record/merge.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "record/merge_source.h"
#include "record/merge_target.h"
#include "record/merge_work.h"

namespace retort {
namespace {

// The file under the temporary name is written over: it must be none of those that are merged.
void refuse_temporary(const std::string& out, const std::vector<std::string>& inputs) {
    for (const std::string& input : inputs) {
        std::error_code unknown;
        if (!std::filesystem::equivalent(input, temporary_name(out), unknown) || unknown) continue;
        throw ErrorException(Error{
            ErrorKind::usage, fmt::format("{}: the merge would write to this file on its way to {}; choose another "
                                          "name for one of them",
                                          input, out)});
    }
}

MergedJournal merge(const std::string& out, const std::vector<std::string>& inputs, const MergeOptions& options) {
    refuse_temporary(out, inputs);
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

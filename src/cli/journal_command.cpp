// `retort journal merge`: journals of shards made one.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/display/text.h"
#include "cli/output.h"
#include "model/http/open_files.h"
#include "record/merge.h"

namespace retort::cli {

Outcome<ExitCode> run_journal_merge(const MergeArguments& arguments) {
    raise_open_files();  // all journals are open at once
    const auto merged = merge_journals(arguments.out, arguments.journals);
    if (!merged) return merged.error();
    for (const std::string& caveat : merged->caveats) say("retort: warning: " + one_line(caveat));
    const auto written =
        write_stdout(fmt::format("{}: {}, {}, {}, of {}\n", one_line(arguments.out), counted(merged->runs, "run"),
                                 counted(merged->samples, "sample"), counted(merged->calls, "call"),
                                 counted(static_cast<std::int64_t>(arguments.journals.size()), "journal")));
    if (!written) return written.error();
    return 0;
}

}  // namespace retort::cli

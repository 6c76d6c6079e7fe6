// Evaluated samples in the formats of others: lines of JSON, a table, Inspect's logs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "eval/report/evaluation.h"

namespace retort {

enum class ExportFormat {
    jsonl,    // one object a sample: what was asked, the result, every call with its texts
    csv,      // one row a sample: figures
    inspect,  // Inspect's log format (JSON, version 2), one log a run
};
std::string_view name(ExportFormat format);
std::optional<ExportFormat> export_format_from(std::string_view name);

struct WrittenExport {
    std::vector<std::string> files;
    std::size_t samples = 0;
};

// Writes all samples of all runs, in their order, streamed: memory is bounded by one sample. `out`: a file, "-" for
// standard output; for Inspect's logs of several runs a folder, which is made when it is not there. What is there is
// replaced, but only when all could be written. Errors: a journal that cannot be read, a file that cannot be written.
Outcome<WrittenExport> write_export(const Evaluation& evaluation, ExportFormat format, const std::string& out);

}  // namespace retort

// `retort export`: what journals hold, in the formats of others.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands.h"
#include "cli/display/text.h"
#include "cli/evaluated_sources.h"
#include "cli/output.h"
#include "eval/export/export.h"

namespace retort::cli {

Outcome<ExitCode> run_export(const ExportArguments& arguments) {
    const auto format = export_format_from(arguments.format);
    if (!format)
        return Error{ErrorKind::usage,
                     fmt::format("--to: expected jsonl, csv or inspect, found \"{}\"", arguments.format)};
    const auto evaluation = read_sources(arguments.sources);
    if (!evaluation) return evaluation.error();
    for (const std::string& remark : evaluation->remarks) say("retort: warning: " + remark);
    const auto is_target = [&](const EvaluatedRun& run) {
        std::error_code ignored;
        return std::filesystem::equivalent(run.path, arguments.out, ignored);
    };
    if (std::any_of(evaluation->runs.begin(), evaluation->runs.end(), is_target))
        return Error{ErrorKind::usage, fmt::format("--out {} is a journal; choose another path", arguments.out)};
    if (*format == ExportFormat::inspect && evaluation->runs.size() == 1 && !arguments.out.ends_with(".json"))
        return Error{ErrorKind::usage,
                     fmt::format("--out: Inspect knows its logs by their ending; expected PATH.json, found \"{}\"",
                                 arguments.out)};
    const auto written = write_export(*evaluation, *format, arguments.out);
    if (!written) return written.error();
    if (arguments.out == "-") return 0;
    for (const std::string& file : written->files)
        if (const auto told = write_stdout(file + "\n"); !told) return told.error();
    say(fmt::format("{} of {}", counted(static_cast<std::int64_t>(written->samples), "sample"),
                    counted(static_cast<std::int64_t>(evaluation->runs.size()), "run")));
    return 0;
}

}  // namespace retort::cli

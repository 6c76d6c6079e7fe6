// `retort report`: one page from journals, or from training runs.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands.h"
#include "cli/display/text.h"
#include "cli/evaluated_sources.h"
#include "cli/output.h"
#include "cli/version.h"
#include "eval/report/report.h"
#include "eval/report/training_page.h"
#include "report_page.h"

namespace retort::cli {
namespace {

// Beside the first journal, with its name.
std::string page_path(const ReportArguments& arguments, const Evaluation& evaluation) {
    if (arguments.out) return *arguments.out;
    return std::filesystem::path(evaluation.runs.front().path).replace_extension(".html").string();
}

std::string megabytes(std::size_t bytes) {
    constexpr double kMebi = 1024.0 * 1024.0;
    return fmt::format("{:.1f} MB", static_cast<double>(bytes) / kMebi);
}

bool is_one_of(const std::string& path, const std::vector<TrainingRun>& runs) {
    return std::any_of(runs.begin(), runs.end(), [&](const TrainingRun& run) {
        std::error_code ignored;
        return std::filesystem::equivalent(run.path, path, ignored);
    });
}

Outcome<ExitCode> report_training(const ReportArguments& arguments) {
    if (arguments.details) say("retort: warning: --details is of journals; it changes nothing here");
    const auto runs = read_training_runs(arguments.sources);
    if (!runs) return runs.error();
    TrainingPageOptions options;
    options.out = arguments.out.value_or(
        std::filesystem::path(runs->front().path).replace_extension(".html").string());  // beside the figures
    options.title = arguments.title;
    options.program = program_name();
    if (is_one_of(options.out, *runs))
        return Error{ErrorKind::usage, fmt::format("--out {} is what is read; choose another file", options.out)};
    const auto bytes = write_training_page(*runs, options, report_page());
    if (!bytes) return bytes.error();
    std::size_t rows = 0;
    for (const TrainingRun& run : *runs) rows += run.rows;
    const auto told = write_stdout(fmt::format("{}   {}, {} of {}\n", options.out, megabytes(*bytes),
                                               counted(static_cast<std::int64_t>(rows), "row"),
                                               counted(static_cast<std::int64_t>(runs->size()), "training run")));
    if (!told) return told.error();
    return 0;
}

}  // namespace

Outcome<ExitCode> run_report(const ReportArguments& arguments) {
    const auto of_training = std::count_if(arguments.sources.begin(), arguments.sources.end(), names_training_run);
    if (of_training == std::ssize(arguments.sources)) return report_training(arguments);
    if (of_training > 0)
        return Error{ErrorKind::usage,
                     "a page is made of journals or of training runs (folders), not of both: make one of each"};
    const auto evaluation = read_sources(arguments.sources);
    if (!evaluation) return evaluation.error();
    for (const std::string& remark : evaluation->remarks) say("retort: warning: " + remark);
    ReportOptions options;
    options.out = page_path(arguments, *evaluation);
    options.details = arguments.details.value_or("");
    options.title = arguments.title;
    options.program = program_name();
    const auto is_page = [&](const EvaluatedRun& run) {
        std::error_code ignored;
        return std::filesystem::equivalent(run.path, options.out, ignored);
    };
    if (std::any_of(evaluation->runs.begin(), evaluation->runs.end(), is_page))
        return Error{ErrorKind::usage, fmt::format("--out {} is a journal; choose another file", options.out)};
    const auto written = write_report(*evaluation, options, report_page());
    if (!written) return written.error();
    if (written->left_out > 0)
        say(fmt::format("{} of long texts are left out to keep the page small; --details DIR writes them whole",
                        megabytes(written->left_out)));
    const auto told =
        write_stdout(fmt::format("{}   {}, {} samples of {} runs\n", options.out, megabytes(written->page_bytes),
                                 written->samples, evaluation->runs.size()));
    if (!told) return told.error();
    return 0;
}

}  // namespace retort::cli

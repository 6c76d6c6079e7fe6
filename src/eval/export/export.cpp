#include "eval/export/export.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <ctime>
#include <filesystem>

#include "eval/export/export_parts.h"
#include "eval/report/output_file.h"

namespace retort {
namespace {

struct FormatName {
    ExportFormat format;
    std::string_view name;
};
constexpr std::array<FormatName, 3> kFormats{
    {{ExportFormat::jsonl, "jsonl"}, {ExportFormat::csv, "csv"}, {ExportFormat::inspect, "inspect"}}};

constexpr std::string_view kColumns =
    "run,suite,model,operator,distiller,k,workspace,think,seed,simulated,problem,sample,verdict,right,answer,error,"
    "b_seq,b_total,b_seq_nominal,max_call_tokens,tokens_in,tokens_out,tokens_reasoning,tokens_cached,calls,"
    "failed_calls,estimated,wall_s,rounds,drafts,drafts_answered,drafts_right";

// As RFC 4180 has it.
std::string csv_text(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
    std::string out = "\"";
    for (const char one : text) out += one == '"' ? std::string("\"\"") : std::string(1, one);
    return out + "\"";
}

struct DraftCounts {
    std::size_t drafts = 0;
    std::size_t answered = 0;
    std::size_t right = 0;
};
DraftCounts count_drafts(const SampleFacts& facts) {
    DraftCounts out;
    for (const RoundFacts& round : facts.rounds)
        for (const DraftFacts& draft : round.drafts) {
            ++out.drafts;
            out.answered += draft.group >= 0;
            out.right += draft.right;
        }
    return out;
}

Outcome<WrittenExport> write_lines(const Evaluation& evaluation, ExportFormat format, const std::string& out) {
    auto file = OutputFile::create(out);
    if (!file) return file.error();
    WrittenExport written{{out}, 0};
    if (format == ExportFormat::csv) file->write(csv_header());
    for (const EvaluatedRun& run : evaluation.runs)
        for (std::size_t i = 0; i < run.samples.size() && !file->failed(); ++i, ++written.samples) {
            if (format == ExportFormat::csv) {
                file->write(csv_row(run, i));
                continue;
            }
            const auto line = sample_line(run, i);
            if (!line) return line.error();
            file->write(*line);
        }
    if (const auto committed = file->commit(); !committed) return committed.error();
    return written;
}

Outcome<void> write_log(const EvaluatedRun& run, const std::string& path) {
    auto file = OutputFile::create(path);
    if (!file) return file.error();
    const auto failed = write_inspect_log(run, [&](std::string_view text) { file->write(text); });
    if (failed) return *failed;
    return file->commit();
}

// Inspect finds logs in a folder by the time at the beginning of their names.
std::string log_name(const EvaluatedRun& run) {
    std::string time = utc_time(run.header.started_unix);
    for (char& one : time)
        if (one == ':') one = '-';
    std::string task = run.setup.suite.empty() ? "solve" : run.setup.suite;
    for (char& one : task)
        if (one == '/' || one == '_' || one == '\\') one = '-';
    return fmt::format("{}_{}_{}.json", time, task, run.header.run_id.substr(0, 22));
}

Outcome<WrittenExport> write_logs(const Evaluation& evaluation, const std::string& out) {
    const bool folder = evaluation.runs.size() > 1;
    std::error_code failed;
    if (folder) std::filesystem::create_directories(out, failed);
    if (failed) return Error{ErrorKind::file, fmt::format("{}: cannot be made: {}", out, failed.message())};
    WrittenExport written;
    for (const EvaluatedRun& run : evaluation.runs) {
        const std::string path = folder ? (std::filesystem::path(out) / log_name(run)).string() : out;
        if (const auto log = write_log(run, path); !log) return log.error();
        written.files.push_back(path);
        written.samples += run.samples.size();
    }
    return written;
}

}  // namespace

std::string_view name(ExportFormat format) {
    for (const FormatName& one : kFormats)
        if (one.format == format) return one.name;
    return "jsonl";
}

std::optional<ExportFormat> export_format_from(std::string_view name) {
    for (const FormatName& one : kFormats)
        if (one.name == name) return one.format;
    return std::nullopt;
}

std::string utc_time(double unix_seconds) {
    const auto whole = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}+00:00", parts);
}

std::string csv_header() {
    return std::string(kColumns) + "\n";
}

std::string csv_row(const EvaluatedRun& run, std::size_t i) {
    const SampleFacts& facts = run.facts[i];
    const EvaluatedSample& sample = run.samples[i];
    const RunSetup& setup = run.setup;
    const BudgetTotals& b = facts.budget;
    const DraftCounts counts = count_drafts(facts);
    std::string out = fmt::format("{},{},{},{},{},{},{},{},{},{},", run.header.run_id, csv_text(setup.suite),
                                  csv_text(setup.model), csv_text(setup.schedule.name), setup.distiller(), setup.k(),
                                  setup.workspace(), setup.think(), setup.settings.seed, setup.simulated);
    out += fmt::format("{},{},{},{},{},{},", csv_text(facts.problem), facts.sample,
                       sample.verdict ? name(*sample.verdict) : "", facts.right, csv_text(facts.answer.value_or("")),
                       csv_text(sample.error.value_or("")));
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},", b.b_seq, b.b_total, b.b_seq_nominal, b.max_call_tokens,
                       b.tokens_in, b.tokens_out, b.tokens_reasoning, b.tokens_cached, b.calls, b.failed_calls,
                       b.estimated, facts.wall_s);
    out += fmt::format("{},{},{},{}\n", facts.rounds.size(), counts.drafts, counts.answered, counts.right);
    return out;
}

Outcome<WrittenExport> write_export(const Evaluation& evaluation, ExportFormat format, const std::string& out) {
    if (format == ExportFormat::inspect) return write_logs(evaluation, out);
    return write_lines(evaluation, format, out);
}

}  // namespace retort

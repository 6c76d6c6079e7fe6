// `retort suite make|check|list|pull`.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/commands.h"
#include "cli/display/text.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/pull_progress.h"
#include "cli/suite_table.h"
#include "cli/table_rows.h"
#include "cli/write_file.h"
#include "eval/generate/generate.h"
#include "eval/suite_check.h"

namespace retort::cli {
namespace {

using nlohmann::ordered_json;

Outcome<ExitCode> print(const std::string& text, ExitCode code = 0) {
    const auto written = write_stdout(text);
    if (!written) return written.error();
    return code;
}

Outcome<Split> split_named(const std::string& name) {
    if (name == "train") return Split::train;
    if (name == "test") return Split::test;
    return Error{ErrorKind::usage, fmt::format("--split: expected train or test, found \"{}\"", name)};
}

// ---- list

bool is_here(const std::string& folder, const std::string& name) {
    std::error_code failed;
    return !folder.empty() && std::filesystem::is_regular_file(suite_path(folder, name), failed);
}

// Suites in the folder that no row names any more.
std::vector<std::string> others_here(const std::vector<SuiteRow>& rows, const std::string& folder) {
    std::set<std::string> found;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
        if (entry.path().extension() == ".jsonl") found.insert(entry.path().stem().string());
    for (const SuiteRow& row : rows) found.erase(row.name);
    return {found.begin(), found.end()};
}

std::string row_text(const SuiteRow& row, const std::string& folder) {
    const std::string problems = row.problems > 0 ? counted(row.problems, "problem") : "number of problems not said";
    std::string out = fmt::format("{}\n    {}   {}   {}   {}{}{}\n", row.name, row.mapping.kind, problems,
                                  row.licence.empty() ? "licence not said" : row.licence,
                                  is_here(folder, row.name) ? "here" : "not here", row.tried ? "" : "   not tried",
                                  row.sha256.empty() ? "   no checksum" : "");
    if (!row.about.empty()) out += "    " + row.about + "\n";
    return out;
}

ordered_json row_json(const SuiteRow& row, const std::string& folder) {
    const auto or_null = [](const auto& value) {
        return value == std::decay_t<decltype(value)>{} ? ordered_json(nullptr) : ordered_json(value);
    };
    return {{"name", row.name},
            {"about", row.about},
            {"kind", row.mapping.kind},
            {"problems", or_null(row.problems)},
            {"licence", or_null(row.licence)},
            {"bytes", or_null(row.bytes)},
            {"sha256", or_null(row.sha256)},
            {"tried", row.tried},
            {"here", is_here(folder, row.name)}};
}

std::string option_text(const GeneratorOption& option) {
    std::string out = fmt::format("        --{}  {}", option.name, option.about);
    if (option.most > 0 && option.least != option.most) out += fmt::format(", {} to {}", option.least, option.most);
    if (!option.standard.empty()) out += fmt::format(" (usually {})", option.standard);
    return out + "\n";
}

std::string generator_text(const GeneratorKind& kind) {
    std::string out = fmt::format("{}\n    {}\n", kind.name, kind.about);
    for (const GeneratorOption& option : kind.options) out += option_text(option);
    return out;
}

ordered_json generator_json(const GeneratorKind& kind) {
    ordered_json options = ordered_json::array();
    for (const GeneratorOption& option : kind.options) {
        ordered_json row{{"name", option.name}, {"about", option.about}};
        row["default"] = option.standard.empty() ? ordered_json(nullptr) : ordered_json(option.standard);
        if (option.most > 0) row["least"] = option.least, row["most"] = option.most;
        options.push_back(row);
    }
    return {{"kind", kind.name}, {"about", kind.about}, {"options", options}};
}

// ---- check

std::string fault_line(const std::string& file, const SuiteFault& fault) {
    const std::string where = fault.place == 0 ? file : fmt::format("{}:{}", file, fault.place);
    return where + ": " + one_line(fault.what);
}

std::string count_line(const std::string& kind, const KindCount& count) {
    const auto unscored = static_cast<std::int64_t>(count.problems - count.judged);
    std::string out = fmt::format("{}{}, {} with a reference", pad_right(kind, 14),
                                  counted(static_cast<std::int64_t>(count.problems), "problem"), count.with_reference);
    if (unscored > 0) out += fmt::format(", {} cannot be scored", unscored);
    return out + "\n";
}

}  // namespace

Outcome<ExitCode> run_suite_make(const SuiteArguments& arguments) {
    const auto split = split_named(arguments.split);
    if (!split) return split.error();
    GenerateRequest request;
    request.kind = arguments.name;
    request.count = arguments.count;
    request.seed = arguments.seed;
    request.split = *split;
    request.options = arguments.difficulty;
    const auto lines = generate_suite(request);
    if (!lines) return lines.error();
    std::string text;
    for (const std::string& line : *lines) text += line + "\n";
    if (arguments.file == "-") return print(text);
    const auto written = write_file(arguments.file, text);
    if (!written) return written.error();
    say(fmt::format("{} of {}, {} split", counted(arguments.count, "problem"), arguments.name, arguments.split));
    return print(arguments.file + "\n");
}

Outcome<ExitCode> run_suite_check(const SuiteArguments& arguments) {
    constexpr std::size_t kMostShown = 100;
    const auto text = read_suite_file(arguments.file);
    if (!text) return text.error();
    const SuiteReport report = check_suite(*text);
    const SuiteFaults& faults = report.faults;
    for (std::size_t i = 0; i < std::min(faults.kept.size(), kMostShown); ++i)
        say(fault_line(arguments.file, faults.kept[i]));
    if (faults.all > kMostShown) say(fmt::format("... and {} more", faults.all - kMostShown));
    for (const SuiteFault& warning : report.warnings)
        say(fault_line(arguments.file, {warning.place, "warning: " + warning.what}));
    std::string out;
    for (const auto& [kind, count] : report.kinds) out += count_line(kind, count);
    if (!report.warnings.empty()) out += counted(static_cast<std::int64_t>(report.warnings.size()), "warning") + "\n";
    if (faults.all > 0) out += counted(static_cast<std::int64_t>(faults.all), "fault") + "\n";
    if (faults.all == 0 && report.warnings.empty()) out += "nothing is wrong\n";
    return print(out, faults.all == 0 ? 0 : 1);
}

Outcome<ExitCode> run_suite_list(const Invocation& invocation) {
    const auto rows = all_suites(user_suites_path(environment_variable));
    if (!rows) return rows.error();
    const std::string folder = suites_folder(environment_variable);
    const std::vector<std::string> others = others_here(*rows, folder);
    std::string text =
        fmt::format("Suites folder: {}\n\nretort suite pull NAME\n\n", short_path(folder, environment_variable));
    ordered_json json{{"folder", folder}, {"suites", ordered_json::array()}, {"others", others}};
    for (const SuiteRow& row : *rows) {
        text += row_text(row, folder);
        json["suites"].push_back(row_json(row, folder));
    }
    for (const std::string& name : others) text += fmt::format("{}\n    here; not in the table\n", one_line(name));
    text += "\nretort suite make KIND\n\n";
    for (const GeneratorKind& kind : generator_kinds()) {
        text += generator_text(kind);
        json["generators"].push_back(generator_json(kind));
    }
    return print(invocation.json ? json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n" : text);
}

Outcome<ExitCode> run_suite_pull(const SuiteArguments& arguments) {
    const auto rows = all_suites(user_suites_path(environment_variable));
    if (!rows) return rows.error();
    const SuiteRow* row = find_row(*rows, arguments.name);
    if (row == nullptr) return unknown_name(*rows, "suite", arguments.name);
    const std::string folder = suites_folder(environment_variable);
    if (folder.empty())
        return Error{ErrorKind::usage, "no home folder: say in XDG_CACHE_HOME where pulled files shall lie"};
    PullProgressLine progress;
    const auto pulled =
        pull_suite(*row, folder, [&progress](std::int64_t done, std::int64_t all) { progress(done, all); });
    if (!pulled) return pulled.error();
    say(fmt::format("{}\n{}", pulled_text(pulled->source),
                    counted(static_cast<std::int64_t>(pulled->problems), "problem")));
    return print(pulled->path + "\n");
}

}  // namespace retort::cli

#include "eval/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <vector>

#include "eval/report/details.h"
#include "eval/report/output_file.h"
#include "eval/report/packing.h"
#include "eval/report/page_template.h"
#include "eval/report/sections.h"

namespace retort {
namespace {

template <class Of>
std::string different(const Evaluation& evaluation, Of of) {
    std::vector<std::string> found;
    for (const EvaluatedRun& run : evaluation.runs)
        if (const std::string value = of(run); std::find(found.begin(), found.end(), value) == found.end())
            found.push_back(value);
    return fmt::format("{}", fmt::join(found, ", "));
}

std::string made_title(const Evaluation& evaluation) {
    const std::string suites = different(evaluation, [](const EvaluatedRun& run) {
        return run.setup.suite.empty() ? std::string("one problem") : run.setup.suite;
    });
    return suites + " · " + different(evaluation, [](const EvaluatedRun& run) { return run.setup.model; });
}

// The data but for the details' place, as one object.
ordered_json data_json(const ReportLayout& layout, const ReportOptions& options) {
    const std::vector<EvaluatedRun>& runs = layout.evaluation->runs;
    const auto latest = std::max_element(runs.begin(), runs.end(), [](const EvaluatedRun& a, const EvaluatedRun& b) {
        return a.last_unix < b.last_unix;
    });
    const auto differences = family_differences(layout);
    SignSections signs = sign_sections(layout);
    const bool simulated =
        std::any_of(runs.begin(), runs.end(), [](const EvaluatedRun& run) { return run.setup.simulated; });
    return {{"version", 1},
            {"program", options.program},
            {"date", iso_time(latest->last_unix)},
            {"title", options.title.empty() ? made_title(*layout.evaluation) : options.title},
            {"simulated", simulated},
            {"headline", headline_json(layout, differences)},
            {"warnings", warnings_json(layout)},
            {"families", families_json(layout)},
            {"runs", runs_json(layout)},
            {"curves", curves_json(layout)},
            {"differences", differences_json(differences)},
            {"distillers", distillers_json(layout)},
            {"workspaces", workspaces_json(layout)},
            {"signatures", std::move(signs.signatures)},
            {"summary_faults", std::move(signs.summary_faults)},
            {"position", std::move(signs.position)},
            {"problems", problems_json(layout)}};
}

std::string dumped(const ordered_json& value) {
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// Details into files that a page from disk may load: it cannot fetch, but it can add script elements.
Outcome<void> write_beside(DetailWriter& details, std::size_t chunks, const std::string& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) return Error{ErrorKind::file, fmt::format("{}: cannot be made: {}", folder, failed.message())};
    for (std::size_t i = 0; i < chunks; ++i) {
        const auto chunk = details.chunk(i);
        if (!chunk) return chunk.error();
        auto file = OutputFile::create(fmt::format("{}/{}.js", folder, i));
        if (!file) return file.error();
        file->write(fmt::format("window.retortDetails({}, \"{}\");\n", i, packed(*chunk)));
        if (auto written = file->commit(); !written) return written.error();
    }
    return {};
}

Outcome<void> write_inside(DetailWriter& details, std::size_t chunks,
                           const std::function<void(std::string_view)>& write) {
    for (std::size_t i = 0; i < chunks; ++i) {
        const auto chunk = details.chunk(i);
        if (!chunk) return chunk.error();
        write(fmt::format("<script type=\"application/octet-stream+base64\" id=\"details-{}\">", i));
        write(packed(*chunk));
        write("</script>\n");
    }
    return {};
}

// The folder as the page names it.
std::string relative_folder(const ReportOptions& options) {
    const auto beside = std::filesystem::absolute(options.out).parent_path();
    return std::filesystem::absolute(options.details)
        .lexically_normal()
        .lexically_relative(beside.lexically_normal())
        .generic_string();
}

ordered_json details_json(const DetailPlan& plan, const ReportOptions& options) {
    const bool beside = !options.details.empty();
    return {{"at", beside ? "beside" : "embedded"},
            {"folder", beside ? relative_folder(options) : "details"},
            {"chunk_size", plan.chunk_size},
            {"chunks", plan.chunks()}};
}

}  // namespace

std::string report_data_json(const Evaluation& evaluation, const ReportOptions& options) {
    return dumped(data_json(lay_out(evaluation), options));
}

Outcome<WrittenReport> write_report(const Evaluation& evaluation, const ReportOptions& options, std::string_view page) {
    const bool beside = !options.details.empty();
    const auto parts = parts_of(page);
    if (!parts) return parts.error();
    auto file = OutputFile::create(options.out);
    if (!file) return file.error();
    const ReportLayout layout = lay_out(evaluation);
    const DetailPlan plan = plan_details(evaluation, beside);
    DetailWriter details(evaluation, plan, layout.problem_index);
    WrittenReport out{plan.samples, plan.chunks(), 0, 0};
    const auto write = [&](std::string_view bytes) {
        out.page_bytes += bytes.size();
        file->write(bytes);
    };
    for (const TemplatePart& part : *parts) {
        write(part.text);
        if (part.placeholder == kDataPlace) {
            ordered_json data = data_json(layout, options);
            data["details"] = details_json(plan, options);
            write(kDataBegin);
            write(embeddable_json(dumped(data)));
            write(kDataEnd);
        } else if (part.placeholder == kDetailsPlace) {
            const auto written =
                beside ? write_beside(details, out.chunks, options.details) : write_inside(details, out.chunks, write);
            if (!written) return written.error();
        }
    }
    if (auto written = file->commit(); !written) return written.error();
    out.left_out = details.left_out();
    return out;
}

}  // namespace retort

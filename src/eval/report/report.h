// The report: one page from journals, that needs nothing else and can stand in an appendix.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "eval/report/evaluation.h"

namespace retort {

struct ReportOptions {
    std::string out;      // the page's file; replaced when it is there
    std::string details;  // a folder for the samples' details, made when it is not there; empty: inside the page
    std::string title;    // empty: made of suite and model
    std::string program;  // name and version of this program
};

// What was written.
struct WrittenReport {
    std::size_t samples = 0;
    std::size_t chunks = 0;  // of details
    std::size_t page_bytes = 0;
    std::size_t left_out = 0;  // bytes of texts that were left out to bound the page
};

// `page` is the template (web/report): it holds the comments <!--retort-data--> and <!--retort-details--> once each.
// Memory is bounded by the figures of all samples and one chunk of details. Nothing appears under `out` unless all of
// it could be written. Errors: a journal that cannot be read, a file that cannot be written.
Outcome<WrittenReport> write_report(const Evaluation& evaluation, const ReportOptions& options, std::string_view page);

// The page's data (web/report/src/data.ts, version 1) as JSON, the details' place excepted; for tests and other pages.
std::string report_data_json(const Evaluation& evaluation, const ReportOptions& options);

}  // namespace retort

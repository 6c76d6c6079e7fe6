// The formats one by one. Not public.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "eval/export/export.h"

namespace retort {

using WriteText = std::function<void(std::string_view)>;

// Of the run's i-th sample, on one line.
Outcome<std::string> sample_line(const EvaluatedRun& run, std::size_t i);

std::string csv_header();
std::string csv_row(const EvaluatedRun& run, std::size_t i);

// One run as one log.
std::optional<Error> write_inspect_log(const EvaluatedRun& run, const WriteText& write);

// "2026-11-26T13:05:00+00:00".
std::string utc_time(double unix_seconds);

}  // namespace retort

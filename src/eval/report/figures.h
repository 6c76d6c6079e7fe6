// Figures as the page's data has them, and in words.
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "eval/stats.h"

namespace retort {

using nlohmann::ordered_json;

// null where a figure is not known or not finite.
inline ordered_json number(double value) {
    return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

template <class T>
ordered_json or_null(const std::optional<T>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

// {"value","lo","hi"}; null where there is no estimate.
ordered_json estimate_json(const std::optional<Estimate>& estimate);

// The same, 0 where there is none: for places where the page expects a figure.
ordered_json estimate_or_zero(const std::optional<Estimate>& estimate);

// The page's name of an axis: "b_seq", "wall_s".
std::string axis_key(BudgetAxis axis);

// "B_seq", "B_total", "nominal B_seq", "seconds".
std::string axis_words(BudgetAxis axis);

// "40.5K", "812", "1.2M"; seconds as "3.4 s".
std::string budget_words(BudgetAxis axis, double budget);
std::string token_words(double tokens);

// "12.3 %"; "7.4" for points.
std::string percent(double share);
std::string points(double difference);

// "2026-11-26T13:05:00Z"
std::string iso_time(double unix_seconds);

// " (3.1 to 11.6)", or " (no interval)" where the data give none.
std::string interval_words(const Estimate& estimate);

// The same figure with the other sign: "5.9 below" for "-5.9 above".
Estimate mirrored(const Estimate& estimate);

// 0 of nothing.
template <class Values, class Of>
double mean_of(const Values& values, Of of) {
    if (values.empty()) return 0;
    double sum = 0;
    for (const auto& one : values) sum += static_cast<double>(of(one));
    return sum / static_cast<double>(values.size());
}

}  // namespace retort

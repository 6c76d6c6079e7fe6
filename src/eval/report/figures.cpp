#include "eval/report/figures.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <string_view>

namespace retort {
namespace {

// "41.0" as "41".
std::string short_number(double value) {
    const std::string text = fmt::format("{:.1f}", value);
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

}  // namespace

ordered_json estimate_json(const std::optional<Estimate>& estimate) {
    if (!estimate || !std::isfinite(estimate->value)) return nullptr;
    return {{"value", estimate->value},
            {"lo", estimate->ci ? number(estimate->ci->lo) : ordered_json(nullptr)},
            {"hi", estimate->ci ? number(estimate->ci->hi) : ordered_json(nullptr)}};
}

ordered_json estimate_or_zero(const std::optional<Estimate>& estimate) {
    return estimate_json(estimate.value_or(Estimate{}));
}

std::string axis_key(BudgetAxis axis) {
    switch (axis) {
        case BudgetAxis::b_seq:
            return "b_seq";
        case BudgetAxis::b_total:
            return "b_total";
        case BudgetAxis::b_seq_nominal:
            return "b_seq_nominal";
        case BudgetAxis::seconds:
            return "wall_s";
        case BudgetAxis::max_call_tokens:
            return "max_call_tokens";
    }
    return "b_seq";
}

std::string axis_words(BudgetAxis axis) {
    switch (axis) {
        case BudgetAxis::b_seq:
            return "B_seq";
        case BudgetAxis::b_total:
            return "B_total";
        case BudgetAxis::b_seq_nominal:
            return "nominal B_seq";
        case BudgetAxis::seconds:
            return "a waiting time of";
        case BudgetAxis::max_call_tokens:
            return "a longest call of";
    }
    return "B_seq";
}

std::string token_words(double tokens) {
    constexpr double kThousand = 1000;
    constexpr double kMillion = 1'000'000;
    if (tokens >= kMillion) return short_number(tokens / kMillion) + "M";
    if (tokens >= kThousand) return short_number(tokens / kThousand) + "K";
    return fmt::format("{:.0f}", tokens);
}

std::string budget_words(BudgetAxis axis, double budget) {
    return axis == BudgetAxis::seconds ? fmt::format("{} s", short_number(budget)) : token_words(budget);
}

std::string percent(double share) {
    return fmt::format("{:.1f} %", 100 * share);
}

std::string points(double difference) {
    return fmt::format("{:.1f}", 100 * difference);
}

std::string iso_time(double unix_seconds) {
    const auto whole = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", parts);
}

Estimate mirrored(const Estimate& estimate) {
    Estimate out = estimate;
    out.value = -estimate.value;
    if (estimate.ci) out.ci = Interval{-estimate.ci->hi, -estimate.ci->lo};
    return out;
}

std::string interval_words(const Estimate& estimate) {
    if (!estimate.ci) return " (no interval)";
    return fmt::format(" ({:.1f} to {:.1f})", 100 * estimate.ci->lo, 100 * estimate.ci->hi);
}

}  // namespace retort

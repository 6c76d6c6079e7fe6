#include "train/display/train_progress.h"

#include <algorithm>

namespace retort::train {
namespace {

constexpr std::size_t kRemembered = 64;  // more than a line has room for
constexpr std::string_view kEval = "eval/";
constexpr std::string_view kAccuracy = "/accuracy";

bool is_watched(std::string_view name) {
    return name == "loss" || name.ends_with("/reward/mean");
}

bool is_evaluation(std::string_view name) {
    return name.starts_with(kEval) && name.ends_with(kAccuracy) && name.size() > kEval.size() + kAccuracy.size();
}

}  // namespace

void TrainProgress::take(const MetricsRow& row, double now_s) {
    const bool first = phase_.empty();
    // A step of a new phase has taken the time since the last row of the old one.
    if (first || row.phase() != phase_) {
        measured_from_ = first ? row.step() : step_;
        measured_from_s_ = first ? now_s : last_row_s_;
    }
    figures_.clear();
    step_ = row.step();
    phase_ = row.phase();
    last_row_s_ = now_s;
    std::vector<TrainEvaluation> evaluation;
    for (const auto& [name, value] : row.values()) {
        figures_[name] = value;
        if (is_watched(name)) remember(name, value);
        if (!is_evaluation(name)) continue;
        remember(name, value);
        evaluation.push_back({name.substr(kEval.size(), name.size() - kEval.size() - kAccuracy.size()), value});
    }
    if (evaluation.empty()) return;
    evaluation_ = std::move(evaluation);
    evaluated_at_ = row.step();
}

void TrainProgress::remember(const std::string& name, double value) {
    std::deque<double>& values = values_[name];
    values.push_back(value);
    if (values.size() > kRemembered) values.pop_front();
}

std::optional<double> TrainProgress::figure(std::string_view name) const {
    const auto found = figures_.find(name);
    return found == figures_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<double> TrainProgress::last_values(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<double>() : std::vector(found->second.begin(), found->second.end());
}

std::optional<double> TrainProgress::seconds_left(double now_s) const {
    const std::int64_t made = step_ - measured_from_;
    const std::int64_t end = step_ < plan_.sft_steps ? plan_.sft_steps : all_steps();
    const double gone = last_row_s_ - measured_from_s_;
    if (phase_.empty() || made < 1 || step_ >= end || (phase_ == "sft" && end > plan_.sft_steps)) return std::nullopt;
    const double left = gone / static_cast<double>(made) * static_cast<double>(end - step_);
    return std::max(0.0, left - (now_s - last_row_s_));
}

}  // namespace retort::train

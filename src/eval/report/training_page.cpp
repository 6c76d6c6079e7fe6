#include "eval/report/training_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "eval/report/figures.h"
#include "eval/report/output_file.h"
#include "eval/report/packing.h"
#include "eval/report/page_template.h"

namespace retort {
namespace {

constexpr std::size_t kPointsOfPage = 150'000;  // of all curves: some megabytes
constexpr std::size_t kMostPoints = 1000;       // of a curve: more than a screen has columns for it
constexpr std::size_t kFewestPoints = 40;
constexpr double kMuchDifference = 0.01;  // between sampler and trainer: what the trainer warns of, too
constexpr std::string_view kEval = "eval/";
constexpr std::string_view kAccuracy = "/accuracy";

std::size_t points_of_curve(const std::vector<TrainingRun>& runs) {
    std::size_t curves = 0;
    for (const TrainingRun& run : runs) curves += run.series.size();
    return std::clamp(kPointsOfPage / std::max<std::size_t>(curves, 1), kFewestPoints, kMostPoints);
}

// Six digits are more than a chart shows.
ordered_json short_number(double value) {
    return std::isfinite(value) ? ordered_json(std::stod(fmt::format("{:.6g}", value))) : ordered_json(nullptr);
}

// The finite values of a stretch of a curve.
struct Stretch {
    double sum = 0;
    double least = 0;
    double most = 0;
    std::size_t count = 0;

    void add(double value) {
        if (!std::isfinite(value)) return;
        least = count == 0 ? value : std::min(least, value);
        most = count == 0 ? value : std::max(most, value);
        sum += value;
        ++count;
    }
    double mean() const { return count == 0 ? std::nan("") : sum / static_cast<double>(count); }
};

void put_whole(const TrainingSeries& series, ordered_json& out) {
    out["steps"] = series.steps;
    ordered_json& values = out["values"] = ordered_json::array();
    for (const double value : series.values) values.push_back(short_number(value));
}

void put_thinned(const TrainingSeries& series, std::size_t points, ordered_json& out) {
    ordered_json steps = ordered_json::array(), values = steps, least = steps, most = steps;
    const std::size_t all = series.steps.size();
    for (std::size_t i = 0; i < points; ++i) {
        const std::size_t begin = i * all / points, end = (i + 1) * all / points;
        Stretch stretch;
        for (std::size_t at = begin; at < end; ++at) stretch.add(series.values[at]);
        steps.push_back((series.steps[begin] + series.steps[end - 1]) / 2);
        values.push_back(short_number(stretch.mean()));
        least.push_back(stretch.count == 0 ? ordered_json(nullptr) : short_number(stretch.least));
        most.push_back(stretch.count == 0 ? ordered_json(nullptr) : short_number(stretch.most));
    }
    out["steps"] = std::move(steps);
    out["values"] = std::move(values);
    out["least_near"] = std::move(least);
    out["most_near"] = std::move(most);
}

ordered_json series_json(const TrainingSeries& series, std::size_t points) {
    Stretch all;
    for (const double value : series.values) all.add(value);
    ordered_json out{{"name", series.name},
                     {"count", series.steps.size()},
                     {"first", number(series.values.front())},
                     {"last", number(series.values.back())},
                     {"last_step", series.steps.back()},
                     {"least", all.count == 0 ? ordered_json(nullptr) : number(all.least)},
                     {"most", all.count == 0 ? ordered_json(nullptr) : number(all.most)}};
    if (series.steps.size() <= points)
        put_whole(series, out);
    else
        put_thinned(series, points, out);
    return out;
}

ordered_json run_json(const TrainingRun& run, std::size_t points) {
    ordered_json phases = ordered_json::array();
    for (const TrainingPhase& phase : run.phases)
        phases.push_back({{"name", phase.name}, {"from", phase.from}, {"to", phase.to}});
    ordered_json series = ordered_json::array();
    for (const TrainingSeries& one : run.series) series.push_back(series_json(one, points));
    const std::filesystem::path here = run.folder.empty() ? "." : run.folder;
    return {{"label", run.label},
            {"folder", here.string()},
            {"rollouts", run.has_rollouts ? ordered_json((here / "rollouts.db").string()) : ordered_json(nullptr)},
            {"model", run.has_model ? ordered_json((here / "model.gguf").string()) : ordered_json(nullptr)},
            {"rows", run.rows},
            {"last_step", run.last_step()},
            {"phases", std::move(phases)},
            {"series", std::move(series)},
            {"config", run.config}};
}

// ---- what the page says at its top

bool is_evaluation(const TrainingSeries& series) {
    return series.name.starts_with(kEval) && series.name.ends_with(kAccuracy) &&
           series.name.size() > kEval.size() + kAccuracy.size() && std::isfinite(series.values.back());
}

std::string operator_of(const TrainingSeries& series) {
    return series.name.substr(kEval.size(), series.name.size() - kEval.size() - kAccuracy.size());
}

// "After step 33: cot 12.5 %, pdr:4 18.8 % of the test problems right; at step 0: 0.0 %, 0.0 %"
std::string evaluated_words(const TrainingRun& run) {
    std::string now, before;
    std::int64_t last = 0, first = 0;
    for (const TrainingSeries& series : run.series) {
        if (!is_evaluation(series)) continue;
        const std::string gap = now.empty() ? "" : ", ";
        now += gap + operator_of(series) + " " + percent(series.values.back());
        before += gap + percent(series.values.front());
        last = series.steps.back();
        first = series.steps.front();
    }
    if (now.empty()) return "";
    if (last == first) return fmt::format("After step {}: {} of the test problems right", last, now);
    return fmt::format("After step {}: {} of the test problems right; at step {}: {}", last, now, first, before);
}

std::string best_words(const std::vector<TrainingRun>& runs) {
    const TrainingRun* best_run = nullptr;
    const TrainingSeries* best = nullptr;
    for (const TrainingRun& run : runs)
        for (const TrainingSeries& series : run.series)
            if (is_evaluation(series) && (best == nullptr || series.values.back() > best->values.back())) {
                best_run = &run;
                best = &series;
            }
    if (best == nullptr) return "";
    return fmt::format("The highest last evaluation is that of {}: {} {} of the test problems right after step {}",
                       best_run->label, operator_of(*best), percent(best->values.back()), best->steps.back());
}

std::string last_words(const TrainingRun& run, std::string_view name, std::string_view label, const char* format) {
    const TrainingSeries* series = run.find(name);
    if (series == nullptr || !std::isfinite(series->values.back())) return "";
    return fmt::format("{} {}", label, fmt::format(fmt::runtime(format), series->values.back()));
}

std::string learning_words(const TrainingRun& run) {
    std::string out;
    for (const auto& [name, label] : {std::pair{"trace/reward/mean", "reward of trace"}, {"op/reward/mean", "of op"}})
        if (const std::string words = last_words(run, name, label, "{:+.3f}"); !words.empty())
            out += (out.empty() ? "" : ", ") + words;
    if (out.empty()) out = last_words(run, "loss", "loss", "{:.4f}");
    if (out.empty()) return fmt::format("{} steps", run.last_step());
    return fmt::format("At step {}: {}", run.last_step(), out);
}

std::string headline(const std::vector<TrainingRun>& runs) {
    std::string out = runs.size() == 1 ? evaluated_words(runs.front()) : best_words(runs);
    if (out.empty()) out = runs.size() == 1 ? learning_words(runs.front()) : fmt::format("{} runs", runs.size());
    return out;
}

ordered_json warning(const char* kind, std::string text, std::size_t run) {
    return {{"kind", kind}, {"text", std::move(text)}, {"runs", {run}}};
}

void add_warnings(const TrainingRun& run, std::size_t index, ordered_json& out) {
    if (run.has_failed)
        out.push_back(warning("stopped",
                              fmt::format("A gradient was no number and the run stopped{}: failed-batch.json",
                                          run.has_model ? "; it was resumed" : ""),
                              index));
    if (!run.has_model && !run.has_failed)
        out.push_back(warning(
            "unfinished", fmt::format("Not ended: it is at step {} and has written no model", run.last_step()), index));
    if (run.unreadable > 0)
        out.push_back(warning("unreadable",
                              fmt::format("{} lines of metrics.jsonl are no rows and are left out", run.unreadable),
                              index));
    if (run.cut) out.push_back(warning("other", "The last line of metrics.jsonl is incomplete and is left out", index));
    const TrainingSeries* difference = run.find("rollout_train_logprob_diff");
    if (difference == nullptr) return;
    const auto most = std::max_element(difference->values.begin(), difference->values.end(),
                                       [](double a, double b) { return b > a || (std::isnan(a) && !std::isnan(b)); });
    if (*most > kMuchDifference)
        out.push_back(
            warning("difference",
                    fmt::format("Sampler and trainer differed by {:.3g} in log-probability on average at step {}",
                                *most, difference->steps[static_cast<std::size_t>(most - difference->values.begin())]),
                    index));
}

std::string made_title(const std::vector<TrainingRun>& runs) {
    std::vector<std::string> labels;
    labels.reserve(runs.size());
    for (const TrainingRun& run : runs) labels.push_back(run.label);
    return fmt::format("Training: {}", fmt::join(labels, ", "));
}

}  // namespace

std::string training_data_json(const std::vector<TrainingRun>& runs, const TrainingPageOptions& options) {
    double changed = 0;
    for (const TrainingRun& run : runs) changed = std::max(changed, run.changed_unix);
    ordered_json out{{"version", 1},
                     {"kind", "training"},
                     {"program", options.program},
                     {"date", iso_time(changed)},
                     {"title", options.title.empty() ? made_title(runs) : options.title},
                     {"headline", headline(runs)},
                     {"warnings", ordered_json::array()},
                     {"runs", ordered_json::array()}};
    const std::size_t points = points_of_curve(runs);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        add_warnings(runs[i], i, out["warnings"]);
        out["runs"].push_back(run_json(runs[i], points));
    }
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Outcome<std::size_t> write_training_page(const std::vector<TrainingRun>& runs, const TrainingPageOptions& options,
                                         std::string_view page) {
    const auto parts = parts_of(page);
    if (!parts) return parts.error();
    auto file = OutputFile::create(options.out);
    if (!file) return file.error();
    std::size_t bytes = 0;
    const auto write = [&](std::string_view piece) {
        bytes += piece.size();
        file->write(piece);
    };
    for (const TemplatePart& part : *parts) {
        write(part.text);
        if (part.placeholder != kDataPlace) continue;
        write(kDataBegin);
        write(embeddable_json(training_data_json(runs, options)));
        write(kDataEnd);
    }
    if (const auto written = file->commit(); !written) return written.error();
    return bytes;
}

}  // namespace retort

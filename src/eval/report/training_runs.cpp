#include "eval/report/training_runs.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace retort {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kMetrics = "metrics.jsonl";
constexpr std::size_t kMostSeries = 1000;     // of a run; the trainer writes about fifty
constexpr std::size_t kMostConfig = 262'144;  // bytes of config.toml that are shown

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

bool is_row(const json& row) {
    return row.is_object() && row.contains("step") && row["step"].is_number_integer() && row.contains("phase") &&
           row["phase"].is_string();
}

class RowReading {
  public:
    explicit RowReading(TrainingRun& run) : run_(run) {}

    // A line without its end; `whole`: it had one.
    void take(const std::string& line, bool whole) {
        if (line.empty()) return;
        const json row = json::parse(line, nullptr, false);
        if (!is_row(row)) {
            run_.cut = !whole;
            run_.unreadable += whole;
            return;
        }
        ++run_.rows;
        const std::int64_t step = row["step"];
        take_phase(row["phase"], step);
        for (const auto& [name, value] : row.items())
            if (name != "step" && (value.is_number() || value.is_null()))
                put(name, step, value.is_number() ? value.get<double>() : std::nan(""));
    }

    void finish() {
        for (auto& [name, series] : series_) run_.series.push_back(std::move(series));
    }

  private:
    void take_phase(const std::string& name, std::int64_t step) {
        if (run_.phases.empty() || run_.phases.back().name != name) run_.phases.push_back({name, step, step});
        run_.phases.back().to = std::max(run_.phases.back().to, step);
    }

    void put(const std::string& name, std::int64_t step, double value) {
        if (series_.size() == kMostSeries && !series_.contains(name)) return;
        TrainingSeries& series = series_[name];
        series.name = name;
        while (!series.steps.empty() && series.steps.back() >= step) {
            series.steps.pop_back();
            series.values.pop_back();
        }
        series.steps.push_back(step);
        series.values.push_back(value);
    }

    TrainingRun& run_;
    std::map<std::string, TrainingSeries> series_;
};

Outcome<void> read_rows(TrainingRun& run) {
    errno = 0;
    std::ifstream file(run.path);
    if (!file)
        return Error{ErrorKind::file,
                     fmt::format("{}: cannot be read: {}; expected the folder of a run of retort train, or its {}",
                                 run.path, std::strerror(errno), kMetrics)};
    RowReading reading(run);
    for (std::string line; std::getline(file, line);) reading.take(line, !file.eof());
    if (file.bad()) return Error{ErrorKind::file, fmt::format("{}: cannot be read to its end", run.path)};
    reading.finish();
    if (run.rows > 0) return {};
    return Error{
        ErrorKind::usage,
        fmt::format("{}: no step in it: expected lines of {{\"step\",\"phase\",...}} as retort train writes them",
                    run.path)};
}

std::string text_of(const fs::path& path) {
    std::ifstream file(path);
    std::string out(kMostConfig, '\0');
    file.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    return out;
}

Outcome<TrainingRun> read_run(const std::string& source) {
    std::error_code failed;
    TrainingRun run;
    const bool folder = fs::is_directory(source, failed);
    run.folder = folder ? source : fs::path(source).parent_path().string();
    const fs::path here = run.folder.empty() ? fs::path(".") : fs::path(run.folder);
    run.path = folder ? (here / kMetrics).string() : source;
    if (const auto read = read_rows(run); !read) return read.error();
    const fs::path file(run.path);
    run.label =
        file.filename() == kMetrics ? fs::weakly_canonical(here, failed).filename().string() : file.stem().string();
    run.config = text_of(here / "config.toml");
    run.has_rollouts = is_there(here / "rollouts.db");
    run.has_model = is_there(here / "model.gguf");
    run.has_failed = is_there(here / "failed-batch.json");
    struct stat about{};
    if (::stat(run.path.c_str(), &about) == 0) run.changed_unix = static_cast<double>(about.st_mtim.tv_sec);
    return run;
}

// Names that two runs share give way to their folders as they were named, those to the files.
void tell_apart(std::vector<TrainingRun>& runs) {
    for (const bool by_folder : {true, false}) {
        std::map<std::string, int> times;
        for (const TrainingRun& run : runs) ++times[run.label];
        for (TrainingRun& run : runs)
            if (times[run.label] > 1) run.label = by_folder && !run.folder.empty() ? run.folder : run.path;
    }
}

}  // namespace

const TrainingSeries* TrainingRun::find(std::string_view name) const {
    const auto found =
        std::find_if(series.begin(), series.end(), [&](const TrainingSeries& one) { return one.name == name; });
    return found == series.end() ? nullptr : &*found;
}

std::int64_t TrainingRun::last_step() const {
    std::int64_t out = 0;
    for (const TrainingPhase& phase : phases) out = std::max(out, phase.to);
    return out;
}

bool names_training_run(const std::string& source) {
    std::error_code ignored;
    return fs::is_directory(source, ignored) || fs::path(source).extension() == ".jsonl";
}

Outcome<std::vector<TrainingRun>> read_training_runs(const std::vector<std::string>& sources) {
    std::vector<TrainingRun> out;
    std::set<std::string> seen;
    for (const std::string& source : sources) {
        auto run = read_run(source);
        if (!run) return run.error();
        std::error_code ignored;
        if (!seen.insert(fs::weakly_canonical(run->path, ignored).string()).second)
            return Error{ErrorKind::usage, fmt::format("{} is named twice", source)};
        out.push_back(std::move(*run));
    }
    tell_apart(out);
    return out;
}

}  // namespace retort

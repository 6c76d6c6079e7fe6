#include "train/run/metrics.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "train/gguf/whole_file.h"

namespace retort::train {

double MetricsRow::get(std::string_view name) const {
    for (const auto& [known, value] : values_)
        if (known == name) return value;
    return 0;
}

std::string MetricsRow::json() const {
    nlohmann::ordered_json out{{"step", step_}, {"phase", phase_}};
    for (const auto& [name, text] : notes_) out[name] = text;
    for (const auto& [name, value] : values_) {
        if (std::isfinite(value))
            out[name] = value;
        else
            out[name] = nullptr;
    }
    return out.dump();
}

Outcome<MetricsFile> MetricsFile::open(const std::string& path, std::int64_t last) {
    std::string kept;
    std::ifstream file(path);
    bool cut = false;
    for (std::string line; std::getline(file, line);) {
        const auto row = nlohmann::json::parse(line, nullptr, false);
        const bool keep = row.is_object() && row.contains("step") && row["step"].is_number_integer() &&
                          row["step"].get<std::int64_t>() <= last;
        cut = cut || !keep || file.eof();  // at the end of the file: the line's own end is missing
        if (keep) kept += line + "\n";
    }
    if (cut) {
        Outcome<WholeFile> whole = WholeFile::create(path);
        if (!whole) return whole.error();
        if (const auto written = whole->write(std::as_bytes(std::span(kept))); !written) return written.error();
        if (const auto committed = whole->commit(); !committed) return committed.error();
    }
    return MetricsFile(path);
}

Outcome<void> MetricsFile::append(const MetricsRow& row) {
    const std::string line = row.json() + "\n";
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const bool written = file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    const int error = errno;
    if (file >= 0) ::close(file);
    if (written) return {};
    return Error{ErrorKind::file, path_ + ": cannot be written: " + std::strerror(error)};
}

}  // namespace retort::train

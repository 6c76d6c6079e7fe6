#include "train/run/run_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "train/gguf/whole_file.h"

namespace retort::train {
namespace {

constexpr const char* kFailedBatch = "failed-batch.json";

}  // namespace

Outcome<void> RunFolder::make() const {
    if (path_.empty()) return Error{ErrorKind::usage, "no folder for the run: give run=DIR"};
    std::error_code failed;
    std::filesystem::create_directories(path_, failed);
    if (failed) return Error{ErrorKind::file, fmt::format("{}: cannot be made: {}", path_, failed.message())};
    return {};
}

Outcome<void> RunFolder::prepare(const TrainConfig& config, bool resume) const {
    std::error_code failed;
    const bool used = std::filesystem::exists(file("metrics.jsonl"), failed) || !checkpoints_in(path_).empty();
    if (used && !resume)
        return Error{
            ErrorKind::usage,
            fmt::format("{} holds a run already: go on with --resume, or name another folder with run=DIR", path_)};
    if (used) return {};
    return write_config(config, {});
}

Outcome<void> RunFolder::write_config(const TrainConfig& config, const std::vector<std::string>& changes) const {
    std::string text = to_toml(config);
    for (const std::string& change : changes) text += "# changed " + change + "\n";
    Outcome<WholeFile> out = WholeFile::create(file("config.toml"));
    if (!out) return out.error();
    if (const auto written = out->write(std::as_bytes(std::span(text))); !written) return written.error();
    return out->commit();
}

Outcome<void> RunFolder::save(const Checkpoint& checkpoint, std::int64_t keep) const {
    const TrainState& state = checkpoint.state;
    if (const auto written = write_checkpoint(file(checkpoint_name(state.step)), checkpoint); !written)
        return written.error();
    const std::string best = file(checkpoint_name(state.best_step));
    std::int64_t kept = 0;
    for (const std::string& one : checkpoints_in(path_)) {
        std::error_code ignored;
        if (++kept > keep && one != best) std::filesystem::remove(one, ignored);
    }
    return {};
}

Outcome<void> RunFolder::note_kept(std::int64_t step, const std::string& kept) const {
    const std::string path = file("checkpoints.jsonl");
    std::ofstream out(path, std::ios::app);
    out << nlohmann::json{{"step", step}, {"path", kept}} << "\n";
    out.close();
    if (out) return {};
    return Error{ErrorKind::file, path + ": cannot be written; free the disk, and go on with --resume"};
}

void RunFolder::keep_batch(const Pack& pack, std::int64_t step, bool in_first_update) const {
    nlohmann::json sequences = nlohmann::json::array();
    std::size_t at = 0;
    for (const std::int32_t length : pack.lengths) {
        std::vector<std::int32_t> tokens;
        std::vector<std::int32_t> learnt;
        for (std::int32_t i = 0; i < length; ++i, ++at) {
            tokens.push_back(pack.tokens[at]);
            if (pack.wanted[at] != 0) learnt.push_back(i);
        }
        sequences.push_back({{"tokens", tokens}, {"learnt", learnt}});
    }
    nlohmann::json out{{"step", step}, {"sequences", sequences}};
    if (in_first_update) out["checkpoint"] = checkpoint_name(step - 1);
    std::ofstream(file(kFailedBatch)) << out;
}

std::string RunFolder::set_failed_aside() const {
    std::ifstream in(file(kFailedBatch));
    const nlohmann::json batch = nlohmann::json::parse(in, nullptr, false);
    if (!batch.is_object() || !batch.contains("step") || !batch["step"].is_number_integer()) return "";
    std::error_code ignored;
    const std::string kept = fmt::format("failed-batch-{:06}.json", batch["step"].get<std::int64_t>());
    std::filesystem::rename(file(kFailedBatch), file(kept), ignored);
    if (!batch.contains("checkpoint") || !batch["checkpoint"].is_string()) return "";
    const std::string name = batch["checkpoint"];
    if (!std::filesystem::exists(file(name), ignored)) return "";
    std::filesystem::rename(file(name), file("failed-" + name), ignored);
    return fmt::format("{} is left aside as failed-{}: from it the gradient was no number", name, name);
}

Error RunFolder::no_number(std::int64_t step, bool in_first_update) const {
    std::vector<std::string> good = checkpoints_in(path_);
    if (in_first_update) std::erase(good, file(checkpoint_name(step - 1)));
    return {
        ErrorKind::model,
        fmt::format("step {}: the gradient is no number: the run has stopped; {}; the batch is in {}: go on with "
                    "--resume and a lower learning rate (sft.lr, rl.lr) or clip_norm",
                    step, good.empty() ? "there is no good checkpoint" : "the last good checkpoint is " + good.front(),
                    file(kFailedBatch))};
}

std::string RunFolder::broke_off(std::int64_t step) const {
    const std::vector<std::string> good = checkpoints_in(path_);
    std::error_code failed;
    return fmt::format("step {} broke off; {}{}", step,
                       good.empty() ? "there is no checkpoint yet"
                                    : "go on with --resume from the last good checkpoint, " + good.front(),
                       std::filesystem::exists(file(kFailedBatch), failed)
                           ? fmt::format("; the batch that it learnt from is in {}", file(kFailedBatch))
                           : "");
}

}  // namespace retort::train

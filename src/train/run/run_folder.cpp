#include "train/run/run_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace retort::train {

Outcome<void> RunFolder::prepare(const TrainConfig& config, bool resume) const {
    if (path_.empty()) return Error{ErrorKind::usage, "no folder for the run: give run=DIR"};
    std::error_code failed;
    const bool used = std::filesystem::exists(file("metrics.jsonl"), failed) || !checkpoints_in(path_).empty();
    if (used && !resume)
        return Error{
            ErrorKind::usage,
            fmt::format("{} holds a run already: go on with --resume, or name another folder with run=DIR", path_)};
    std::filesystem::create_directories(path_, failed);
    if (failed) return Error{ErrorKind::file, fmt::format("{}: cannot be made: {}", path_, failed.message())};
    if (used) return {};
    std::ofstream out(file("config.toml"));
    out << to_toml(config);
    out.close();
    if (!out) return Error{ErrorKind::file, file("config.toml") + ": cannot be written"};
    return {};
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

void RunFolder::keep_batch(const Pack& pack, std::int64_t step) const {
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
    std::ofstream(file("failed-batch.json")) << nlohmann::json{{"step", step}, {"sequences", sequences}};
}

Error RunFolder::no_number(std::int64_t step, bool in_first_update) const {
    std::vector<std::string> good = checkpoints_in(path_);
    if (in_first_update) std::erase(good, file(checkpoint_name(step - 1)));
    return {
        ErrorKind::model,
        fmt::format("step {}: the gradient is no number: the run has stopped; {}; the batch is in {}: try a lower "
                    "learning rate, or a lower clip_norm",
                    step, good.empty() ? "there is no good checkpoint" : "the last good checkpoint is " + good.front(),
                    file("failed-batch.json"))};
}

}  // namespace retort::train

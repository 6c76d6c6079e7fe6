#include "train/run/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "base/hash.h"
#include "base/json_range.h"
#include "train/gguf/whole_file.h"

namespace retort::train {
namespace {

constexpr std::string_view kMagic = "retort checkpoint 3\n";
constexpr std::string_view kPrefix = "checkpoint-";
constexpr std::string_view kSuffix = ".retort";

using Json = nlohmann::json;

Json to_json(const TrainState& state) {
    Json rates = Json::object();
    for (const auto& [id, rate] : state.draw.rates) rates[id] = {rate.tried, rate.solved};
    Json out{{"step", state.step},           {"sft_examples", state.sft_examples},
             {"epoch", state.draw.epoch},    {"next", state.draw.next},
             {"rates", std::move(rates)},    {"pool", state.pool},
             {"best_step", state.best_step}, {"changes", state.changes}};
    if (state.best) out["best"] = *state.best;
    return out;
}

TrainState state_from(const Json& json) {
    TrainState out;
    json.at("step").get_to(out.step);
    json.at("sft_examples").get_to(out.sft_examples);
    json.at("epoch").get_to(out.draw.epoch);
    json.at("next").get_to(out.draw.next);
    for (const auto& [id, rate] : json.at("rates").items())
        out.draw.rates[id] = {rate.at(0).get<std::int64_t>(), rate.at(1).get<std::int64_t>()};
    json.at("pool").get_to(out.pool);
    json.at("best_step").get_to(out.best_step);
    json.at("changes").get_to(out.changes);
    if (json.contains("best")) out.best = json.at("best").get<double>();
    return out;
}

void append(std::string& out, const std::vector<float>& values) {
    out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

// Takes so many floats from the front.
std::vector<float> take(std::string_view& bytes, std::size_t count) {
    std::vector<float> out(count);
    std::memcpy(out.data(), bytes.data(), count * sizeof(float));
    bytes.remove_prefix(count * sizeof(float));
    return out;
}

std::size_t size_of(const NamedTensor& tensor) {
    std::size_t out = 1;
    for (const std::int64_t n : tensor.shape) out *= static_cast<std::size_t>(n);
    return out;
}

std::size_t floats_of(const NetShape& shape) {
    std::size_t out = 0;
    for (const NamedTensor& tensor : tensors_of(shape)) out += size_of(tensor);
    return out;
}

std::size_t floats_of(const Checkpoint& checkpoint) {
    std::size_t out = checkpoint.net.optimiser.first.size() + checkpoint.net.optimiser.second.size();
    for (const auto* tensors : {&checkpoint.net.weights, &checkpoint.behind})
        for (const NamedTensor& tensor : *tensors) out += tensor.values.size();
    return out;
}

std::vector<NamedTensor> take_tensors(std::string_view& bytes, const NetShape& shape) {
    std::vector<NamedTensor> out = tensors_of(shape);
    for (NamedTensor& tensor : out) tensor.values = take(bytes, size_of(tensor));
    return out;
}

Error damaged(const std::string& path, const std::string& what) {
    return {ErrorKind::file, fmt::format("{}: damaged checkpoint: {}", path, what)};
}

}  // namespace

std::string checkpoint_name(std::int64_t step) {
    return fmt::format("{}{:06}{}", kPrefix, step, kSuffix);
}

// Magic, SHA-256 of what follows, a line of JSON, the floats as they are in memory (little-endian).
Outcome<void> write_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
    const Json head{{"state", to_json(checkpoint.state)},   {"config", checkpoint.inputs.config},
                    {"digests", checkpoint.inputs.digests}, {"behind", !checkpoint.behind.empty()},
                    {"kept", checkpoint.net.kept},          {"optimiser_steps", checkpoint.net.optimiser.steps}};
    std::string body = head.dump() + "\n";
    body.reserve(body.size() + floats_of(checkpoint) * sizeof(float));
    for (const NamedTensor& tensor : checkpoint.net.weights) append(body, tensor.values);
    append(body, checkpoint.net.optimiser.first);
    append(body, checkpoint.net.optimiser.second);
    for (const NamedTensor& tensor : checkpoint.behind) append(body, tensor.values);
    Outcome<WholeFile> file = WholeFile::create(path);
    if (!file) return file.error();
    const std::string front = std::string(kMagic) + sha256_hex(body) + "\n";
    for (const std::string_view part : {std::string_view(front), std::string_view(body)})
        if (const auto written = file->write(std::as_bytes(std::span(part))); !written) return written.error();
    return file->commit();
}

Outcome<Checkpoint> read_checkpoint(const std::string& path, const NetShape& shape) {
    std::ifstream file(path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    if (!file) return Error{ErrorKind::file, path + ": cannot be read"};
    std::string_view bytes = all;
    if (!bytes.starts_with(kMagic)) return damaged(path, "it does not begin as one");
    bytes.remove_prefix(kMagic.size());
    constexpr std::size_t kHash = 65;
    if (bytes.size() < kHash || sha256_hex(bytes.substr(kHash)) + "\n" != bytes.substr(0, kHash))
        return damaged(path, "its hash is not that of its contents");
    bytes.remove_prefix(kHash);
    const std::size_t line = bytes.find('\n');
    Checkpoint out;
    bool has_behind = false;
    try {
        const Json head = Json::parse(bytes.substr(0, line), within_64_bits<Json>);
        out.state = state_from(head.at("state"));
        head.at("config").get_to(out.inputs.config);
        head.at("digests").get_to(out.inputs.digests);
        head.at("behind").get_to(has_behind);
        head.at("optimiser_steps").get_to(out.net.optimiser.steps);
        head.at("kept").get_to(out.net.kept);
    } catch (const Json::exception& error) {
        return damaged(path, error.what());
    }
    bytes.remove_prefix(line + 1);
    if (!out.net.kept.empty()) {
        if (!bytes.empty()) return damaged(path, "weights are on a server, and in it too");
        return out;
    }
    const std::size_t floats = floats_of(shape);
    if (bytes.size() != (has_behind ? 4 : 3) * floats * sizeof(float))
        return damaged(path, "it is that of a model of another shape");
    out.net.weights = take_tensors(bytes, shape);
    out.net.optimiser.first = take(bytes, floats);
    out.net.optimiser.second = take(bytes, floats);
    if (has_behind) out.behind = take_tensors(bytes, shape);
    return out;
}

std::vector<std::string> checkpoints_in(const std::string& folder) {
    std::vector<std::string> out;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(kPrefix) && name.ends_with(kSuffix)) out.push_back(folder + "/" + name);
    }
    // Names of more digits are of later steps.
    std::sort(out.begin(), out.end(), [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() > b.size() : a > b;
    });
    return out;
}

}  // namespace retort::train

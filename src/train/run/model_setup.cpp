#include "train/run/model_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numbers>
#include <random>
#include <span>

#include "base/hash.h"
#include "model/llama/gguf_file.h"
#include "model/llama/model_info.h"
#include "train/rollout/net_writer.h"

namespace retort::train {
namespace {

constexpr double kEmbeddingScale = 0.5;
constexpr double kMarkScale = 0.25;     // less than the number's, which would be hard to read otherwise
constexpr double kLongestPeriod = 256;  // numbers of the tasks lie well below

// Normal numbers that are the same with every standard library (Box-Muller over a fixed engine).
class Normal {
  public:
    explicit Normal(std::uint64_t seed) : engine_(seed) {}
    double operator()() {
        const double u = (static_cast<double>(engine_() >> 11) + 0.5) / 9007199254740992.0;
        const double v = static_cast<double>(engine_() >> 11) / 9007199254740992.0;
        return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
    }

  private:
    std::mt19937_64 engine_;
};

// Numbers that are close have like features, at periods from 2 up.
void fourier_features(double number, float* row, std::int64_t width) {
    const std::int64_t pairs = width / 2;
    for (std::int64_t i = 0; i < pairs; ++i) {
        const double part = pairs > 1 ? static_cast<double>(i) / static_cast<double>(pairs - 1) : 0;
        const double angle = 2 * std::numbers::pi * number / (2 * std::pow(kLongestPeriod / 2, part));
        row[2 * i] = static_cast<float>(kEmbeddingScale * std::numbers::sqrt2 * std::cos(angle));
        row[2 * i + 1] = static_cast<float>(kEmbeddingScale * std::numbers::sqrt2 * std::sin(angle));
    }
}

// The same for all words with this mark.
void add_mark(const std::string& mark, std::uint64_t seed, std::span<float> row) {
    Normal normal(seed ^ hash64(mark));
    for (float& value : row) value += static_cast<float>(kMarkScale * normal());
}

// Of a matrix that reads `in` floats; what adds to the residual stream begins smaller the deeper the model is.
double scale_of(const NamedTensor& tensor, const NetShape& shape) {
    if (tensor.name == "token_embd.weight") return kEmbeddingScale;
    const double plain = 1 / std::sqrt(3 * static_cast<double>(tensor.shape[1]));
    const bool residual = tensor.name.ends_with("attn_output.weight") || tensor.name.ends_with("ffn_down.weight");
    return residual ? plain / std::sqrt(2.0 * shape.layers) : plain;
}

NetShape new_shape(const ModelSettings& m, std::size_t vocabulary) {
    NetShape out;
    out.vocabulary = static_cast<int>(vocabulary);
    out.width = static_cast<int>(m.width);
    out.layers = static_cast<int>(m.layers);
    out.heads = static_cast<int>(m.heads);
    out.kv_heads = static_cast<int>(m.kv_heads > 0 ? m.kv_heads : m.heads);
    out.head_width = static_cast<int>(m.width / m.heads);
    out.feed_forward = static_cast<int>(m.feed_forward);
    out.context = static_cast<int>(m.context);
    out.tied = m.tied;
    return out;
}

Outcome<std::shared_ptr<const Metadata>> metadata_of(const Teacher* teacher, const TrainConfig& config) {
    if (!config.model.tokenizer.empty()) return bpe_metadata(config.model.tokenizer, config.task);
    return new_metadata({teacher->words(), teacher->chat_template()}, config.task);
}

std::string new_template(const TrainConfig& config, const Teacher* teacher) {
    return config.model.tokenizer.empty() ? teacher->chat_template() : kChatMl;
}

// All but weights and tokenizer.
Outcome<TrainedModel> described_model(const TrainConfig& config, const Teacher* teacher) {
    TrainedModel out;
    const auto metadata = metadata_of(teacher, config);
    if (!metadata) return metadata.error();
    out.file.metadata = *metadata;
    out.file.shape = new_shape(config.model, token_texts(**metadata).size());
    out.prompts = teacher != nullptr ? teacher->prompts() : prompt_set_for("");
    return out;
}

Outcome<TrainedModel> new_model(const TrainConfig& config, const Teacher* teacher) {
    auto out = described_model(config, teacher);
    if (!out) return out.error();
    ModelFile& file = out->file;
    WordTraits traits;
    if (config.model.fourier && teacher != nullptr) traits = {teacher->numbers(), teacher->marks()};
    file.tensors =
        initial_weights(file.shape, static_cast<std::uint64_t>(config.seed), traits, token_texts(*file.metadata));
    const std::string path = config.run + "/init.gguf";
    const auto written = write_model(path, file, WeightType::f32, {config.task, out->prompts, {}});
    if (!written) return written.error();
    const auto tokenizer = llama::Tokenizer::open(path, new_template(config, teacher));
    if (!tokenizer) return tokenizer.error();
    out->tokenizer = *tokenizer;
    return out;
}

// Of a model that a server trains the file need not have weights, and any architecture will do.
Outcome<NetShape> remote_shape(const std::string& path, const TinkerSettings& settings) {
    const auto info = model_info(path);
    if (!info) return info.error();
    NetShape out;
    out.vocabulary = static_cast<int>(info->vocabulary);
    out.context = static_cast<int>(std::min<std::int64_t>(settings.context > 0 ? settings.context : info->context,
                                                          std::numeric_limits<int>::max()));
    if (out.context < 2)
        return Error{ErrorKind::usage, path + ": it does not say its context: set tinker.context (tokens)"};
    return out;
}

Outcome<ModelFile> file_from(const TrainConfig& config, const std::string& path) {
    if (config.backend == "local") return read_model(path);
    const auto shape = remote_shape(path, config.tinker);
    if (!shape) return shape.error();
    return ModelFile{*shape, nullptr, {}};
}

Outcome<TrainedModel> model_from(const TrainConfig& config, const Teacher* teacher) {
    const std::string path = model_path(config);
    TrainedModel out;
    auto file = file_from(config, path);
    if (!file) return file.error();
    out.file = std::move(*file);
    const auto tokenizer = llama::Tokenizer::open(path, teacher != nullptr ? teacher->chat_template() : "");
    if (!tokenizer) return tokenizer.error();
    out.tokenizer = *tokenizer;
    const auto carried = prompt_set_in(path);
    if (!carried) return carried.error();
    if (*carried)
        out.prompts = **carried;
    else
        out.prompts = teacher != nullptr ? teacher->prompts() : prompt_set_for(path);
    return out;
}

}  // namespace

std::vector<NamedTensor> initial_weights(const NetShape& shape, std::uint64_t seed, const WordTraits& traits,
                                         const std::vector<std::string>& tokens) {
    Normal normal(seed);
    std::vector<NamedTensor> out = tensors_of(shape);
    for (NamedTensor& tensor : out) {
        if (tensor.shape.size() == 1) {
            tensor.values.assign(static_cast<std::size_t>(tensor.shape[0]), 1.0F);
            continue;
        }
        const double scale = scale_of(tensor, shape);
        tensor.values.resize(static_cast<std::size_t>(tensor.shape[0] * tensor.shape[1]));
        for (float& value : tensor.values) value = static_cast<float>(scale * normal());
    }
    for (std::size_t token = 0; token < tokens.size(); ++token) {
        const auto row =
            std::span(out[0].values)
                .subspan(token * static_cast<std::size_t>(shape.width), static_cast<std::size_t>(shape.width));
        if (const auto number = traits.numbers.find(tokens[token]); number != traits.numbers.end())
            fourier_features(number->second, row.data(), shape.width);
        if (const auto marks = traits.marks.find(tokens[token]); marks != traits.marks.end())
            for (const std::string& mark : marks->second) add_mark(mark, seed, row);
    }
    return out;
}

std::string model_path(const TrainConfig& config) {
    const std::string& from = config.model.from;
    return std::filesystem::is_directory(from) ? from + "/model.gguf" : from;
}

NetOptions net_options(const TrainConfig& config) {
    return {config.device, static_cast<int>(config.threads), config.pack_tokens};
}

Outcome<TrainedModel> planned_model(const TrainConfig& config, const Teacher* teacher) {
    if (!config.model.from.empty()) {
        auto out = model_from(config, teacher);
        if (out) out->file.tensors.clear();
        return out;
    }
    auto out = described_model(config, teacher);
    if (!out) return out.error();
    const llama::GgufHandle header(new_header(out->file.shape, *out->file.metadata));
    const auto tokenizer = llama::Tokenizer::of(*header, "the new model", new_template(config, teacher));
    if (!tokenizer) return tokenizer.error();
    out->tokenizer = *tokenizer;
    return out;
}

llama::LiveOptions live_options(const TrainConfig& config, const NetShape& shape) {
    constexpr std::int64_t kMost = 240;  // sequences that one context of llama.cpp holds beside kept prompts
    return {static_cast<int>(config.threads), static_cast<int>(std::min(config.rl.rows, kMost)), shape.context};
}

Outcome<std::unique_ptr<Writer>> local_writer(const TrainConfig& config, const TrainedModel& model, const Net& net) {
    if (config.rl.sampler != "llama") return net_writer(net, *model.tokenizer, config.rl.rows);
    const llama::GgufHandle header(new_header(model.file.shape, *model.file.metadata));
    const std::vector<NamedTensor> tensors = net.weights();
    const auto weights = [&](const std::string& name) {
        for (const NamedTensor& tensor : tensors)
            if (tensor.name == name) return std::span(tensor.values);
        return std::span<const float>();
    };
    auto live = llama::LiveModel::make(*header, weights, *model.tokenizer, live_options(config, model.file.shape));
    if (!live) return live.error();
    return llama_writer(net, std::move(*live));
}

Outcome<TrainedModel> set_up_model(const TrainConfig& config, const Teacher* teacher) {
    if (config.model.from.empty()) return new_model(config, teacher);
    return model_from(config, teacher);
}

}  // namespace retort::train

#include "train/gguf/adapter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "train/gguf/adapter_config.h"
#include "train/gguf/in_quotes.h"
#include "train/gguf/safetensors.h"

namespace retort::train {
namespace {

constexpr const char* kConfig = "adapter_config.json";
constexpr const char* kWeights = "adapter_model.safetensors";
constexpr std::size_t kNamesShown = 5;  // of an archive, by a message
constexpr std::string_view kPrefix = "base_model.model.";
constexpr std::string_view kA = ".lora_A.weight";
constexpr std::string_view kB = ".lora_B.weight";  // as long as kA
constexpr const char* kEmbedding = "model.embed_tokens";
constexpr const char* kOutput = "lm_head";

struct Projection {
    const char* module;  // within a layer, as Hugging Face names it
    const char* tensor;  // within a block, as GGUF does
    bool rotated;
};
constexpr std::array<Projection, 7> kProjections{{{"self_attn.q_proj", "attn_q", true},
                                                  {"self_attn.k_proj", "attn_k", true},
                                                  {"self_attn.v_proj", "attn_v", false},
                                                  {"self_attn.o_proj", "attn_output", false},
                                                  {"mlp.gate_proj", "ffn_gate", false},
                                                  {"mlp.up_proj", "ffn_up", false},
                                                  {"mlp.down_proj", "ffn_down", false}}};

Error refused(const std::string& what) {
    return {ErrorKind::model, fmt::format("{}: {}", kWeights, what)};
}

// A matrix that an adapter may change.
struct Target {
    NamedTensor* weight = nullptr;
    bool rotated = false;  // its rows stand otherwise than Hugging Face's
    bool lookup = false;   // the adapter's A has a row for each row of it, not B
};
using Targets = std::map<std::string, Target, std::less<>>;  // by module

Targets targets_of(ModelFile& base) {
    std::map<std::string_view, NamedTensor*> tensors;
    for (NamedTensor& tensor : base.tensors) tensors.emplace(tensor.name, &tensor);
    Targets out;
    for (int layer = 0; layer < base.shape.layers; ++layer)
        for (const Projection& one : kProjections)
            out.emplace(fmt::format("model.layers.{}.{}", layer, one.module),
                        Target{tensors.at(fmt::format("blk.{}.{}.weight", layer, one.tensor)), one.rotated, false});
    if (base.shape.tied) return out;
    out.emplace(kEmbedding, Target{tensors.at("token_embd.weight"), false, true});
    out.emplace(kOutput, Target{tensors.at("output.weight"), false, false});
    return out;
}

struct Factors {
    const NamedTensor* a = nullptr;
    const NamedTensor* b = nullptr;
};
using Pairs = std::map<std::string, Factors, std::less<>>;  // by module

Outcome<Pairs> pairs_of(const std::vector<NamedTensor>& tensors) {
    if (tensors.empty()) return refused("expected tensors, found none");
    Pairs out;
    for (const NamedTensor& tensor : tensors) {
        std::string_view module = tensor.name;
        const bool prefixed = module.starts_with(kPrefix);
        module.remove_prefix(prefixed ? kPrefix.size() : 0);
        const bool first = module.ends_with(kA);
        if (!prefixed || (!first && !module.ends_with(kB)))
            return refused(fmt::format("the tensor {} is not supported: expected {}MODULE{} or {}",
                                       in_quotes(tensor.name), kPrefix, kA, kB));
        module.remove_suffix(kA.size());
        if (!std::all_of(tensor.values.begin(), tensor.values.end(), [](float value) { return std::isfinite(value); }))
            return refused(fmt::format("{} has values that are not finite", in_quotes(tensor.name)));
        Factors& factors = out[std::string(module)];
        (first ? factors.a : factors.b) = &tensor;
    }
    for (const auto& [module, factors] : out)
        if (factors.a == nullptr || factors.b == nullptr)
            return refused(fmt::format("{} has no {}", in_quotes(module), factors.a == nullptr ? kA : kB));
    return out;
}

// weight += scale * left right, with rows of the product where they belong.
struct Update {
    NamedTensor* weight = nullptr;
    const NamedTensor* left = nullptr;   // {rows, rank}
    const NamedTensor* right = nullptr;  // {rank, columns}
    bool rotated = false;
};

Outcome<Update> update_of(const Target& target, const Factors& factors, std::int64_t rank) {
    Update out{target.weight, factors.b, factors.a, target.rotated};
    if (target.lookup) std::swap(out.left, out.right);
    const auto check = [](const NamedTensor& tensor, const std::vector<std::int64_t>& expected) -> Outcome<void> {
        if (tensor.shape == expected) return {};
        return refused(fmt::format("expected {} of shape [{}], found [{}]", in_quotes(tensor.name),
                                   fmt::join(expected, ", "), fmt::join(tensor.shape, ", ")));
    };
    if (auto checked = check(*out.left, {target.weight->shape[0], rank}); !checked) return checked.error();
    if (auto checked = check(*out.right, {rank, target.weight->shape[1]}); !checked) return checked.error();
    return out;
}

Outcome<std::vector<Update>> updates_of(ModelFile& base, const Pairs& pairs, std::int64_t rank) {
    const Targets targets = targets_of(base);
    std::vector<Update> out;
    for (const auto& [module, factors] : pairs) {
        const auto target = targets.find(module);
        if (base.shape.tied && (module == kEmbedding || module == kOutput))
            return refused(fmt::format("{} cannot be merged: the model's output matrix is its embedding", module));
        if (target == targets.end())
            return refused(fmt::format("the module {} is none of a plain Llama of {} layers", in_quotes(module),
                                       base.shape.layers));
        Outcome<Update> update = update_of(target->second, factors, rank);
        if (!update) return update.error();
        out.push_back(*update);
    }
    return out;
}

// Where a row of Hugging Face's queries or keys stands in a GGUF.
std::size_t rotated_row(std::size_t row, std::size_t head_width) {
    const std::size_t within = row % head_width;
    const std::size_t half = head_width / 2;
    return row - within + 2 * (within % half) + within / half;
}

void apply(const Update& update, double scale, std::size_t head_width) {
    const auto rank = static_cast<std::size_t>(update.right->shape[0]);
    const auto columns = static_cast<std::size_t>(update.right->shape[1]);
    const std::span<const float> left(update.left->values);
    const std::span<const float> right(update.right->values);
    std::vector<double> sum(columns);
    for (std::size_t row = 0; row < left.size() / rank; ++row) {
        const auto factors = left.subspan(row * rank, rank);
        if (std::all_of(factors.begin(), factors.end(), [](float factor) { return factor == 0; })) continue;
        std::fill(sum.begin(), sum.end(), 0.0);
        for (std::size_t k = 0; k < rank; ++k) {
            const double factor = scale * static_cast<double>(factors[k]);
            for (std::size_t i = 0; i < columns; ++i) sum[i] += factor * static_cast<double>(right[k * columns + i]);
        }
        const std::size_t place = update.rotated ? rotated_row(row, head_width) : row;
        float* out = update.weight->values.data() + place * columns;
        for (std::size_t i = 0; i < columns; ++i) out[i] = static_cast<float>(static_cast<double>(out[i]) + sum[i]);
    }
}

Outcome<std::string_view> file_of(const AdapterFiles& files, const char* name) {
    const auto found = files.find(name);
    if (found == files.end()) return Error{ErrorKind::model, fmt::format("the adapter holds no {}", name)};
    return std::string_view(found->second);
}

std::string names_of(const AdapterFiles& files) {
    std::string out;
    std::size_t shown = 0;
    for (const auto& [name, content] : files) {
        if (shown == kNamesShown) return fmt::format("{} and {} more", out, files.size() - shown);
        out += (shown++ == 0 ? "" : ", ") + in_quotes(name);
    }
    return out.empty() ? "nothing" : out;
}

bool holds_a_model(const AdapterFiles& files) {
    const auto is_weights = [](const auto& file) {
        return file.first.starts_with("model") && file.first.ends_with(".safetensors");
    };
    return std::any_of(files.begin(), files.end(), is_weights);
}

}  // namespace

std::optional<Error> fault_of_adapter(const AdapterFiles& files) {
    if (files.contains(kConfig)) return std::nullopt;
    const std::string found = fmt::format("expected an adapter ({}), found {}", kConfig, names_of(files));
    if (!holds_a_model(files)) return Error{ErrorKind::model, found};
    return Error{ErrorKind::model, found + ": a whole model, to be served as the model itself, without LoRA"};
}

Outcome<void> merge_adapter(ModelFile& base, const AdapterFiles& files) {
    if (const auto fault = fault_of_adapter(files)) return *fault;
    const Outcome<std::string_view> bytes = file_of(files, kWeights);
    if (!bytes) return bytes.error();
    const Outcome<AdapterConfig> config = read_adapter_config(files.at(kConfig));
    if (!config) return config.error();
    const Outcome<std::vector<NamedTensor>> tensors = read_safetensors(*bytes);
    if (!tensors) return tensors.error();
    const Outcome<Pairs> pairs = pairs_of(*tensors);
    if (!pairs) return pairs.error();
    const Outcome<std::vector<Update>> updates = updates_of(base, *pairs, config->rank);
    if (!updates) return updates.error();
    for (const Update& update : *updates) apply(update, config->scale, static_cast<std::size_t>(base.shape.head_width));
    return {};
}

}  // namespace retort::train

#include "train/gguf/adapter.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include "train/adapter_bytes.h"

namespace retort::train::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

NetShape shape_of(int heads, int head_width, bool tied = false) {
    NetShape out;
    out.vocabulary = 5;
    out.width = 3;
    out.layers = 2;
    out.heads = heads;
    out.kv_heads = 1;
    out.head_width = head_width;
    out.feed_forward = 4;
    out.context = 8;
    out.tied = tied;
    return out;
}

NamedTensor filled(const std::string& name, const std::vector<std::int64_t>& shape, std::mt19937& random) {
    NamedTensor out{name, shape, {}};
    std::normal_distribution<float> normal;
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    for (std::int64_t i = 0; i < count; ++i) out.values.push_back(normal(random));
    return out;
}

ModelFile model_of(const NetShape& shape, unsigned seed = 1) {
    std::mt19937 random(seed);
    ModelFile out{shape, nullptr, tensors_of(shape)};
    for (NamedTensor& tensor : out.tensors) tensor = filled(tensor.name, tensor.shape, random);
    return out;
}

const NamedTensor& tensor_of(const ModelFile& model, const std::string& name) {
    for (const NamedTensor& tensor : model.tensors)
        if (tensor.name == name) return tensor;
    throw std::runtime_error("no " + name);
}

void expect_same(const ModelFile& a, const ModelFile& b) {
    for (std::size_t i = 0; i < a.tensors.size(); ++i) EXPECT_EQ(a.tensors[i].values, b.tensors[i].values);
}

std::string name_of(const std::string& module, char factor) {
    return "base_model.model." + module + ".lora_" + factor + ".weight";
}

std::string layer(int number, const std::string& module) {
    return "model.layers." + std::to_string(number) + "." + module;
}

AdapterFiles adapter(const std::vector<NamedTensor>& tensors, int rank, double alpha) {
    const nlohmann::json config{{"peft_type", "LORA"}, {"r", rank}, {"lora_alpha", alpha}};
    return {{"adapter_config.json", config.dump()}, {"adapter_model.safetensors", safetensors(tensors)}};
}

AdapterFiles adapter_of(const std::string& module, const NamedTensor& a, const NamedTensor& b, double alpha) {
    return adapter({{name_of(module, 'A'), a.shape, a.values}, {name_of(module, 'B'), b.shape, b.values}},
                   static_cast<int>(a.shape[0]), alpha);
}

std::string error_of(const AdapterFiles& files, const NetShape& shape = shape_of(2, 2)) {
    ModelFile model = model_of(shape);
    const auto merged = merge_adapter(model, files);
    expect_same(model, model_of(shape));
    if (merged) return "it was merged";
    EXPECT_EQ(merged.error().kind, ErrorKind::model);
    return merged.error().message;
}

// A sound adapter of one matrix that is 0, to be spoilt.
AdapterFiles harmless() {
    return adapter_of(layer(0, "mlp.up_proj"), {"", {1, 3}, {1, 2, 3}}, {"", {4, 1}, {0, 0, 0, 0}}, 2);
}

TEST(Adapter, AProductIsAddedWithItsScale) {
    ModelFile model = model_of(shape_of(2, 2));
    for (NamedTensor& tensor : model.tensors) std::fill(tensor.values.begin(), tensor.values.end(), 1.0F);
    const NamedTensor a{"", {2, 3}, {1, 2, 3, 4, 5, 6}};
    const NamedTensor b{"", {4, 2}, {1, 0, 0, 1, 1, 1, 0, 0}};
    ASSERT_TRUE(merge_adapter(model, adapter_of(layer(1, "mlp.gate_proj"), a, b, 1)));
    EXPECT_THAT(tensor_of(model, "blk.1.ffn_gate.weight").values,
                ElementsAre(1.5, 2, 2.5, 3, 3.5, 4, 3.5, 4.5, 5.5, 1, 1, 1));
    EXPECT_THAT(tensor_of(model, "blk.0.ffn_gate.weight").values, ::testing::Each(1.0F));
}

TEST(Adapter, WhereBIsZeroNothingChanges) {
    std::mt19937 random(3);
    const NetShape shape = shape_of(2, 4);
    std::vector<NamedTensor> tensors;
    const auto add = [&](const std::string& module, std::int64_t out, std::int64_t in) {
        tensors.push_back(filled(name_of(module, 'A'), {2, in}, random));
        tensors.push_back({name_of(module, 'B'), {out, 2}, std::vector<float>(static_cast<std::size_t>(out) * 2)});
    };
    for (int i = 0; i < shape.layers; ++i) {
        add(layer(i, "self_attn.q_proj"), 8, 3);
        add(layer(i, "self_attn.k_proj"), 4, 3);
        add(layer(i, "self_attn.v_proj"), 4, 3);
        add(layer(i, "self_attn.o_proj"), 3, 8);
        add(layer(i, "mlp.gate_proj"), 4, 3);
        add(layer(i, "mlp.up_proj"), 4, 3);
        add(layer(i, "mlp.down_proj"), 3, 4);
    }
    add("lm_head", 5, 3);
    ModelFile model = model_of(shape);
    model.tensors[2].values[0] = -0.0F;
    const auto merged = merge_adapter(model, adapter(tensors, 2, 32));
    ASSERT_TRUE(merged) << merged.error().message;
    EXPECT_TRUE(std::signbit(model.tensors[2].values[0]));
    model.tensors[2].values[0] = model_of(shape).tensors[2].values[0];
    expect_same(model, model_of(shape));
}

TEST(Adapter, OfTheEmbeddingAHasARowForEachToken) {
    ModelFile model = model_of(shape_of(2, 2));
    const float before = tensor_of(model, "token_embd.weight").values[4 * 3 + 2];
    const NamedTensor a{name_of("model.embed_tokens", 'A'), {5, 1}, {0, 0, 0, 0, 2}};
    const NamedTensor b{name_of("model.embed_tokens", 'B'), {1, 3}, {0, 0, 7}};
    ASSERT_TRUE(merge_adapter(model, adapter({a, b}, 1, 1)));
    EXPECT_FLOAT_EQ(tensor_of(model, "token_embd.weight").values[4 * 3 + 2], before + 14);
    EXPECT_THAT(error_of(adapter({a, b}, 1, 1), shape_of(2, 2, true)), HasSubstr("the model's output matrix is its"));
}

// W + scale * B A, rows in Hugging Face's order.
std::vector<float> product(const NamedTensor& a, const NamedTensor& b, double scale) {
    const auto rank = static_cast<std::size_t>(a.shape[0]), columns = static_cast<std::size_t>(a.shape[1]);
    std::vector<float> out;
    for (std::size_t row = 0; row < b.values.size() / rank; ++row)
        for (std::size_t i = 0; i < columns; ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < rank; ++k)
                sum += scale * double(b.values[row * rank + k]) * double(a.values[k * columns + i]);
            out.push_back(static_cast<float>(sum));
        }
    return out;
}

// A head's floats after the rotary positions of either layout: pairs are neighbours, or half a head apart.
std::vector<double> rotated(std::vector<double> head, double position, bool neighbours) {
    const std::size_t half = head.size() / 2;
    for (std::size_t i = 0; i < half; ++i) {
        const double angle = position * std::pow(10000.0, -2.0 * double(i) / double(head.size()));
        double& first = neighbours ? head[2 * i] : head[i];
        double& second = neighbours ? head[2 * i + 1] : head[i + half];
        const double x = first, y = second;
        first = x * std::cos(angle) - y * std::sin(angle);
        second = x * std::sin(angle) + y * std::cos(angle);
    }
    return head;
}

// One head's rows of a matrix of three columns, times `x`.
std::vector<double> times(const std::vector<float>& matrix, std::size_t head, std::size_t head_width, const float* x) {
    std::vector<double> out;
    for (std::size_t row = head * head_width; row < (head + 1) * head_width; ++row)
        out.push_back(double(matrix[row * 3]) * x[0] + double(matrix[row * 3 + 1]) * x[1] +
                      double(matrix[row * 3 + 2]) * x[2]);
    return out;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

// What matters of the order of rows: scores of attention are the same as those of Hugging Face's layout.
RC_GTEST_PROP(Adapter, ScoresOfAttentionAreThoseOfHuggingFacesLayout, ()) {
    const int heads = *rc::gen::inRange(1, 4), width = 2 * *rc::gen::inRange(1, 5), rank = *rc::gen::inRange(1, 4);
    std::mt19937 random(*rc::gen::arbitrary<unsigned>());
    const NamedTensor a = filled(name_of(layer(0, "self_attn.q_proj"), 'A'), {rank, 3}, random);
    const NamedTensor b = filled(name_of(layer(0, "self_attn.q_proj"), 'B'), {heads * width, rank}, random);
    const NamedTensor ka = filled(name_of(layer(0, "self_attn.k_proj"), 'A'), {rank, 3}, random);
    const NamedTensor kb = filled(name_of(layer(0, "self_attn.k_proj"), 'B'), {width, rank}, random);
    ModelFile model = model_of(shape_of(heads, width));
    for (NamedTensor& tensor : model.tensors) std::fill(tensor.values.begin(), tensor.values.end(), 0.0F);
    RC_ASSERT(merge_adapter(model, adapter({a, b, ka, kb}, rank, 3)).has_value());
    const auto size = static_cast<std::size_t>(width);
    const NamedTensor x = filled("x", {3}, random), y = filled("y", {3}, random);
    for (std::size_t head = 0; head < static_cast<std::size_t>(heads); ++head) {
        const auto score = [&](const std::vector<float>& q, const std::vector<float>& k, bool neighbours) {
            return dot(rotated(times(q, head, size, x.values.data()), 7, neighbours),
                       rotated(times(k, 0, size, y.values.data()), 3, neighbours));
        };
        const double theirs = score(product(a, b, 3.0 / rank), product(ka, kb, 3.0 / rank), false);
        const double ours =
            score(tensor_of(model, "blk.0.attn_q.weight").values, tensor_of(model, "blk.0.attn_k.weight").values, true);
        RC_ASSERT(std::fabs(theirs - ours) <= 1e-4 * (1 + std::fabs(theirs)));
    }
}

TEST(Adapter, RowsOfQueriesStandAsInFilesOfTheArchitectureLlama) {
    ModelFile model = model_of(shape_of(2, 6));
    for (NamedTensor& tensor : model.tensors) std::fill(tensor.values.begin(), tensor.values.end(), 0.0F);
    NamedTensor b{"", {12, 1}, {}};
    for (int row = 1; row <= 12; ++row) b.values.push_back(static_cast<float>(row));
    ASSERT_TRUE(merge_adapter(model, adapter_of(layer(0, "self_attn.q_proj"), {"", {1, 3}, {1, 0, 0}}, b, 1)));
    std::vector<float> rows;
    for (std::size_t row = 0; row < 12; ++row) rows.push_back(tensor_of(model, "blk.0.attn_q.weight").values[row * 3]);
    EXPECT_THAT(rows, ElementsAre(1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12));
}

TEST(Adapter, WhatIsMissingIsNamed) {
    AdapterFiles files = harmless();
    EXPECT_EQ(error_of(files), "it was merged");
    files.erase("adapter_config.json");
    EXPECT_THAT(error_of(files), HasSubstr("expected an adapter (adapter_config.json), found "));
    EXPECT_THAT(error_of({}), HasSubstr("found nothing"));
    files = harmless();
    files.erase("adapter_model.safetensors");
    EXPECT_THAT(error_of(files), HasSubstr("the adapter holds no adapter_model.safetensors"));
    EXPECT_THAT(error_of(adapter({}, 1, 1)), HasSubstr("expected tensors, found none"));
    EXPECT_THAT(error_of(adapter({{name_of("lm_head", 'B'), {5, 1}, {0, 0, 0, 0, 0}}}, 1, 1)),
                HasSubstr("\"lm_head\" has no .lora_A.weight"));
}

// SkyRL on Megatron gives the merged model.
TEST(Adapter, AWholeModelIsToldFromAnAdapter) {
    EXPECT_THAT(error_of({{"config.json", "{}"}, {"model-00001-of-00002.safetensors", ""}}),
                AllOf(HasSubstr("found \"config.json\", \"model-00001-of-00002.safetensors\""),
                      HasSubstr("to be served as the model itself, without LoRA")));
    EXPECT_THAT(error_of({{"MARKER", "in memory"}}),
                AllOf(HasSubstr("found \"MARKER\""), Not(HasSubstr("whole model"))));
    AdapterFiles many;
    for (char name = 'a'; name < 'a' + 9; ++name) many[std::string(1, name)] = "";
    EXPECT_THAT(error_of(many), HasSubstr("\"e\" and 4 more"));
}

TEST(Adapter, TensorsThatDoNotBelongAreRefused) {
    const NamedTensor a{"", {1, 3}, {1, 2, 3}};
    const NamedTensor b{"", {4, 1}, {0, 0, 0, 0}};
    EXPECT_THAT(error_of(adapter_of(layer(2, "mlp.up_proj"), a, b, 1)), HasSubstr("none of a plain Llama of 2 layers"));
    EXPECT_THAT(error_of(adapter_of(layer(0, "mlp.experts.0"), a, b, 1)), HasSubstr("none of a plain Llama"));
    EXPECT_THAT(error_of(adapter_of(layer(0, "mlp.down_proj"), a, b, 1)), HasSubstr("of shape [3, 1], found [4, 1]"));
    EXPECT_THAT(error_of(adapter({{"base_model.model.lm_head.lora_magnitude_vector", {1}, {1}}}, 1, 1)),
                HasSubstr("lora_magnitude_vector\" is not supported"));
    EXPECT_THAT(error_of(adapter({{"base_model.model.lora_A.weight", {1}, {1}}}, 1, 1)),
                HasSubstr("lora_A.weight\" is not supported"));
    const float infinite = std::numeric_limits<float>::infinity();
    EXPECT_THAT(error_of(adapter_of(layer(0, "mlp.up_proj"), {"", {1, 3}, {1, infinite, 3}}, b, 1)),
                HasSubstr("values that are not finite"));
}

TEST(Adapter, SettingsThatMakeAnotherAdapterAreRefused) {
    const auto with = [](const char* key, const nlohmann::json& value) {
        AdapterFiles files = harmless();
        nlohmann::json config = nlohmann::json::parse(files["adapter_config.json"]);
        config[key] = value;
        files["adapter_config.json"] = config.dump();
        return error_of(files);
    };
    using nlohmann::json;
    EXPECT_THAT(with("use_rslora", true), HasSubstr("use_rslora = \"true\" is not supported"));
    EXPECT_EQ(with("use_rslora", false), "it was merged");
    EXPECT_THAT(with("rank_pattern", {{"q_proj", 4}}), HasSubstr("rank_pattern"));
    EXPECT_EQ(with("rank_pattern", json::object()), "it was merged");
    EXPECT_THAT(with("init_lora_weights", "pissa"), HasSubstr("init_lora_weights"));
    EXPECT_EQ(with("init_lora_weights", true), "it was merged");
    EXPECT_THAT(with("peft_type", "LOHA"), HasSubstr("expected the peft_type LORA"));
    EXPECT_THAT(with("bias", "all"), HasSubstr("expected the bias none"));
    EXPECT_THAT(with("r", 0), HasSubstr("expected r, a whole number of 1 to 65536"));
    EXPECT_THAT(with("r", 2), HasSubstr("of shape [4, 2], found [4, 1]"));
    EXPECT_THAT(with("r", -1), HasSubstr("expected r"));
    EXPECT_THAT(with("lora_alpha", 0), HasSubstr("expected lora_alpha"));
    EXPECT_THAT(with("lora_alpha", "16"), HasSubstr("expected lora_alpha"));
    EXPECT_EQ(with("target_modules", json::array({"q_proj"})), "it was merged");
}

}  // namespace
}  // namespace retort::train::test

#include "train/gguf/model_file.h"

#include <gguf.h>
#include <gmock/gmock.h>

#include <cstring>
#include <fstream>
#include <limits>

#include "llama/model_bench.h"
#include "model/llama/model_info.h"
#include "train/random_model.h"

namespace retort::train::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string read_error(const std::string& path) {
    const auto read = read_model(path);
    return read ? "it was read" : read.error().message;
}

// Writes the file again with a change.
template <class Change>
void change_file(const std::string& path, const Change& change) {
    ggml_context* tensors = nullptr;
    gguf_context* before = gguf_init_from_file(path.c_str(), {.no_alloc = false, .ctx = &tensors});
    gguf_context* file = gguf_init_empty();
    gguf_set_kv(file, before);
    for (ggml_tensor* one = ggml_get_first_tensor(tensors); one != nullptr; one = ggml_get_next_tensor(tensors, one))
        if (gguf_find_tensor(before, one->name) >= 0) gguf_add_tensor(file, one);
    change(file);
    ASSERT_TRUE(gguf_write_to_file(file, path.c_str(), false));
    gguf_free(file);
    gguf_free(before);
    ggml_free(tensors);
}

struct Precision {
    const char* name;
    WeightType type;
    double
        relative;  // to the largest value of a block of 32: half a step, and for q8_0 the rounding of the step itself
};

class EveryType : public ::testing::TestWithParam<Precision> {};

TEST_P(EveryType, IsReadBackWithinItsPrecision) {
    const Folder folder;
    const ModelFile model = random_model();
    ASSERT_TRUE(write_model(folder / "m.gguf", model, GetParam().type, {}));
    const auto read = read_model(folder / "m.gguf");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->shape, model.shape);
    EXPECT_EQ(token_texts(*read->metadata), token_texts(*model.metadata));
    ASSERT_EQ(read->tensors.size(), model.tensors.size());
    for (std::size_t i = 0; i < model.tensors.size(); ++i) {
        const NamedTensor& before = model.tensors[i];
        const NamedTensor& after = read->tensors[i];
        EXPECT_EQ(after.name, before.name);
        EXPECT_EQ(after.shape, before.shape);
        const double relative = before.shape.size() == 1 ? 0 : GetParam().relative;
        ASSERT_EQ(after.values.size(), before.values.size());
        for (std::size_t from = 0; from < before.values.size(); from += 32) {
            double largest = 0;
            for (std::size_t k = from; k < from + 32; ++k)
                largest = std::max(largest, std::fabs(double(before.values[k])));
            for (std::size_t k = from; k < from + 32; ++k)
                ASSERT_LE(std::fabs(double(after.values[k]) - before.values[k]), largest * relative) << before.name;
        }
    }
}

TEST_P(EveryType, RunsInLlamaCpp) {
    const Folder folder;
    ASSERT_TRUE(write_model(folder / "m.gguf", random_model(), GetParam().type, {}));
    LlamaOptions options;
    options.path = folder / "m.gguf";
    testing::ModelBench bench(options);
    CompletionRequest request;
    request.prompt =
        std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", "1 x 2 \xE4\xBD\xA0? unknown"}});
    request.max_answer = 20;
    request.think = 10;
    const Completion completion = bench.ask(request);
    EXPECT_TRUE(completion.ok());
    EXPECT_GT(completion.usage.out, 0);
    EXPECT_TRUE(bench.model->info().marks_reasoning);
}

INSTANTIATE_TEST_SUITE_P(ModelFile, EveryType,
                         ::testing::Values(Precision{"f32", WeightType::f32, 0},
                                           Precision{"f16", WeightType::f16, 1.0 / 2048},
                                           Precision{"q8_0", WeightType::q8_0, 1.0 / 254 + 1.0 / 2048}),
                         [](const auto& which) { return std::string(which.param.name); });

TEST(ModelFile, TypesGoByTheirNames) {
    EXPECT_EQ(weight_type_from("f32"), WeightType::f32);
    EXPECT_EQ(weight_type_from("f16"), WeightType::f16);
    EXPECT_EQ(weight_type_from("q8_0"), WeightType::q8_0);
    EXPECT_EQ(weight_type_from("q4_0"), std::nullopt);
}

TEST(ModelFile, RowsThatAreNoWholeBlocksAreHalfFloats) {
    const Folder folder;
    const auto metadata = new_metadata(awkward_tokenizer(), "odd").value();
    NetShape shape = tiny_shape(static_cast<int>(token_texts(*metadata).size()));
    shape.feed_forward = 44;
    const ModelFile model = random_model(shape, metadata);
    ASSERT_TRUE(write_model(folder / "m.gguf", model, WeightType::q8_0, {}));
    EXPECT_EQ(model_info(folder / "m.gguf")->quantisation, "Q8_0");
    gguf_context* file = gguf_init_from_file((folder / "m.gguf").c_str(), {.no_alloc = true, .ctx = nullptr});
    const auto type = [&](const char* name) { return gguf_get_tensor_type(file, gguf_find_tensor(file, name)); };
    EXPECT_EQ(type("blk.0.ffn_down.weight"), GGML_TYPE_F16);
    EXPECT_EQ(type("blk.0.ffn_up.weight"), GGML_TYPE_Q8_0);
    EXPECT_EQ(type("blk.1.ffn_norm.weight"), GGML_TYPE_F32);
    gguf_free(file);
    EXPECT_TRUE(read_model(folder / "m.gguf"));
}

TEST(ModelFile, TiedAndWideHeadsAreKept) {
    const Folder folder;
    const auto metadata = new_metadata(awkward_tokenizer(), "wide").value();
    NetShape shape = tiny_shape(static_cast<int>(token_texts(*metadata).size()), true);
    shape.head_width = 24;
    const ModelFile model = random_model(shape, metadata);
    ASSERT_TRUE(write_model(folder / "m.gguf", model, WeightType::f32, {}));
    EXPECT_EQ(read_model(folder / "m.gguf").value().shape, shape);
    LlamaOptions options;
    options.path = folder / "m.gguf";
    EXPECT_TRUE(testing::ModelBench(options).ask(testing::token_request({5, 6, 7}, 4, 1)).ok());
}

TEST(ModelFile, MetadataOfTheSourceStaysAndTheRunsIsAdded) {
    const Folder folder;
    ASSERT_TRUE(
        write_model(folder / "a.gguf", random_model(), WeightType::q8_0, {"first", {}, {{"own.note", "kept"}}}));
    change_file(folder / "a.gguf", [](gguf_context* file) {
        const std::array<std::int16_t, 3> numbers{1, 2, 3};
        gguf_set_arr_data(file, "own.numbers", GGUF_TYPE_INT16, numbers.data(), numbers.size());
        gguf_set_val_bool(file, "own.flag", true);
    });
    const ModelFile read = read_model(folder / "a.gguf").value();
    ASSERT_TRUE(write_model(folder / "b.gguf", read, WeightType::f16, {"second", {}, {{"retort.train.steps", "12"}}}));
    const auto info = model_info(folder / "b.gguf").value();
    EXPECT_EQ(info.name, "second");
    EXPECT_EQ(info.quantisation, "F16");
    EXPECT_EQ(info.context, 256);
    EXPECT_TRUE(info.knows_chat_template);
    EXPECT_THAT(info.retort, ElementsAre(std::pair<std::string, std::string>("train.steps", "12")));
    gguf_context* file = gguf_init_from_file((folder / "b.gguf").c_str(), {.no_alloc = true, .ctx = nullptr});
    EXPECT_STREQ(gguf_get_val_str(file, gguf_find_key(file, "own.note")), "kept");
    EXPECT_TRUE(gguf_get_val_bool(file, gguf_find_key(file, "own.flag")));
    EXPECT_EQ(gguf_get_arr_n(file, gguf_find_key(file, "own.numbers")), 3u);
    gguf_free(file);
}

TEST(ModelFile, AnAlignmentOfTheSourceIsNotTakenOver) {
    const Folder folder;
    const ModelFile model = random_model();
    ASSERT_TRUE(write_model(folder / "a.gguf", model, WeightType::f32, {}));
    const std::string before = bytes_of(folder / "a.gguf");
    // The header alone says 64: its tensors then begin elsewhere, so the file is made by ggml.
    change_file(folder / "a.gguf", [](gguf_context* file) { gguf_set_val_u32(file, "general.alignment", 32); });
    const auto read = read_model(folder / "a.gguf");
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_TRUE(write_model(folder / "b.gguf", *read, WeightType::f32, {}));
    EXPECT_EQ(bytes_of(folder / "b.gguf"), before);
}

TEST(ModelFile, WhatIsNoPlainLlamaIsRefused) {
    const Folder folder;
    const std::string path = folder / "m.gguf";
    const auto with = [&](const auto& change) {
        EXPECT_TRUE(write_model(path, random_model(), WeightType::f32, {}));
        change_file(path, change);
        return read_error(path);
    };
    const auto number = [](const char* key, std::uint32_t value) {
        return [=](gguf_context* file) { gguf_set_val_u32(file, key, value); };
    };
    EXPECT_THAT(with([](gguf_context* file) { gguf_set_val_str(file, "general.architecture", "qwen3"); }),
                HasSubstr("expected the architecture \"llama\", found \"qwen3\""));
    EXPECT_THAT(with([](gguf_context* file) { gguf_set_val_str(file, "llama.rope.scaling.type", "yarn"); }),
                HasSubstr("llama.rope.scaling.type = yarn is not supported"));
    EXPECT_EQ(with([](gguf_context* file) { gguf_set_val_str(file, "llama.rope.scaling.type", "none"); }),
              "it was read");
    EXPECT_THAT(with(number("llama.expert_count", 8)), HasSubstr("llama.expert_count = 8 is not supported"));
    EXPECT_THAT(with(number("llama.rope.dimension_count", 8)), HasSubstr("rotary positions on 8 of a head's 16"));
    EXPECT_THAT(with(number("llama.attention.head_count_kv", 3)), HasSubstr("4 heads of queries do not share 3"));
    EXPECT_THAT(with(number("llama.feed_forward_length", 95)), HasSubstr("expected blk.0.ffn_"));
    EXPECT_THAT(with(number("llama.block_count", 3)), HasSubstr("blk.2."));
    EXPECT_THAT(with(number("llama.block_count", 2000000000)), HasSubstr("2000000000 layers"));
    EXPECT_THAT(with(number("llama.embedding_length", 0)), HasSubstr("llama.embedding_length"));
    EXPECT_THAT(with([](gguf_context* file) { gguf_remove_key(file, "llama.context_length"); }),
                HasSubstr("expected a whole number above 0 as llama.context_length, found none"));
    EXPECT_THAT(with([](gguf_context* file) { gguf_remove_key(file, "tokenizer.ggml.tokens"); }),
                HasSubstr("expected a tokenizer, found none"));
    EXPECT_THAT(with([](gguf_context* file) { gguf_set_val_str(file, "tokenizer.ggml.model", "unheard-of"); }),
                HasSubstr("llama.cpp cannot read the tokenizer of"));
}

TEST(ModelFile, TensorsThatNoPlainLlamaHasAreRefused) {
    const Folder folder;
    const std::string path = folder / "m.gguf";
    for (const char* name : {"rope_freqs.weight", "blk.0.attn_q.bias", "blk.1.ffn_gate_inp.weight"}) {
        ASSERT_TRUE(write_model(path, random_model(), WeightType::f32, {}));
        ggml_context* extra = ggml_init({1 << 16, nullptr, false});
        ggml_tensor* tensor = ggml_new_tensor_1d(extra, GGML_TYPE_F32, 8);
        std::memset(tensor->data, 0, ggml_nbytes(tensor));
        ggml_set_name(tensor, name);
        change_file(path, [&](gguf_context* file) { gguf_add_tensor(file, tensor); });
        EXPECT_THAT(read_error(path), HasSubstr(std::string("the tensor ") + name + " is not supported"));
        ggml_free(extra);
    }
}

TEST(ModelFile, AFileCutAnywhereIsAnError) {
    const Folder folder;
    ASSERT_TRUE(write_model(folder / "m.gguf", random_model(), WeightType::f16, {}));
    const std::string whole = bytes_of(folder / "m.gguf");
    for (std::size_t size = 1; size < whole.size(); size += whole.size() / 60) {
        std::ofstream(folder / "cut.gguf", std::ios::binary) << std::string_view(whole).substr(0, size);
        EXPECT_THAT(read_error(folder / "cut.gguf"), HasSubstr("cut.gguf")) << size;
    }
    EXPECT_THAT(read_error(folder / "none.gguf"), HasSubstr("no such model file"));
}

TEST(ModelFile, AModelThatIsNotOfItsShapeIsNotWritten) {
    const Folder folder;
    const ModelFile model = random_model();
    const auto error = [&](const ModelFile& wrong, WeightType type = WeightType::f32) {
        const auto written = write_model(folder / "m.gguf", wrong, type, {});
        return written ? "it was written" : written.error().message;
    };
    ModelFile wrong = model;
    wrong.tensors.pop_back();
    EXPECT_THAT(error(wrong), HasSubstr("expected 21 tensors, found 20"));
    wrong = model;
    wrong.tensors[3].values.pop_back();
    EXPECT_THAT(error(wrong), HasSubstr("blk.0.attn_k.weight"));
    wrong = model;
    wrong.shape.vocabulary += 1;
    EXPECT_THAT(error(wrong), HasSubstr("tokens"));
    wrong = model;
    wrong.metadata = nullptr;
    EXPECT_THAT(error(wrong), HasSubstr("expected a tokenizer"));
    wrong = model;
    wrong.tensors[2].values[7] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(error(wrong), HasSubstr("blk.0.attn_q.weight has values that are not finite"));
    wrong.tensors[2].values[7] = 70000;
    EXPECT_THAT(error(wrong, WeightType::f16), HasSubstr("blk.0.attn_q.weight has values"));
    EXPECT_EQ(error(wrong), "it was written");
}

TEST(ModelFile, WhereItDoesNotFitTheOldFileStaysAndNothingElse) {
    const Folder folder;
    const std::string path = folder / "m.gguf";
    std::ofstream(path) << "before";
    const ModelFile model = random_model();
    for (const rlim_t most : {100, 20000, 200000}) {
        const FileSizeLimit limit(most);
        const auto written = write_model(path, model, WeightType::f32, {});
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().kind, ErrorKind::file);
        EXPECT_THAT(written.error().message, ::testing::AllOf(HasSubstr(path), HasSubstr("bytes are free")));
        EXPECT_EQ(bytes_of(path), "before");
        EXPECT_THAT(folder.files(), ElementsAre("m.gguf"));
    }
    ASSERT_TRUE(write_model(path, model, WeightType::f32, {}));
    EXPECT_THAT(folder.files(), ElementsAre("m.gguf"));
    EXPECT_TRUE(read_model(path));
}

TEST(ModelFile, APlaceThatCannotBeWrittenIsSaid) {
    const Folder folder;
    const ModelFile model = random_model();
    for (const std::string& path : {folder / "none/m.gguf", folder / "."}) {
        const auto written = write_model(path, model, WeightType::f32, {});
        ASSERT_FALSE(written);
        EXPECT_THAT(written.error().message, HasSubstr("cannot write " + path));
    }
}

}  // namespace
}  // namespace retort::train::test

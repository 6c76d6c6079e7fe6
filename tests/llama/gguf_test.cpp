#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "llama/tiny_model.h"
#include "model/llama/llama_model.h"
#include "model/llama/model_info.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::TinyModelFile;

std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

std::string open_error(const std::string& path) {
    LlamaOptions options;
    options.path = path;
    const auto opened = LlamaModel::open(options);
    return opened ? "it opened" : opened.error().message;
}

TEST(ModelInfo, TellsWhatTheHeaderSays) {
    const TinyModelFile file;
    const auto info = model_info(file.path());
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->architecture, "llama");
    EXPECT_EQ(info->name, "tiny");
    EXPECT_EQ(info->context, 512);
    EXPECT_EQ(info->layers, 2);
    EXPECT_EQ(info->vocabulary, 320);
    EXPECT_EQ(info->parameters, 115008);
    EXPECT_EQ(info->tokenizer, "llama");
    EXPECT_EQ(info->bytes, std::filesystem::file_size(file.path()));
    EXPECT_TRUE(info->has_chat_template);
    EXPECT_TRUE(info->knows_chat_template);
    EXPECT_FALSE(info->marks_reasoning);
    const std::vector<std::pair<std::string, std::string>> ours{{"operator", "pdr:4,2"}, {"workspace", "256"}};
    EXPECT_EQ(info->retort, ours);
}

TEST(ModelInfo, SeesAnUnknownTemplateAndReasoning) {
    EXPECT_FALSE(model_info(TinyModelFile({.chat_template = "{{ whatever }}"}).path())->knows_chat_template);
    EXPECT_TRUE(model_info(TinyModelFile({.thinks = true}).path())->marks_reasoning);
}

TEST(OpeningAModel, AMissingFileIsSaid) {
    EXPECT_THAT(open_error("/nonexistent/x.gguf"), HasSubstr("no such model file"));
}

TEST(OpeningAModel, AFolderOrAnotherKindOfFileIsSaid) {
    const TinyModelFile file;
    EXPECT_THAT(open_error(file.folder()), HasSubstr("found a folder"));
    const std::string other = file.folder() + "/other";
    write(other, "<html>not found</html>");
    EXPECT_THAT(open_error(other), HasSubstr("HTML"));
    write(other, "version https://git-lfs.github.com/spec/v1\n");
    EXPECT_THAT(open_error(other), HasSubstr("Git LFS"));
    write(other, "");
    EXPECT_THAT(open_error(other), HasSubstr("empty"));
}

TEST(OpeningAModel, ATruncatedFileIsSaidWithBothSizes) {
    const TinyModelFile file;
    const std::string whole = bytes_of(file.path());
    const std::string cut = file.folder() + "/cut.gguf";
    write(cut, std::string_view(whole).substr(0, whole.size() - 1000));
    EXPECT_THAT(open_error(cut), HasSubstr("expected " + std::to_string(whole.size()) + " bytes, found " +
                                           std::to_string(whole.size() - 1000)));
}

TEST(OpeningAModel, AFileCutAnywhereIsAnErrorAndNoCrash) {
    const TinyModelFile file;
    const std::string whole = bytes_of(file.path());
    const std::string cut = file.folder() + "/cut.gguf";
    for (std::size_t size = 1; size < whole.size(); size += size < 12000 ? 331 : 20011) {
        write(cut, std::string_view(whole).substr(0, size));
        EXPECT_THAT(open_error(cut), ::testing::Not(HasSubstr("it opened"))) << size;
        EXPECT_FALSE(model_info(cut)) << size;
    }
}

TEST(OpeningAModel, OptionsOutOfRangeAreUsageErrors) {
    const TinyModelFile file;
    for (const LlamaOptions& options :
         {LlamaOptions{.path = file.path(), .threads = -1}, LlamaOptions{.path = file.path(), .ctx = -5},
          LlamaOptions{.path = file.path(), .max_sequences = 0}}) {
        const auto opened = LlamaModel::open(options);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind, ErrorKind::usage);
    }
}

}  // namespace
}  // namespace retort

#include "cli/model_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort::cli {
namespace {

using testing::HasSubstr;

std::string failure(const std::string& toml) {
    const auto rows = parse_model_table(toml, "models.toml");
    return rows ? "" : rows.error().message;
}

TEST(ModelTable, TheCompiledOneHasTheDefaultModelVerified) {
    const auto rows = parse_model_table(compiled_model_table(), "models.toml");
    ASSERT_TRUE(rows);
    const ModelRow& row = default_model(*rows);
    EXPECT_EQ(row.name, "countdown");
    EXPECT_TRUE(row.shipped);
    EXPECT_TRUE(row.tried());
    EXPECT_GT(row.bytes, 0);
    EXPECT_FALSE(row.licence.empty());
    EXPECT_EQ(find_model(*rows, "Countdown"), &row);
    EXPECT_EQ(file_of(row, "/models", "/shipped"), "/shipped/countdown.gguf");
}

TEST(ModelTable, TheCompiledOneHasSmolLm2Verified) {
    const auto rows = parse_model_table(compiled_model_table(), "models.toml");
    ASSERT_TRUE(rows);
    const ModelRow* row = find_model(*rows, "SmolLM2-135M-Instruct");
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->name, "smollm2-135m-instruct");
    EXPECT_FALSE(row->shipped);
    EXPECT_TRUE(row->tried());
    EXPECT_GT(row->bytes, 0);
    EXPECT_FALSE(row->licence.empty());
    EXPECT_EQ(file_of(*row, "/models", "/shipped"), "/models/" + row->file);
}

TEST(ModelTable, RowsSayWhatIsWrongAndWhere) {
    EXPECT_THAT(failure("[[model]]\nname = \"x\"\n"), HasSubstr("models.toml:1: a model needs a name, and a file"));
    EXPECT_THAT(failure("[[model]]\nname = \"x\"\nfile = \"a/b\"\nurl = \"u\"\n"), HasSubstr("without a folder"));
    EXPECT_THAT(failure("[[model]]\nname = \"x\"\nfile = \"b\"\n"), HasSubstr("a url or a wheel"));
    EXPECT_THAT(failure("[[model]]\nname = \"x\"\nfile = \"b\"\nurl = \"u\"\nsha256 = \"12\"\n"), HasSubstr("64"));
    EXPECT_THAT(failure("[[model]]\nname = \"x\"\nfile = \"b\"\nshipped = true\nsha256 = \"12\"\n"), HasSubstr("64"));
    EXPECT_EQ(failure("[[model]]\nname = \"x\"\nfile = \"b\"\nshipped = true\n"), "");
    EXPECT_THAT(failure("[[model]]\nnmae = \"x\"\n"),
                HasSubstr("models.toml:2: unknown key \"nmae\" (did you mean \"name\"?)"));
    EXPECT_THAT(failure("[[model]\n"), HasSubstr("not TOML"));
}

TEST(ModelTable, AWheelsRequirementIsNoOption) {
    EXPECT_THAT(failure("[[model]]\nname=\"x\"\nfile=\"b\"\nwheel={requirement=\"--target=/\", member=\"m\"}\n"),
                HasSubstr("needs a requirement"));
}

}  // namespace
}  // namespace retort::cli

#include "train/gguf/safetensors.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "train/adapter_bytes.h"

namespace retort::train::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(const std::string& bytes) {
    const auto read = read_safetensors(bytes);
    if (read) return "it was read";
    EXPECT_EQ(read.error().kind, ErrorKind::model);
    EXPECT_EQ(read.error().message.find('\n'), std::string::npos);
    return read.error().message;
}

// One tensor "a" with these members, and eight bytes of values.
std::string error_with(const std::string& members) {
    return error_of(safetensors("{\"a\":{" + members + "}}", std::string(8, '\0')));
}

TEST(Safetensors, TensorsAreReadInTheOrderOfTheirValues) {
    const auto read = read_safetensors(safetensors({{"b", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"a", {1}, {-7.5F}}}));
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ((*read)[0].name, "b");
    EXPECT_THAT((*read)[0].shape, ElementsAre(2, 3));
    EXPECT_THAT((*read)[0].values, ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_EQ((*read)[1].name, "a");
    EXPECT_THAT((*read)[1].values, ElementsAre(-7.5F));
}

TEST(Safetensors, HalfFloatsOfBothKindsAreWidened) {
    const auto one = [](const char* kind, std::uint16_t bits) {
        const std::string header =
            std::string("{\"a\":{\"dtype\":\"") + kind + "\",\"shape\":[1],\"data_offsets\":[0,2]}}";
        return read_safetensors(safetensors(header, {static_cast<char>(bits & 255), static_cast<char>(bits >> 8)}))
            .value()[0]
            .values[0];
    };
    EXPECT_EQ(one("F16", 0x3C00), 1.0F);
    EXPECT_EQ(one("F16", 0xC248), -3.140625F);
    EXPECT_EQ(one("F16", 0x7BFF), 65504.0F);
    EXPECT_EQ(one("F16", 0x0001), std::ldexp(1.0F, -24));
    EXPECT_EQ(one("F16", 0x0400), std::ldexp(1.0F, -14));
    EXPECT_TRUE(std::signbit(one("F16", 0x8000)));
    EXPECT_EQ(one("F16", 0xFC00), -std::numeric_limits<float>::infinity());
    EXPECT_TRUE(std::isnan(one("F16", 0x7E00)));
    EXPECT_EQ(one("BF16", 0x3F80), 1.0F);
    EXPECT_EQ(one("BF16", 0xC040), -3.0F);
}

TEST(Safetensors, AFileCutAnywhereIsAnError) {
    const std::string whole = safetensors({{"a", {2}, {1, 2}}, {"b", {1, 3}, {3, 4, 5}}});
    ASSERT_TRUE(read_safetensors(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_NE(error_of(whole.substr(0, size)), "it was read");
    EXPECT_THAT(error_of(whole + "x"), HasSubstr("expected 20 bytes of values, found 21"));
}

TEST(Safetensors, AHeaderWithoutBoundIsRefused) {
    EXPECT_THAT(error_of(std::string(8, '\xFF')), HasSubstr("expected a header of at most 1048576 bytes"));
    EXPECT_THAT(error_of(std::string("\x10\0\0\0\0\0\0\0{}", 10)), HasSubstr("cut short within its header"));
    EXPECT_THAT(error_of(safetensors("[]", "")), HasSubstr("its header is not a JSON object"));
    EXPECT_THAT(error_of(safetensors("{\"a\":", "")), HasSubstr("its header is not a JSON object"));
    EXPECT_EQ(error_of(safetensors(std::string(1 << 20, '['), "")), "safetensors: its header is not a JSON object");
}

TEST(Safetensors, WhatDoesNotFitTogetherIsRefusedByItsName) {
    EXPECT_THAT(error_with(R"("dtype":"F64","shape":[1],"data_offsets":[0,8])"),
                HasSubstr("\"a\": expected the dtype"));
    EXPECT_THAT(error_with(R"("dtype":4,"shape":[2],"data_offsets":[0,8])"), HasSubstr("expected the dtype"));
    EXPECT_THAT(error_with(R"("dtype":"F32","shape":[2])"), HasSubstr("expected data_offsets"));
    EXPECT_THAT(error_with(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"), HasSubstr("expected data_offsets"));
    EXPECT_THAT(error_with(R"("dtype":"F32","shape":[2],"data_offsets":[-8,0])"), HasSubstr("expected data_offsets"));
    EXPECT_THAT(error_with(R"("dtype":"F32","shape":[2],"data_offsets":[0,9])"), HasSubstr("within the 8 bytes"));
    EXPECT_THAT(error_with(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"),
                HasSubstr("its shape takes 12 bytes, its data_offsets 8"));
    EXPECT_THAT(error_with(R"("dtype":"F32","shape":[1],"data_offsets":[0,8])"),
                HasSubstr("its shape takes 4 bytes, its data_offsets 8"));
    EXPECT_THAT(error_with(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8])"),
                HasSubstr("larger than the file"));
    EXPECT_THAT(error_with(R"("dtype":"F32","shape":[1.5],"data_offsets":[0,8])"), HasSubstr("whole numbers"));
    EXPECT_THAT(error_with(R"("dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8])"),
                HasSubstr("at most 8 dimensions"));
}

TEST(Safetensors, OverlapsAndGapsAreRefused) {
    const auto two = [](int begin) {
        const std::string header = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                   R"("b":{"dtype":"F32","shape":[1],"data_offsets":[)" +
                                   std::to_string(begin) + "," + std::to_string(begin + 4) + "]}}";
        return error_of(safetensors(header, std::string(static_cast<std::size_t>(begin) + 4, '\0')));
    };
    EXPECT_THAT(two(4), HasSubstr("\"b\" begins at byte 4, where 8 was expected"));
    EXPECT_EQ(two(8), "it was read");
    EXPECT_THAT(two(12), HasSubstr("\"b\" begins at byte 12, where 8 was expected"));
}

}  // namespace
}  // namespace retort::train::test

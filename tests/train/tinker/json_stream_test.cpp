#include "train/tinker/json_stream.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace retort::train::tinker::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// What was heard, written down; numbers apart.
struct Heard : JsonEvents {
    bool null() override { return note("null"); }
    bool boolean(bool value) override { return note(value ? "true" : "false"); }
    bool number(double value) override {
        numbers.push_back(value);
        return numbers.size() < most_numbers;
    }
    bool string(std::string value) override { return note("\"" + value); }
    bool key(std::string value) override { return note(value + ":"); }
    bool begin(bool list) override { return note(list ? "[" : "{"); }
    bool end() override { return note("end"); }

    bool note(std::string what) {
        events.push_back(std::move(what));
        return true;
    }

    std::vector<std::string> events;
    std::vector<double> numbers;
    std::size_t most_numbers = 1000;
};

bool reads(std::string_view text) {
    Heard heard;
    std::string why;
    return read_json(text, heard, why);
}

std::vector<double> numbers_of(std::string_view text) {
    Heard heard;
    std::string why;
    EXPECT_TRUE(read_json(text, heard, why)) << why;
    return heard.numbers;
}

TEST(JsonStream, EachPartIsHeardInTurn) {
    Heard heard;
    std::string why;
    ASSERT_TRUE(read_json(" {\"a\" : [ ] , \"b\":{\"c\":null},\"d\":[true,false,\"e\"]}\n", heard, why));
    EXPECT_THAT(heard.events, ElementsAre("{", "a:", "[", "end", "b:", "{", "c:", "null", "end", "d:", "[", "true",
                                          "false", "\"e", "end", "end"));
}

TEST(JsonStream, StringsAreUnescaped) {
    Heard heard;
    std::string why;
    ASSERT_TRUE(read_json(R"(["\"\\\n\u00e4\ud83d\ude00","ä",""])", heard, why)) << why;
    EXPECT_THAT(heard.events, ElementsAre("[", "\"\"\\\nä😀", "\"ä", "\"", "end"));
}

TEST(JsonStream, NumbersAreThoseOfTheText) {
    EXPECT_THAT(numbers_of("[0,-0,7,151935,-12,0.5,-1.5409355163574219,1e3,2E-2,1.25e+2]"),
                ElementsAre(0, 0, 7, 151935, -12, 0.5, -1.5409355163574219, 1000, 0.02, 125));
    EXPECT_THAT(
        numbers_of("[999999999999999,9007199254740993,18446744073709551616,123456789012345678901234567890]"),
        ElementsAre(999999999999999., 9007199254740993., 18446744073709551616., 123456789012345678901234567890.));
}

TEST(JsonStream, WhatIsNoJsonIsRefused) {
    for (const char* text : {"",          " ",         "[",           "]",          "[1",
                             "[1,",       "[1,]",      "[,1]",        "[1 2]",      "{",
                             "{\"a\"",    "{\"a\":",   "{\"a\":1",    "{\"a\":1,}", "{a:1}",
                             "{\"a\" 1}", "{1:1}",     "\"",          "\"a",        "\"\\",
                             "\"\\x\"",   "\"\n\"",    "\"\\ud800\"", "\"\xFF\"",   "tru",
                             "nul",       "True",      "1 1",         "[1]]",       "[1}",
                             "{\"a\":1]", "01",        "-",           "--1",        "+1",
                             ".5",        "5.",        "5.e3",        "-.5",        "1e",
                             "1e+",       "0x10",      "NaN",         "nan",        "inf",
                             "Infinity",  "-Infinity", "1e999",       "1_0",        "\xEF\xBB\xBF[]"}) {
        Heard heard;
        std::string why;
        EXPECT_FALSE(read_json(text, heard, why)) << text;
        EXPECT_THAT(why, StartsWith("no JSON at byte")) << text;
    }
    EXPECT_FALSE(reads(std::string_view("[1\0]", 4)));
}

TEST(JsonStream, DeepNestingIsRefused) {
    EXPECT_TRUE(reads(std::string(16, '[') + std::string(16, ']')));
    Heard heard;
    std::string why;
    EXPECT_FALSE(read_json(std::string(1'000'000, '['), heard, why));
    EXPECT_THAT(why, HasSubstr("deeper"));
}

TEST(JsonStream, AReceiverThatWantsNoMoreEndsIt) {
    Heard heard;
    heard.most_numbers = 2;
    std::string why;
    EXPECT_FALSE(read_json("[1,2,3]", heard, why));
    EXPECT_THAT(heard.numbers, ElementsAre(1, 2));
    EXPECT_THAT(why, IsEmpty());
}

RC_GTEST_PROP(JsonStream, NumbersComeBackAsTheyWereWritten, (std::vector<double> wanted)) {
    std::erase_if(wanted, [](double value) { return !std::isfinite(value); });
    Heard heard;
    heard.most_numbers = wanted.size() + 1;
    std::string why;
    RC_ASSERT(read_json(nlohmann::json(wanted).dump(), heard, why));
    RC_ASSERT(heard.numbers == wanted);
}

// Broken texts made of sound ones: the two parsers refuse the same.
RC_GTEST_PROP(JsonStream, TakesWhatAnotherParserTakes, ()) {
    std::string text = R"({"a":[1,-2.5e3,"x\n",{"b":null}],"c":true} )";
    const auto cuts = *rc::gen::inRange(1, 4);
    for (int i = 0; i < cuts; ++i) {
        const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
        text[at] = *rc::gen::elementOf(std::string("{}[],:\"\\ \n0159.-+eEtn\x80"));
    }
    RC_ASSERT(reads(text) == nlohmann::json::accept(text));
}

}  // namespace
}  // namespace retort::train::tinker::test

#include "gateway/api/body_scan.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

namespace retort::test {
namespace {

using gateway::BodyScan;
using testing::HasSubstr;

TEST(BodyScan, FindsMembersWhereverTheyStand) {
    const std::string text =
        R"( { "messages" : [{"model":"inner","x":"}]"}], "mod\u0065l": "a\"b", "stream":true , "n": 1.5e3 } )";
    const auto scan = BodyScan::of(text);
    ASSERT_TRUE(scan) << scan.error().message;
    EXPECT_EQ(scan->string("model"), "a\"b");
    EXPECT_TRUE(scan->is_true("stream"));
    EXPECT_EQ(scan->raw(*scan->find("messages")), R"([{"model":"inner","x":"}]"}])");
    EXPECT_EQ(scan->raw(*scan->find("n")), "1.5e3");
    EXPECT_EQ(scan->string("n"), std::nullopt);
    EXPECT_EQ(scan->find("x"), nullptr);
}

TEST(BodyScan, ChangesOneValueAndLeavesEveryOtherByte) {
    const std::string text = "{ \"a\":1,\n\t\"model\" :\"old\" ,\"z\":[1 , 2]}";
    const auto scan = BodyScan::of(text);
    EXPECT_EQ(scan->with(*scan->find("model"), "\"new\""), "{ \"a\":1,\n\t\"model\" :\"new\" ,\"z\":[1 , 2]}");
    EXPECT_EQ(scan->without(*scan->find("model")), "{ \"a\":1,\n\t\"z\":[1 , 2]}");
    EXPECT_EQ(scan->without(*scan->find("z")), "{ \"a\":1,\n\t\"model\" :\"old\" }");
    EXPECT_EQ(scan->without(*scan->find("a")), "{ \n\t\"model\" :\"old\" ,\"z\":[1 , 2]}");
    const auto alone = BodyScan::of("{\"a\":1}");
    EXPECT_EQ(alone->without(*alone->find("a")), "{}");
}

TEST(BodyScan, SaysWhereItIsNoObject) {
    const auto fault = [](std::string_view text) {
        const auto scan = BodyScan::of(text);
        return scan ? "none" : scan.error().message;
    };
    EXPECT_EQ(fault("{}"), "none");
    EXPECT_THAT(fault(""), HasSubstr("at byte 0: expected {"));
    EXPECT_THAT(fault("[1]"), HasSubstr("at byte 0"));
    EXPECT_THAT(fault("{\"a\":}"), HasSubstr("at byte 5: expected a value"));
    EXPECT_THAT(fault("{\"a\":1"), HasSubstr(", or }"));
    EXPECT_THAT(fault("{\"a\":[1}"), HasSubstr("expected a value"));
    EXPECT_THAT(fault("{\"a\":\"x\ny\"}"), HasSubstr("expected a value"));
    EXPECT_THAT(fault("{\"a\":1} x"), HasSubstr("expected the end"));
    EXPECT_THAT(fault("{\"a\":1,}"), HasSubstr("a name in quotes"));
    EXPECT_THAT(fault("{\"a\":1,\"a\":2}"), HasSubstr("\"a\" stands twice"));
    EXPECT_THAT(fault("{\"a\":" + std::string(2000, '[') + std::string(2000, ']') + "}"),
                HasSubstr("expected a value"));
}

// What a JSON library writes is read alike, and survives that one member is taken out.
RC_GTEST_PROP(BodyScan, AgreesWithAJsonLibrary, (const std::map<std::string, std::vector<std::string>>& members)) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [name, value] : members) {
        if (!nlohmann::json::accept(nlohmann::json(name).dump(-1, ' ', true, nlohmann::json::error_handler_t::ignore)))
            continue;
        object[nlohmann::json(name).dump(-1, ' ', true, nlohmann::json::error_handler_t::ignore)] = value.size();
    }
    const std::string text = object.dump(2);
    const auto scan = BodyScan::of(text);
    RC_ASSERT(scan.has_value());
    RC_ASSERT(scan->members().size() == object.size());
    for (const auto& member : scan->members()) {
        RC_ASSERT(nlohmann::json::parse(scan->raw(member)) == object[member.name]);
        nlohmann::json rest = object;
        rest.erase(member.name);
        RC_ASSERT(nlohmann::json::parse(scan->without(member)) == rest);
    }
}

}  // namespace
}  // namespace retort::test

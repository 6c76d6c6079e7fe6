#include "gateway/access/keys.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace retort::test {
namespace {

using gateway::KeyOptions;
using gateway::Keys;

Keys keys_of(const std::vector<std::string>& known) {
    std::vector<KeyOptions> options;
    for (const std::string& key : known) {
        options.emplace_back().name = "of " + key;
        options.back().sha256 = sha256_hex(key);
    }
    Keys out;
    out.replace(std::move(options));
    return out;
}

std::string found(const Keys& keys, const gateway::Headers& headers) {
    const auto key = keys.find(headers);
    return key ? key->options().name : "none";
}

TEST(Keys, AreFoundByEitherHeader) {
    const Keys keys = keys_of({"ann's", "bob's"});
    EXPECT_EQ(found(keys, {{"Authorization", "Bearer ann's"}}), "of ann's");
    EXPECT_EQ(found(keys, {{"authorization", "bearer bob's"}}), "of bob's");
    EXPECT_EQ(found(keys, {{"api-key", "bob's"}}), "of bob's");
    EXPECT_EQ(found(keys, {{"Authorization", "Bearer ann"}}), "none");
}

TEST(Keys, WhoPresentsNoneHasNone) {
    const Keys keys = keys_of({"", "ann's"});  // the first lets nobody in
    EXPECT_EQ(found(keys, {}), "none");
    EXPECT_EQ(found(keys, {{"Authorization", ""}}), "none");
    EXPECT_EQ(found(keys, {{"Authorization", "Bearer "}}), "none");
    EXPECT_EQ(found(keys, {{"Api-Key", ""}}), "none");
}

}  // namespace
}  // namespace retort::test

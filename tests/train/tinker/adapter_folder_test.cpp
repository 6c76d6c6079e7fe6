#include "train/tinker/adapter_folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "train/folder.h"
#include "train/tar_gz.h"

namespace retort::train::tinker::test {
namespace {

using ::testing::HasSubstr;
using train::test::end_of_tar;
using train::test::entry;
using train::test::Folder;
using train::test::gzip;

TEST(AdapterFolder, HasTheFilesOfTheArchiveUntilItIsTakenAway) {
    const Folder folder;
    const std::string archive = gzip(entry("adapter_config.json", "{}") + entry("w.bin", "abc") + end_of_tar());
    const auto put = put_adapter(folder / "root", "first-1", archive);
    ASSERT_TRUE(put) << put.error().message;
    EXPECT_EQ(*put, folder / "root/first-1");
    std::ostringstream text;
    text << std::ifstream(*put + "/w.bin").rdbuf();
    EXPECT_EQ(text.str(), "abc");
    remove_adapter(folder / "root", "first-1");
    EXPECT_FALSE(std::filesystem::exists(*put));
    remove_adapter(folder / "root", "first-1");
}

TEST(AdapterFolder, WhatIsNoAdapterIsSaidAndLeavesNothing) {
    const Folder folder;
    const std::string model = entry("./config.json", "{}") + entry("./model.safetensors", "abc") + end_of_tar();
    for (const std::string& archive : {model, gzip(model)}) {
        const auto put = put_adapter(folder / "root", "n", archive);
        ASSERT_FALSE(put);
        EXPECT_THAT(put.error().message, HasSubstr("served as the model itself, without LoRA"));
        EXPECT_FALSE(std::filesystem::exists(folder / "root/n"));
    }
}

TEST(AdapterFolder, StaysWithinItsRoot) {
    const Folder folder;
    std::filesystem::create_directory(folder / "precious");
    const std::string archive = gzip(entry("w.bin", "abc") + end_of_tar());
    for (const std::string name : {"../precious", "a/b", ".hidden", ""}) {
        const auto put = put_adapter(folder / "root", name, archive);
        ASSERT_FALSE(put) << name;
        EXPECT_THAT(put.error().message, HasSubstr("cannot be an adapter's name"));
        remove_adapter(folder / "root", name);
    }
    EXPECT_TRUE(std::filesystem::exists(folder / "precious"));
    for (const std::string file : {"../w.bin", "a/w.bin", ".w"}) {
        const std::string more = entry("adapter_config.json", "{}") + entry(file, "abc") + end_of_tar();
        const auto put = put_adapter(folder / "root", "n", gzip(more));
        ASSERT_FALSE(put) << file;
        EXPECT_THAT(put.error().message, HasSubstr("expected files without folders"));
        EXPECT_FALSE(std::filesystem::exists(folder / "root/n")) << "nothing half-written stays";
    }
}

}  // namespace
}  // namespace retort::train::tinker::test

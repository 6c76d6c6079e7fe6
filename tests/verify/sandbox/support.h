// What the tests of the sandbox share.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "verify/sandbox/sandbox.h"

namespace retort::test {

// Skipped where the machine forbids namespaces.
class SandboxTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!sandbox().state().available) GTEST_SKIP() << sandbox().state().about;
    }
};

struct TempFolder {
    TempFolder() : path(std::filesystem::temp_directory_path() / "retort-test-XXXXXX") {
        std::string name = path.string();
        path = mkdtemp(name.data()) != nullptr ? name : "";
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    std::filesystem::path path;
};

// The machine's processes that have the marker among their arguments; the last one's folder of /proc is left in
// `where`.
inline int processes_with(const std::string& marker, std::string* where = nullptr) {
    int count = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        std::ifstream in(entry.path() / "cmdline");
        std::ostringstream text;
        text << in.rdbuf();
        if (text.str().find(marker) == std::string::npos) continue;
        ++count;
        if (where != nullptr) *where = entry.path().string();
    }
    return count;
}

}  // namespace retort::test

#include "verify/sandbox/sandbox.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "verify/sandbox/cgroup.h"
#include "verify/sandbox/support.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

SandboxResult run_shell(const std::string& script, SandboxLimits limits = {}) {
    SandboxCommand command;
    command.argv = {"sh", "-c", script};
    command.limits = limits;
    return sandbox().run(command);
}

class SandboxRun : public SandboxTest {};

TEST_F(SandboxRun, HandsOverInputFilesOutputAndStatus) {
    SandboxCommand command;
    command.argv = {"/bin/sh", "-c", "cat - given.txt; pwd; echo wrong >&2; exit 7"};
    command.input = "from stdin\n";
    command.files = {{"given.txt", "from a file\n"}, {"empty.txt", ""}};
    const SandboxResult result = sandbox().run(command);
    EXPECT_EQ(result.end, SandboxEnd::exited);
    EXPECT_EQ(result.code, 7);
    EXPECT_EQ(result.output, "from stdin\nfrom a file\n/tmp\n");
    EXPECT_EQ(result.errors, "wrong\n");
    EXPECT_GT(result.wall_s, 0);
}

TEST_F(SandboxRun, SaysHowAProgramEnded) {
    EXPECT_EQ(run_shell("kill -SEGV $$").code, 128 + SIGSEGV);
    EXPECT_EQ(run_shell("no-such-program").code, 127);
    SandboxLimits brief;
    brief.wall_s = 0.5;
    const SandboxResult slow = run_shell("sleep 30", brief);
    EXPECT_EQ(slow.end, SandboxEnd::out_of_time);
    EXPECT_LT(slow.wall_s, 5);
    SandboxLimits busy;
    busy.cpu_s = 1;
    EXPECT_EQ(run_shell("while :; do :; done", busy).end, SandboxEnd::out_of_time);
}

TEST_F(SandboxRun, KeepsNothingOfOurEnvironmentAndFiles) {
    ASSERT_EQ(setenv("RETORT_SECRET", "1", 1), 0);
    const SandboxResult result =
        run_shell("env; for n in 3 4 5 6 7 8 9; do ( : >&$n ) 2>/dev/null && echo open $n; done; :");
    unsetenv("RETORT_SECRET");
    EXPECT_THAT(result.output, testing::Not(HasSubstr("SECRET")));
    EXPECT_THAT(result.output, testing::Not(HasSubstr("open")));
    EXPECT_THAT(result.output, HasSubstr("HOME=/tmp"));
}

TEST_F(SandboxRun, IsNobodyOutsideTooWhereWeAreRoot) {
    const std::string marker = "outside" + std::to_string(getpid()) + "x";
    std::thread running([&marker] { (void)run_shell("sleep 3; : " + marker); });
    std::string where;
    struct stat about{};
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    bool found = false;
    while (!found && std::chrono::steady_clock::now() < end) {
        found = processes_with(marker, &where) > 0 && stat((where + "/cmdline").c_str(), &about) == 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    running.join();
    ASSERT_TRUE(found);
    EXPECT_EQ(about.st_uid, geteuid() == 0 ? 65534U : geteuid());
}

TEST_F(SandboxRun, EightThreadsRunAtOnce) {
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&good, t] {
            for (int i = 0; i < 3; ++i) {
                const std::string word = std::to_string(t * 10 + i);
                good += run_shell("echo " + word).output == word + "\n" ? 1 : 0;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 24);
}

TEST_F(SandboxRun, RefusesNamesThatLeadElsewhere) {
    for (const std::string& name :
         std::vector<std::string>{"../x", "a/b", "", ".hidden", "-x", std::string("a\0b", 3)}) {
        SandboxCommand command;
        command.argv = {"true"};
        command.files = {{name, "x"}};
        EXPECT_EQ(sandbox().run(command).end, SandboxEnd::refused) << name;
    }
    EXPECT_EQ(sandbox().run({}).end, SandboxEnd::refused);
}

// ---- closed where it fails

void expect_refusal(const Sandbox& one, const std::string& why) {
    EXPECT_FALSE(one.state().available);
    EXPECT_THAT(one.state().about, HasSubstr(why));
    SandboxCommand command;
    command.argv = {"true"};
    const SandboxResult result = one.run(command);
    EXPECT_EQ(result.end, SandboxEnd::refused);
    EXPECT_EQ(result.reason, one.state().about);
}

TEST(SandboxClosed, WithoutBubblewrapNothingRuns) {
    expect_refusal(Sandbox("/nowhere/bwrap"), "install bubblewrap");
}

TEST(SandboxClosed, WhereBubblewrapFailsNothingRuns) {
    expect_refusal(Sandbox("/bin/false"), "sandbox failed");
}

TEST(SandboxClosed, WhereNothingIsIsolatedNothingRuns) {
    const TempFolder folder;
    std::filesystem::permissions(folder.path, std::filesystem::perms::all);
    const std::string fake = (folder.path / "bwrap").string();
    std::ofstream(fake) << "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n";
    std::filesystem::permissions(fake, std::filesystem::perms::all);
    expect_refusal(Sandbox(fake), "does not isolate");
}

// ---- control groups, in a folder that looks like their file system

struct FakeGroups {
    FakeGroups() {
        std::filesystem::create_directories(folder.path / "user/shell");
        write("user/shell/cgroup.subtree_control", "");
        write("user/cgroup.subtree_control", "cpu");
    }
    void write(const std::string& name, const std::string& text) const { std::ofstream(folder.path / name) << text; }
    TempFolder folder;
};

TEST(SandboxCgroup, IsNotMadeWhereLimitsAreNotHandedDown) {
    const FakeGroups groups;
    EXPECT_FALSE(Cgroup::make(groups.folder.path.string(), "/user/shell", 1 << 20, 8));
    EXPECT_FALSE(Cgroup::make("/nowhere", "/", 1 << 20, 8));
}

TEST(SandboxCgroup, IsGivenUpWhereItHasNoLimits) {
    const FakeGroups groups;
    groups.write("user/cgroup.subtree_control", "cpu memory pids");
    EXPECT_FALSE(Cgroup::make(groups.folder.path.string(), "/user/shell", 1 << 20, 8));
    int left = 0;
    for (const auto& entry : std::filesystem::directory_iterator(groups.folder.path / "user"))
        left += entry.path().filename().string().starts_with("retort-") ? 1 : 0;
    EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace retort::test

#include "train/run/run_lock.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "train/folder.h"

namespace retort::train::test {
namespace {

using ::testing::HasSubstr;

// In another process: locks of one process do not keep it out.
int taken_elsewhere(const std::string& folder, std::string& message) {
    int ends[2];
    if (pipe(ends) != 0) return -1;
    const pid_t child = fork();
    if (child == 0) {
        const auto lock = RunLock::take(folder);
        const std::string said = lock ? "" : lock.error().message;
        const auto written = write(ends[1], said.data(), said.size());
        _exit(lock && written == 0 ? 0 : 1);
    }
    close(ends[1]);
    char text[500];
    const auto size = read(ends[0], text, sizeof text);
    close(ends[0]);
    message.assign(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

TEST(RunLock, KeepsAnotherProcessOutAndNamesItself) {
    const Folder folder;
    std::string message;
    {
        const auto lock = RunLock::take(folder.path());
        ASSERT_TRUE(lock);
        EXPECT_EQ(taken_elsewhere(folder.path(), message), 1);
        EXPECT_THAT(message, HasSubstr(fmt::format("process {} is training in this folder", getpid())));
    }
    EXPECT_EQ(taken_elsewhere(folder.path(), message), 0) << message;
}

TEST(RunLock, OfAFolderThatIsNotThereIsAnError) {
    const auto lock = RunLock::take("/nowhere/at/all");
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().kind, ErrorKind::file);
}

}  // namespace
}  // namespace retort::train::test

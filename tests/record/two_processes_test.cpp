// One writer a journal, any number of readers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/support.h"

namespace retort::test {
namespace {

// A process that holds a journal open until it is killed.
class Holder {
  public:
    explicit Holder(const std::string& path) {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            OpenRun run(path);
            run.complete(request_at(draft_place(1, 0)), scripted_text("by the holder"));
            const bool told = ::write(ends[1], "x", 1) == 1;
            while (told) ::pause();
            ::_exit(1);
        }
        char ready = 0;
        EXPECT_EQ(::read(ends[0], &ready, 1), 1);
        ::close(ends[0]);
        ::close(ends[1]);
    }
    ~Holder() { kill(); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    pid_t pid() const { return pid_; }
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

  private:
    pid_t pid_ = -1;
};

TEST(TwoProcesses, TheSecondWriterIsToldWhoHoldsTheJournal) {
    const TemporaryFolder folder;
    Holder holder(folder.file("j.db"));
    for (const JournalOptions& options : {creating(), resuming()}) {
        const auto journal = Journal::open(folder.file("j.db"), options);
        ASSERT_FALSE(journal);
        EXPECT_EQ(journal.error().kind, ErrorKind::file);
        EXPECT_THAT(journal.error().message, testing::HasSubstr(fmt::format("another process (pid {})", holder.pid())));
    }
}

TEST(TwoProcesses, AReaderReadsWhileAnotherProcessWrites) {
    const TemporaryFolder folder;
    const Holder holder(folder.file("j.db"));
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto calls = all_calls(*reader, 1);
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].completion.text, "by the holder");
}

TEST(TwoProcesses, TheJournalIsFreeWhenItsWriterIsKilled) {
    const TemporaryFolder folder;
    Holder holder(folder.file("j.db"));
    holder.kill();
    OpenRun again(folder.file("j.db"), resuming());
    EXPECT_EQ(again.recall(request_at(draft_place(1, 0)))->completion.text, "by the holder");
}

TEST(TwoProcesses, OneProcessDoesNotWriteItTwiceEither) {
    const TemporaryFolder folder;
    OpenRun run(folder.file("j.db"));
    const auto second = Journal::open(folder.file("j.db"), resuming());
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, testing::HasSubstr("this process"));
    run.complete(request_at(draft_place(1, 0)), scripted_text("still writing"));
}

TEST(TwoProcesses, AReaderThatClosesLastLeavesOneFile) {
    const TemporaryFolder folder;
    std::shared_ptr<JournalReader> reader;
    {
        OpenRun run(folder.file("j.db"));
        run.complete(request_at(draft_place(1, 0)), scripted_text("yes"));
        reader = JournalReader::open(folder.file("j.db")).value();
        EXPECT_EQ(all_calls(*reader, 1).size(), 1U);
    }
    EXPECT_EQ(all_calls(*reader, 1).size(), 1U);
    reader.reset();
    EXPECT_EQ(folder.files(), 1U);
}

}  // namespace
}  // namespace retort::test

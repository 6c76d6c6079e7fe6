// A disk that is full: an error of kind file, nothing more is written, what was written is intact.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/support.h"

namespace retort::test {
namespace {

constexpr int kMore = 10'000;

// Completes drafts until it fails; how many were written.
int fill(OpenRun& run) {
    for (int draft = 0; draft < kMore; ++draft) {
        const auto call = run_to_end(run.loop, run.journal->started(run.run, request_at(draft_place(1, draft))));
        if (!call) return draft;
        const auto text = std::make_shared<const Completion>(scripted_text(std::string(3000, 'x')));
        if (!run_to_end(run.loop, run.journal->finished(*call, text))) return draft;
    }
    return kMore;
}

void expect_readable(const std::string& path, int drafts) {
    const auto reader = JournalReader::open(path).value();
    int ended = 0;
    for (const RecordedCall& call : all_calls(*reader, 1)) ended += call.state == RecordedCall::State::ended;
    EXPECT_EQ(ended, drafts);
}

TEST(FullDisk, StopsWritingAndLeavesTheJournalIntact) {
    const TemporaryFolder folder;
    const std::string path = folder.file("j.db");
    JournalOptions options = creating();
    options.largest_pages = 100;
    int written = 0;
    {
        OpenRun run(path, options);
        written = fill(run);
        ASSERT_GT(written, 0);
        ASSERT_LT(written, kMore);
        ASSERT_TRUE(run.journal->failure().has_value());
        EXPECT_EQ(run.journal->failure()->kind, ErrorKind::file);
        EXPECT_THAT(run.journal->failure()->message, testing::HasSubstr("full"));
        const auto later = run_to_end(run.loop, run.journal->started(run.run, request_at(draft_place(2, 0), "")));
        EXPECT_FALSE(later) << "nothing may be written after a failure";
        expect_readable(path, written);
        EXPECT_FALSE(run.journal->close());
    }
    expect_readable(path, written);
    OpenRun again(path, resuming());
    EXPECT_TRUE(again.recall(request_at(draft_place(1, written - 1))).has_value());
    again.complete(request_at(draft_place(1, written)), scripted_text("there is room again"));
}

TEST(FullDisk, GivesCompletionsThatFailedForTheJournal) {
    const TemporaryFolder folder;
    JournalOptions options = creating();
    options.largest_pages = 60;
    OpenRun run(folder.file("j.db"), options);
    (void)fill(run);
    ScriptedModel inner([](const CompletionRequest&) { return scripted_text("never used"); });
    RecordingModel model(inner, *run.journal, run.run, "m");
    const Completion completion = run_to_end(run.loop, model.complete(request_at(draft_place(2, 0)), {}, {}));
    EXPECT_EQ(completion.finish, Finish::error);
    ASSERT_TRUE(completion.error.has_value());
    EXPECT_EQ(completion.error->kind, CallErrorKind::journal);
    EXPECT_TRUE(inner.asked().empty()) << "a call that cannot be recorded is not made";
}

// The same by the system: files may not grow. In a process of its own, since the limit cannot be taken back.
TEST(FullDisk, SurvivesAFileSizeLimitOfTheSystem) {
    const TemporaryFolder folder;
    const std::string path = folder.file("j.db");
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{400'000, 400'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        int written = -1;
        bool said = false;
        {
            OpenRun run(path);
            written = fill(run);
            said = run.journal->failure().has_value() && run.journal->failure()->kind == ErrorKind::file;
        }
        const bool told = ::write(ends[1], &written, sizeof written) == sizeof written;
        ::_exit(said && told ? 0 : 1);
    }
    int written = -1;
    ASSERT_EQ(::read(ends[0], &written, sizeof written), static_cast<ssize_t>(sizeof written));
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_GT(written, 0);
    EXPECT_LT(written, kMore);
    expect_readable(path, written);
    OpenRun again(path, resuming());
    again.complete(request_at(draft_place(1, written)), scripted_text("there is room again"));
}

}  // namespace
}  // namespace retort::test

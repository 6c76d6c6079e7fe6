// kill -9 at random moments: what was finished is there, is never asked again, and everything comes to its end.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "record/support.h"

namespace retort::test {
namespace {

constexpr int kDrafts = 300;
constexpr int kInFlight = 8;

constexpr int kKills = 100;  // of each journal

std::string solution(int draft) {
    return "solution " + std::to_string(draft) + std::string(2000, 'x');
}

// What the child tells: a draft that is asked, or that has been recorded.
struct Report {
    char what;  // 'b' begun, 'a' asked, 'f' finished
    int draft;
};

void tell(int pipe, char what, int draft) {
    const Report report{what, draft};
    if (::write(pipe, &report, sizeof report) != sizeof report) ::_exit(9);
}

Task<bool> work(LanguageModel& model, int pipe) {
    Nursery<Completion> drafts(co_await asio::this_coro::executor);
    std::map<std::size_t, int> which;
    int next = 0;
    bool all = true;
    while (next < kDrafts || drafts.outstanding() > 0) {
        for (; next < kDrafts && drafts.outstanding() < kInFlight; ++next)
            drafts.spawn(model.complete(request_at(draft_place(1, next)), {}, {}));
        auto landed = co_await drafts.next();
        const int draft = static_cast<int>(landed.index);
        all = all && landed.value.ok() && landed.value.text == solution(draft);
        tell(pipe, 'f', draft);
    }
    co_return all;
}

[[noreturn]] void child(const std::string& path, int pipe) {
    bool all = false;
    {
        OpenRun run(path, resuming());
        ScriptedModel inner([&](const CompletionRequest& request) {
            tell(pipe, 'a', request.place.draft);
            return scripted_text(solution(request.place.draft));
        });
        RecordingModel model(inner, *run.journal, run.run, "m");
        tell(pipe, 'b', 0);
        all = run_to_end(run.loop, work(model, pipe));
    }
    ::_exit(all ? 0 : 1);
}

struct Life {
    bool ended = false;  // by itself, with everything right
    std::vector<Report> reports;
};

// Without a bound it lives to its end.
Life live(const std::string& path, std::optional<std::chrono::microseconds> at_most) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::close(ends[0]);
        child(path, ends[1]);
    }
    ::close(ends[1]);
    Life life;
    Report report{};
    if (::read(ends[0], &report, sizeof report) == sizeof report) {
        EXPECT_EQ(report.what, 'b');
        if (at_most) std::this_thread::sleep_for(*at_most);
    }
    if (at_most) ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    while (::read(ends[0], &report, sizeof report) == sizeof report) life.reports.push_back(report);
    ::close(ends[0]);
    life.ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    EXPECT_TRUE(life.ended || WIFSIGNALED(status));
    return life;
}

TEST(Crash, LosesNothingThatWasFinishedWhereverItIsKilled) {
    const TemporaryFolder folder;
    std::mt19937 random(1);
    int kills = 0;
    for (int run = 0; run < 2; ++run) {
        const std::string path = folder.file("j" + std::to_string(run));
        std::set<int> finished;
        bool ended = false;
        // On a machine that is busy a life gets nowhere in its time: the last one has no bound.
        for (int life = 0; life <= kKills && !ended; ++life) {
            const auto most = std::chrono::microseconds(random() % (2000U + 1000U * static_cast<unsigned>(life)));
            const Life now = live(path, life < kKills ? std::optional(most) : std::nullopt);
            kills += now.ended ? 0 : 1;
            const std::set<int> before = finished;
            for (const Report& report : now.reports) {
                if (report.what == 'a')
                    EXPECT_FALSE(before.contains(report.draft)) << report.draft << " was asked again";
                if (report.what == 'f') finished.insert(report.draft);
            }
            ended = now.ended;
        }
        EXPECT_TRUE(ended);
        EXPECT_EQ(finished.size(), static_cast<std::size_t>(kDrafts));
        const auto reader = JournalReader::open(path).value();
        std::set<int> recorded;
        for (const RecordedCall& call : all_calls(*reader, 1)) {
            EXPECT_NE(call.state, RecordedCall::State::in_flight);
            if (call.state != RecordedCall::State::ended) continue;
            EXPECT_TRUE(recorded.insert(call.request.place.draft).second);
            EXPECT_EQ(call.completion.text, solution(call.request.place.draft));
        }
        EXPECT_EQ(recorded.size(), static_cast<std::size_t>(kDrafts));
    }
    RecordProperty("kills", kills);
    std::printf("%d processes killed\n", kills);
}

}  // namespace
}  // namespace retort::test

// One journal, several runs: what one has drawn the others are given.
#include <gmock/gmock.h>

#include "model/sharing_model.h"
#include "record/support.h"

namespace retort::test {
namespace {

JournalOptions extending() {
    return {JournalOptions::Mode::extend, SyncMode::process, "retort test", {}, 0};
}

Completion numbered(const CompletionRequest& request) {
    return scripted_text("draft " + std::to_string(request.place.draft));
}

struct TwoRuns {
    explicit TwoRuns(const std::string& path)
        : journal(Journal::open(path, extending()).value()), first(begin("aa", 1)), second(begin("bb", 2)) {}

    RunKey begin(const std::string& id, int k) {
        return run_to_end(loop, journal->begin_run(header(id, "{\"k\":" + std::to_string(k) + "}"))).value();
    }

    Completion ask(RunKey run, CompletionRequest request) {
        SharingModel sharing(model, *journal, run);
        RecordingModel recording(sharing, *journal, run, "m");
        Completion out = run_to_end(loop, recording.complete(std::move(request), {}, {}));
        shared += sharing.shared_calls();
        return out;
    }

    asio::io_context loop;
    ScriptedModel model{numbered};
    std::shared_ptr<Journal> journal;
    RunKey first;
    RunKey second;
    std::int64_t shared = 0;
};

TEST(Sharing, DrawsTheSameCallOnceForTwoRuns) {
    const TemporaryFolder folder;
    TwoRuns runs(folder.file("j.db"));
    const Completion drawn = runs.ask(runs.first, request_at(draft_place(1, 0)));
    const Completion given = runs.ask(runs.second, request_at(draft_place(1, 0)));
    expect_equal(drawn, given);
    EXPECT_EQ(runs.model.asked().size(), 1U);
    EXPECT_EQ(runs.shared, 1);
}

TEST(Sharing, DrawsWhatDiffersInPlaceOrRequest) {
    const TemporaryFolder folder;
    TwoRuns runs(folder.file("j.db"));
    runs.ask(runs.first, request_at(draft_place(1, 0)));
    runs.ask(runs.second, request_at(draft_place(1, 1)));
    runs.ask(runs.second, request_at(draft_place(1, 0), "another prompt"));
    CompletionRequest hotter = request_at(draft_place(1, 0, 1));
    runs.ask(runs.first, hotter);
    hotter.temperature = 0.5;
    runs.ask(runs.second, hotter);
    EXPECT_EQ(runs.model.asked().size(), 5U);
    EXPECT_EQ(runs.shared, 0);
}

TEST(Sharing, NeverGivesAFailureAgain) {
    const TemporaryFolder folder;
    TwoRuns runs(folder.file("j.db"));
    runs.model = ScriptedModel(
        [](const CompletionRequest&) { return failed_completion({CallErrorKind::connection, "refused", true, 0, 0}); });
    runs.ask(runs.first, request_at(draft_place(1, 0)));
    runs.ask(runs.second, request_at(draft_place(1, 0)));
    EXPECT_EQ(runs.model.asked().size(), 2U);
}

TEST(Sharing, StandsInTheJournalAsAnEvent) {
    const TemporaryFolder folder;
    const std::string path = folder.file("j.db");
    RunKey second = 0;
    {
        TwoRuns runs(path);
        second = runs.second;
        runs.ask(runs.first, request_at(draft_place(1, 0)));
        runs.ask(runs.second, request_at(draft_place(1, 0)));
    }
    const auto reader = JournalReader::open(path).value();
    std::vector<std::string> kinds;
    reader
        ->events(second,
                 [&](const RecordedEvent& event) {
                     kinds.push_back(event.kind);
                     return true;
                 })
        .value();
    EXPECT_THAT(kinds, testing::ElementsAre("shared"));
    EXPECT_EQ(all_calls(*reader, second).size(), 1U);
}

TEST(Extending, BeginsARunBesideTheOnesThatAreThereAndGoesOnWithThose) {
    const TemporaryFolder folder;
    const std::string path = folder.file("j.db");
    {
        OpenRun run(path);
    }
    OpenRun again(path, extending());
    EXPECT_TRUE(again.journal->continues(again.run));
    const RunKey other = run_to_end(again.loop, again.journal->begin_run(header("bb", R"({"think":5})"))).value();
    EXPECT_FALSE(again.journal->continues(other));
}

}  // namespace
}  // namespace retort::test

// The journal as one process uses it: what is written comes back, exactly; what is in the way is said clearly.
#include "record/journal.h"

#include <gmock/gmock.h>

#include <fstream>
#include <limits>

#include "record/support.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

// Every field away from its default, text that is neither UTF-8 nor free of zero bytes.
Completion rich_completion() {
    Completion out;
    out.finish = Finish::length;
    out.reasoning = std::string("thought \xff\xfe and \0 zero", 22);
    out.text = "the answer is \xc3\xa4\n";
    out.usage = {11, 22, 3, 4, true};
    out.thinking = ThinkingControl::continued;
    out.thinking_cut = true;
    out.requests = 2;
    out.trace = {{1, -2, 2147483647}, {-0.25F, -std::numeric_limits<float>::infinity(), 0.0F}, {0, 1, 1}};
    out.wall_s = 0.1;
    out.first_token_s = 1.0 / 3.0;
    FailedAttempt attempt;
    attempt.error = {CallErrorKind::rate_limited, "slow down", true, 1.5, 429};
    attempt.usage = {5, 6, 0, 1, false};
    attempt.wall_s = 0.7;
    out.failed = {attempt, attempt};
    out.notes = {"a note", ""};
    return out;
}

TEST(Journal, GivesBackEveryFieldOfACompletion) {
    const TemporaryFolder folder;
    const Completion written = rich_completion();
    CompletionRequest request = request_at(draft_place(1, 0));
    request.logprobs = true;
    request.temperature = 0.1;
    {
        OpenRun first(folder.file("j.db"));
        first.complete(request, written);
    }
    OpenRun again(folder.file("j.db"), resuming());
    const auto call = again.recall(request);
    ASSERT_TRUE(call.has_value());
    EXPECT_EQ(call->state, RecordedCall::State::ended);
    EXPECT_EQ(call->request.place, request.place);
    EXPECT_EQ(call->request.temperature, 0.1);
    EXPECT_EQ(call->request.seed, request.seed);
    EXPECT_EQ(call->request.prompt_hash, "template");
    expect_equal(call->completion, written);
}

TEST(Journal, LeavesOneFileAfterAClose) {
    const TemporaryFolder folder;
    {
        OpenRun first(folder.file("j.db"));
        first.complete(request_at(draft_place(1, 0)), scripted_text("yes"));
        EXPECT_GT(folder.files(), 1U);
        EXPECT_TRUE(first.journal->close());
        EXPECT_EQ(folder.files(), 1U);
    }
    EXPECT_EQ(folder.files(), 1U);
}

TEST(Journal, GivesAnErrorAfterItIsClosed) {
    const TemporaryFolder folder;
    OpenRun run(folder.file("j.db"));
    EXPECT_TRUE(run.journal->close());
    const auto call = run_to_end(run.loop, run.journal->started(run.run, request_at(draft_place(1, 0))));
    ASSERT_FALSE(call);
    EXPECT_THAT(call.error().message, HasSubstr("closed"));
}

TEST(Journal, StoresTheSamePromptOnce) {
    const TemporaryFolder folder;
    const std::string large(100'000, 'x');
    {
        OpenRun run(folder.file("j.db"));
        for (int i = 0; i < 50; ++i) run.complete(request_at(draft_place(1, i), large), scripted_text("yes"));
    }
    EXPECT_LT(std::filesystem::file_size(folder.file("j.db")), 400'000U);
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto calls = all_calls(*reader, reader->runs().value().front().key);
    ASSERT_EQ(calls.size(), 50U);
    EXPECT_EQ(calls.front().prompt, calls.back().prompt);
    const Prompt prompt = reader->prompt(calls.front().prompt).value();
    EXPECT_EQ(*std::get<Messages>(prompt), *user_message(large));
}

TEST(Journal, KeepsPromptsThatAreTokens) {
    const TemporaryFolder folder;
    CompletionRequest request = request_at(draft_place(1, 0));
    request.prompt = std::make_shared<const std::vector<TokenId>>(std::vector<TokenId>{3, 1, 2});
    {
        OpenRun run(folder.file("j.db"));
        run.complete(request, scripted_text("yes"));
    }
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto calls = all_calls(*reader, reader->runs().value().front().key);
    const Prompt prompt = reader->prompt(calls.front().prompt).value();
    EXPECT_EQ(*std::get<TokenSequence>(prompt), (std::vector<TokenId>{3, 1, 2}));
}

TEST(Journal, RefusesAFileThatHasRunsUnlessResuming) {
    const TemporaryFolder folder;
    {
        const OpenRun first(folder.file("j.db"));
    }
    const auto again = Journal::open(folder.file("j.db"), creating());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::usage);
    EXPECT_THAT(again.error().message, HasSubstr("--resume"));
}

TEST(Journal, LeavesNoFileOfItsOwnInWhichNoRunWasBegun) {
    const TemporaryFolder folder;
    {
        const auto journal = Journal::open(folder.file("j.db"), creating()).value();
        EXPECT_EQ(folder.files(), 3U) << "the file, its log and what its readers share";
    }
    EXPECT_EQ(folder.files(), 0U);
    std::ofstream(folder.file("mine.db")).flush();
    {
        const auto journal = Journal::open(folder.file("mine.db"), creating()).value();
    }
    EXPECT_EQ(folder.files(), 1U) << "a file that was there stays";
}

TEST(Journal, TakesAFileInWhichNoRunWasBegun) {
    const TemporaryFolder folder;
    {
        const auto killed = open_for_writing(folder.file("j.db"), {}).value();
    }
    const OpenRun second(folder.file("j.db"));
    EXPECT_FALSE(second.journal->continues(second.run));
}

TEST(Journal, NamesTheSettingsThatDifferWhenResuming) {
    const TemporaryFolder folder;
    {
        const OpenRun first(folder.file("j.db"), creating(),
                            header("aa", R"({"think":8192,"k":2,"model":{"name":"a"}})"));
    }
    asio::io_context loop;
    const auto journal = Journal::open(folder.file("j.db"), resuming()).value();
    const auto run =
        run_to_end(loop, journal->begin_run(header("bb", R"({"think":4096,"k":2,"model":{"name":"b"},"seed":1})")));
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().kind, ErrorKind::usage);
    EXPECT_THAT(run.error().message, HasSubstr("think=8192 in the journal, now think=4096"));
    EXPECT_THAT(run.error().message, HasSubstr("model.name=a in the journal, now model.name=b"));
    EXPECT_THAT(run.error().message, HasSubstr("seed=unset in the journal, now seed=1"));
    EXPECT_THAT(run.error().message, testing::Not(HasSubstr(" k=")));
}

TEST(Journal, BeginsTheRunWhenThereIsNothingToResume) {
    const TemporaryFolder folder;
    const OpenRun run(folder.file("j.db"), resuming());
    EXPECT_FALSE(run.journal->continues(run.run));
}

TEST(Journal, HoldsSeveralRuns) {
    const TemporaryFolder folder;
    {
        OpenRun first(folder.file("j.db"));
        const RunKey second = run_to_end(first.loop, first.journal->begin_run(header("bb"))).value();
        first.complete(request_at(draft_place(1, 0)), scripted_text("of the first"));
        const auto call = run_to_end(first.loop, first.journal->started(second, request_at(draft_place(1, 0)))).value();
        first.finished(call, scripted_text("of the second"));
        const auto twice = run_to_end(first.loop, first.journal->begin_run(header("bb")));
        EXPECT_FALSE(twice);
    }
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto runs = reader->runs().value();
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[1].header.run_id, "bb");
    EXPECT_EQ(all_calls(*reader, runs[1].key).front().completion.text, "of the second");
    OpenRun again(folder.file("j.db"), resuming(), header("bb"));
    EXPECT_EQ(again.recall(request_at(draft_place(1, 0)))->completion.text, "of the second");
}

TEST(Journal, RecordsCallsInFlightAsLost) {
    const TemporaryFolder folder;
    {
        OpenRun first(folder.file("j.db"));
        first.complete(request_at(draft_place(1, 0)), scripted_text("yes"));
        (void)first.started(request_at(draft_place(1, 1)));
    }
    OpenRun again(folder.file("j.db"), resuming());
    EXPECT_EQ(again.journal->lost_calls(), 1);
    EXPECT_TRUE(again.recall(request_at(draft_place(1, 0))).has_value());
    EXPECT_FALSE(again.recall(request_at(draft_place(1, 1))).has_value());
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto calls = all_calls(*reader, again.run);
    ASSERT_EQ(calls.size(), 2U);
    EXPECT_EQ(calls[1].state, RecordedCall::State::lost);
    EXPECT_EQ(calls[1].session, 1);
}

TEST(Journal, RefusesAnotherRequestAtTheSamePlace) {
    const TemporaryFolder folder;
    {
        OpenRun first(folder.file("j.db"));
        first.complete(request_at(draft_place(1, 0)), scripted_text("yes"));
    }
    OpenRun again(folder.file("j.db"), resuming());
    CompletionRequest other = request_at(draft_place(1, 0));
    other.think = 5;
    const auto call = run_to_end(again.loop, again.journal->recall(again.run, other));
    ASSERT_FALSE(call);
    EXPECT_THAT(call.error().message, HasSubstr("r1.d0"));
    EXPECT_THAT(call.error().message, HasSubstr("think=100 in the journal, now think=5"));
    EXPECT_TRUE(again.journal->failure().has_value());
}

TEST(Journal, TellsAnotherPromptAtTheSamePlace) {
    const TemporaryFolder folder;
    {
        OpenRun first(folder.file("j.db"));
        first.complete(request_at(draft_place(1, 0), "one"), scripted_text("yes"));
    }
    OpenRun again(folder.file("j.db"), resuming());
    const auto call = run_to_end(again.loop, again.journal->recall(again.run, request_at(draft_place(1, 0), "two")));
    ASSERT_FALSE(call);
    EXPECT_THAT(call.error().message, HasSubstr("prompt="));
}

TEST(Journal, KeepsEventsInOrder) {
    const TemporaryFolder folder;
    {
        OpenRun run(folder.file("j.db"));
        for (int i = 0; i < 5; ++i) run.journal->event({0, run.run, "p", i, "warning", R"("text")", 0});
        EXPECT_TRUE(run_to_end(run.loop, run.journal->flush()));
    }
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    std::vector<int> samples;
    reader
        ->events(reader->runs().value().front().key,
                 [&](const RecordedEvent& event) {
                     EXPECT_EQ(event.kind, "warning");
                     EXPECT_EQ(event.body_json, R"("text")");
                     samples.push_back(event.sample);
                     return true;
                 })
        .value();
    EXPECT_EQ(samples, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Journal, TakesItsTimesFromTheClockItIsGiven) {
    const TemporaryFolder folder;
    double now = 100;
    JournalOptions options = creating();
    options.now = [&] { return now += 1; };
    {
        OpenRun run(folder.file("j.db"), options);
        now = 200;
        run.complete(request_at(draft_place(1, 0)), scripted_text("yes"));
    }
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto calls = all_calls(*reader, reader->runs().value().front().key);
    EXPECT_EQ(calls[0].started_unix, 201);
    EXPECT_EQ(calls[0].ended_unix, 202);
}

TEST(Journal, WritesWithFullSyncToo) {
    const TemporaryFolder folder;
    JournalOptions options = creating();
    options.sync = SyncMode::full;
    {
        OpenRun run(folder.file("j.db"), options);
        run.complete(request_at(draft_place(1, 0)), scripted_text("yes"));
    }
    OpenRun again(folder.file("j.db"), resuming());
    EXPECT_TRUE(again.recall(request_at(draft_place(1, 0))).has_value());
}

TEST(Journal, CanBeReadWhileItIsWritten) {
    const TemporaryFolder folder;
    OpenRun run(folder.file("j.db"));
    run.complete(request_at(draft_place(1, 0)), scripted_text("first"));
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    EXPECT_EQ(all_calls(*reader, run.run).size(), 1U);
    run.complete(request_at(draft_place(1, 1)), scripted_text("second"));
    EXPECT_EQ(all_calls(*reader, run.run).size(), 2U);
}

TEST(Journal, LeavesOutLargeColumnsThatAreNotWanted) {
    const TemporaryFolder folder;
    {
        OpenRun run(folder.file("j.db"));
        run.complete(request_at(draft_place(1, 0)), rich_completion());
    }
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto calls = all_calls(*reader, 1, {false, false});
    EXPECT_EQ(calls.front().completion.text, "");
    EXPECT_TRUE(calls.front().completion.trace.ids.empty());
    EXPECT_EQ(calls.front().completion.usage.out, 22);
    EXPECT_EQ(calls.front().completion.failed.size(), 2U);
}

}  // namespace
}  // namespace retort::test

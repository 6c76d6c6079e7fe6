// Resuming and replaying through the models: what is asked, what is given back, in which order.
#include <gmock/gmock.h>

#include "async/sleep.h"
#include "record/support.h"

namespace retort::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Landing {
    std::size_t draft;
    std::string text;
    bool operator==(const Landing&) const = default;
};

// A round, then a call that reads what landed, so that another order gives another request.
Task<std::vector<Landing>> round_and_final(LanguageModel& model, int width) {
    Nursery<Completion> drafts(co_await asio::this_coro::executor);
    for (int i = 0; i < width; ++i) drafts.spawn(model.complete(request_at(draft_place(1, i)), {}, {}));
    std::vector<Landing> out;
    std::string seen;
    while (drafts.outstanding() > 0) {
        auto landed = co_await drafts.next();
        out.push_back({landed.index, landed.value.text});
        seen += landed.value.text + ";";
    }
    Place place = draft_place(2, -1);
    place.role = CallRole::final;
    const Completion final_answer = co_await model.complete(request_at(place, seen), {}, {});
    out.push_back({99, final_answer.text});
    co_return out;
}

ScriptedModel::Latency shuffled() {
    return [](const CompletionRequest& request) {
        return std::chrono::milliseconds(1 + 3 * (request.place.draft * 5 % 8));
    };
}

ScriptedModel::Script telling_place() {
    return [](const CompletionRequest& request) {
        Completion out = scripted_text(request.place.path());
        out.wall_s = 0.25 + request.place.draft;
        return out;
    };
}

ScriptedModel::Script forbidden() {
    return [](const CompletionRequest& request) {
        ADD_FAILURE() << request.place.path() << " was asked";
        return scripted_text("");
    };
}

std::vector<Landing> record(const std::string& path) {
    OpenRun run(path);
    ScriptedModel inner(telling_place(), shuffled());
    RecordingModel model(inner, *run.journal, run.run, "m");
    return run_to_end(run.loop, round_and_final(model, 8));
}

TEST(Replay, GivesTheSameCompletionsInTheSameOrderWithoutAModel) {
    const TemporaryFolder folder;
    const auto first = record(folder.file("j.db"));
    ASSERT_EQ(first.size(), 9U);
    EXPECT_NE(first[1].draft, 1U) << "the order should not be that of asking";
    for (int again = 0; again < 3; ++again) {
        const auto reader = JournalReader::open(folder.file("j.db")).value();
        const auto model = ReplayingModel::make(*reader, 1, "m").value();
        asio::io_context loop;
        EXPECT_EQ(run_to_end(loop, round_and_final(*model, 8)), first);
        EXPECT_EQ(model->replayed_calls(), 9);
    }
}

TEST(Resume, GivesBackInTheOrderOfTheFirstTimeAndAsksNothingAgain) {
    const TemporaryFolder folder;
    const auto first = record(folder.file("j.db"));
    OpenRun run(folder.file("j.db"), resuming());
    ScriptedModel inner(forbidden());
    RecordingModel model(inner, *run.journal, run.run, "m");
    EXPECT_EQ(run_to_end(run.loop, round_and_final(model, 8)), first);
    EXPECT_EQ(model.resumed_calls(), 9);
}

TEST(Resume, AsksOnlyForWhatIsMissing) {
    const TemporaryFolder folder;
    {
        OpenRun run(folder.file("j.db"));
        run.complete(request_at(draft_place(1, 2)), scripted_text("r1.d2"));
        run.complete(request_at(draft_place(1, 0)), scripted_text("r1.d0"));
    }
    OpenRun run(folder.file("j.db"), resuming());
    ScriptedModel inner(telling_place());
    RecordingModel model(inner, *run.journal, run.run, "m");
    const auto landings = run_to_end(run.loop, round_and_final(model, 3));
    EXPECT_THAT(landings,
                ElementsAre(Landing{2, "r1.d2"}, Landing{0, "r1.d0"}, Landing{1, "r1.d1"}, Landing{99, "final"}));
    ASSERT_EQ(inner.asked().size(), 2U);
    EXPECT_EQ(inner.asked()[0].place.draft, 1);
}

TEST(Resume, GivesOneDeltaWithTheWholeText) {
    const TemporaryFolder folder;
    const CompletionRequest request = request_at(draft_place(1, 0));
    Completion recorded = scripted_text("the whole text", "thought");
    recorded.usage = {5, 7, 0, 3, false};
    {
        OpenRun run(folder.file("j.db"));
        run.complete(request, recorded);
    }
    OpenRun run(folder.file("j.db"), resuming());
    ScriptedModel inner(forbidden());
    RecordingModel model(inner, *run.journal, run.run, "m");
    std::vector<std::string> deltas;
    const OnDelta on_delta = [&](const Delta& delta) {
        deltas.push_back((delta.reasoning ? "reasoning:" : "text:") + std::string(delta.text));
        if (!delta.reasoning) EXPECT_EQ(delta.tokens_out, 7);
    };
    (void)run_to_end(run.loop, model.complete(request, on_delta, {}));
    EXPECT_THAT(deltas, ElementsAre("reasoning:thought", "text:the whole text"));
}

Completion failure() {
    CallError error;
    error.kind = CallErrorKind::server;
    error.message = "down";
    Completion out = failed_completion(error);
    out.failed = {{error, {}, 0.5}};
    return out;
}

TEST(Resume, AsksAgainForWhatFailedAndReplaysTheFailure) {
    const TemporaryFolder folder;
    const CompletionRequest request = request_at(draft_place(1, 0));
    {
        OpenRun run(folder.file("j.db"));
        ScriptedModel inner([](const CompletionRequest&) { return failure(); });
        RecordingModel model(inner, *run.journal, run.run, "m");
        const Completion completion = run_to_end(run.loop, model.complete(request, {}, {}));
        EXPECT_EQ(completion.finish, Finish::error);
    }
    {
        const auto reader = JournalReader::open(folder.file("j.db")).value();
        const auto model = ReplayingModel::make(*reader, 1, "m").value();
        asio::io_context loop;
        expect_equal(run_to_end(loop, model->complete(request, {}, {})), failure());
    }
    OpenRun run(folder.file("j.db"), resuming());
    ScriptedModel inner([](const CompletionRequest&) { return scripted_text("now it works"); });
    RecordingModel model(inner, *run.journal, run.run, "m");
    EXPECT_EQ(run_to_end(run.loop, model.complete(request, {}, {})).text, "now it works");
    EXPECT_EQ(model.resumed_calls(), 0);
}

// Cancelled after a failed attempt, both metered.
Completion cancelled() {
    Completion out;
    out.finish = Finish::cancelled;
    out.usage = {10, 4, 3, 2, true};
    out.failed = {{{}, {10, 1, 0, 0, false}, 0.5}};
    return out;
}

Completion resumed(const std::string& path, const ScriptedModel::Script& script) {
    OpenRun run(path, resuming());
    ScriptedModel inner(script);
    RecordingModel model(inner, *run.journal, run.run, "m");
    return run_to_end(run.loop, model.complete(request_at(draft_place(1, 0)), {}, {}));
}

TEST(Resume, CountsWhatEarlierProcessesSpentOnACallThatDidNotComplete) {
    const TemporaryFolder folder;
    const std::string path = folder.file("j.db");
    OpenRun(path).complete(request_at(draft_place(1, 0)), cancelled());
    const auto again = [](const CompletionRequest&) { return cancelled(); };
    EXPECT_EQ(resumed(path, again).before, (Usage{20, 5, 3, 2, true}));
    const Usage twice{40, 10, 6, 4, true};
    EXPECT_EQ(resumed(path, telling_place()).before, twice);
    EXPECT_EQ(resumed(path, forbidden()).before, twice) << "given back";
    const auto reader = JournalReader::open(path).value();
    const auto model = ReplayingModel::make(*reader, 1, "m").value();
    asio::io_context loop;
    const Completion replayed = run_to_end(loop, model->complete(request_at(draft_place(1, 0)), {}, {}));
    EXPECT_EQ(replayed.text, "r1.d0");
    EXPECT_EQ(replayed.before, twice);
}

TEST(Replay, SaysWhatIsNotInTheJournal) {
    const TemporaryFolder folder;
    (void)record(folder.file("j.db"));
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto model = ReplayingModel::make(*reader, 1, "m").value();
    asio::io_context loop;
    const Completion missing = run_to_end(loop, model->complete(request_at(draft_place(3, 0)), {}, {}));
    ASSERT_TRUE(missing.error.has_value());
    EXPECT_EQ(missing.error->kind, CallErrorKind::journal);
    EXPECT_THAT(missing.error->message, HasSubstr("r3.d0 (problem p, sample 0) is not in the journal"));
    const Completion other = run_to_end(loop, model->complete(request_at(draft_place(1, 0), "another"), {}, {}));
    ASSERT_TRUE(other.error.has_value());
    EXPECT_EQ(other.error->kind, CallErrorKind::journal);
    EXPECT_FALSE(ReplayingModel::make(*reader, 1, "unknown"));
}

TEST(Replay, GivesWhatNobodyAsksForAMissAndGoesOn) {
    const TemporaryFolder folder;
    {
        OpenRun run(folder.file("j.db"));
        for (int i = 0; i < 3; ++i) run.complete(request_at(draft_place(1, i)), scripted_text(std::to_string(i)));
    }
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto model = ReplayingModel::make(*reader, 1, "m");
    ASSERT_FALSE(model) << "no model was recorded by hand";
    asio::io_context loop;
    const auto last = run_to_end(loop, reader->recall(1, request_at(draft_place(1, 2))));
    EXPECT_EQ(last.value().completion.text, "2");
    const auto first = run_to_end(loop, reader->recall(1, request_at(draft_place(1, 0))));
    EXPECT_EQ(first.value().completion.text, "0");
}

TEST(Replay, RepeatsCountsAndWhatIsKnownOfTheModel) {
    const TemporaryFolder folder;
    {
        OpenRun run(folder.file("j.db"));
        ScriptedModel inner(telling_place());
        inner.set_info({"small", 4096, true, "here"});
        RecordingModel model(inner, *run.journal, run.run, "m");
        EXPECT_EQ(run_to_end(run.loop, model.count_tokens("one two three")).tokens, 3);
        EXPECT_EQ(run_to_end(run.loop, model.count_prompt(user_message("one two"))).tokens, 2);
    }
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto model = ReplayingModel::make(*reader, 1, "m").value();
    asio::io_context loop;
    EXPECT_EQ(run_to_end(loop, model->count_tokens("one two three")).tokens, 3);
    EXPECT_TRUE(run_to_end(loop, model->count_tokens("one two three")).exact);
    EXPECT_EQ(run_to_end(loop, model->count_prompt(user_message("one two"))).tokens, 2);
    EXPECT_EQ(model->info().context, 4096);
    EXPECT_EQ(model->info().where, "here");
    EXPECT_TRUE(model->info().marks_reasoning);
    EXPECT_EQ(model->missing_counts(), 0);
    EXPECT_FALSE(run_to_end(loop, model->count_tokens("not counted before")).exact);
    EXPECT_EQ(model->missing_counts(), 1);
}

TEST(Resume, KeepsWhatWasKnownOfTheModel) {
    const TemporaryFolder folder;
    ScriptedModel inner(telling_place());
    inner.set_info({"small", 4096, true, "here"});
    {
        OpenRun run(folder.file("j.db"));
        const RecordingModel model(inner, *run.journal, run.run, "m");
    }
    inner.set_info({"small", 8192, false, "there"});
    OpenRun run(folder.file("j.db"), resuming());
    const RecordingModel model(inner, *run.journal, run.run, "m");
    EXPECT_EQ(model.info().context, 4096);
    EXPECT_TRUE(model.info().marks_reasoning);
}

TEST(Replay, TellsModelsOfOneRunApartByTheirPlaces) {
    const TemporaryFolder folder;
    Place summary = draft_place(1, -1);
    summary.role = CallRole::summary;
    {
        OpenRun run(folder.file("j.db"));
        ScriptedModel a([](const CompletionRequest&) { return scripted_text("a"); });
        ScriptedModel b([](const CompletionRequest&) { return scripted_text("b"); });
        RecordingModel drafts(a, *run.journal, run.run, "drafts");
        RecordingModel distiller(b, *run.journal, run.run, "distiller");
        (void)run_to_end(run.loop, drafts.complete(request_at(draft_place(1, 0)), {}, {}));
        (void)run_to_end(run.loop, distiller.complete(request_at(summary), {}, {}));
    }
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto drafts = ReplayingModel::make(*reader, 1, "drafts").value();
    const auto distiller = ReplayingModel::make(*reader, 1, "distiller").value();
    asio::io_context loop;
    EXPECT_EQ(run_to_end(loop, drafts->complete(request_at(draft_place(1, 0)), {}, {})).text, "a");
    EXPECT_EQ(run_to_end(loop, distiller->complete(request_at(summary), {}, {})).text, "b");
}

}  // namespace
}  // namespace retort::test

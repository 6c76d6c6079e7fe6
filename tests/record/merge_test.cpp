// Journals of shards become one: all that they hold, once each, under one run; or nothing at all.
#include <gmock/gmock.h>

#include <fstream>
#include <functional>

#include "record/merge.h"
#include "record/support.h"

namespace retort::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Place place_of(const std::string& problem, int draft = 0, int sample = 0) {
    Place out = draft_place(1, draft, sample);
    out.problem = problem;
    return out;
}

void tell(OpenRun& run, const std::string& problem, int sample, const std::string& kind, const std::string& body) {
    RecordedEvent event;
    event.run = run.run;
    event.problem = problem;
    event.sample = sample;
    event.kind = kind;
    event.body_json = body;
    run.journal->event(std::move(event));
}

// A journal in which each of these problems was brought to its end.
std::string journal_of(const TemporaryFolder& folder, const std::string& name, const std::vector<std::string>& problems,
                       const std::string& answer = "yes") {
    OpenRun run(folder.file(name));
    for (const char* problem : {"a", "b", "c"}) tell(run, problem, -1, "problem", "{}");
    for (const std::string& problem : problems) {
        run.complete(request_at(place_of(problem), "solve " + problem), scripted_text(answer));
        tell(run, problem, 0, "result", R"({"of":")" + problem + "\"}");
    }
    return folder.file(name);
}

std::vector<RecordedEvent> all_events(JournalReader& reader, RunKey run) {
    std::vector<RecordedEvent> out;
    reader
        .events(run,
                [&](const RecordedEvent& event) {
                    out.push_back(event);
                    return true;
                })
        .value();
    return out;
}

std::vector<std::string> problems_of(const std::vector<RecordedEvent>& events, const std::string& kind) {
    std::vector<std::string> out;
    for (const RecordedEvent& event : events)
        if (event.kind == kind) out.push_back(event.problem);
    return out;
}

// Nothing was made, and nothing is left beside it.
void expect_nothing(const TemporaryFolder& folder, std::size_t files) {
    EXPECT_FALSE(std::filesystem::exists(folder.file("out.db")));
    EXPECT_EQ(folder.files(), files);
}

TEST(Merge, MakesTheShardsOfARunOneRun) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a", "c"});
    const auto b = journal_of(folder, "b.db", {"b"});
    const MergedJournal merged = merge_journals(folder.file("out.db"), {a, b}).value();
    EXPECT_EQ(merged.runs, 1);
    EXPECT_EQ(merged.samples, 3);
    EXPECT_EQ(merged.calls, 3);
    EXPECT_TRUE(merged.caveats.empty());
    EXPECT_EQ(folder.files(), 3U);
    const auto reader = JournalReader::open(folder.file("out.db")).value();
    const auto runs = reader->runs().value();
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs[0].header.run_id, header().run_id);
    EXPECT_EQ(runs[0].header.config_json, header().config_json);
    EXPECT_EQ(runs[0].header.started_unix, header().started_unix);
    const auto events = all_events(*reader, runs[0].key);
    EXPECT_EQ(problems_of(events, "problem"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(problems_of(events, "result"), (std::vector<std::string>{"a", "c", "b"}));
    for (const RecordedCall& call : all_calls(*reader, runs[0].key)) {
        const Prompt prompt = reader->prompt(call.prompt).value();
        EXPECT_EQ(std::get<Messages>(prompt)->front().content, "solve " + call.request.place.problem);
    }
}

TEST(Merge, GivesARunThatRemembersEveryCall) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a"});
    const auto b = journal_of(folder, "b.db", {"b"});
    ASSERT_TRUE(merge_journals(folder.file("out.db"), {a, b}));
    OpenRun again(folder.file("out.db"), resuming());
    EXPECT_TRUE(again.journal->continues(again.run));
    EXPECT_EQ(again.recall(request_at(place_of("a"), "solve a"))->completion.text, "yes");
    EXPECT_EQ(again.recall(request_at(place_of("b"), "solve b"))->completion.text, "yes");
    EXPECT_FALSE(again.recall(request_at(place_of("c"), "solve c")).has_value());
    again.complete(request_at(place_of("c"), "solve c"), scripted_text("later"));
}

TEST(Merge, CopiesEveryFieldOfACall) {
    const TemporaryFolder folder;
    Completion full = scripted_text("text \xe2\x88\x9e");
    full.reasoning = "because";
    full.usage = {5, 7, 1, 2, true};
    full.thinking = ThinkingControl::continued;
    full.thinking_cut = true;
    full.requests = 2;
    full.trace = {{1, 2, 3}, {-0.5F, 0, -1}, {0, 1, 0}};
    full.wall_s = 1.5;
    full.first_token_s = 0.25;
    full.failed.push_back({{CallErrorKind::server, "busy", true, 2.5, 503}, {1, 2, 0, 0, false}, 0.5});
    full.notes = {"one", "two"};
    {
        OpenRun run(folder.file("a.db"));
        run.complete(request_at(draft_place(1, 0)), full);
        run.complete(request_at(draft_place(1, 1)), failed_completion({CallErrorKind::refused, "no", false, 0, 400}));
        (void)run.started(request_at(draft_place(1, 2)));
    }
    {
        const OpenRun lost(folder.file("a.db"), resuming());
    }
    ASSERT_TRUE(merge_journals(folder.file("out.db"), {journal_of(folder, "b.db", {"b"}), folder.file("a.db")}));
    const auto before = JournalReader::open(folder.file("a.db")).value();
    const auto after = JournalReader::open(folder.file("out.db")).value();
    const auto found = after->sample_calls(1, "p", 0, {true, true}).value();
    const auto told = before->sample_calls(1, "p", 0, {true, true}).value();
    ASSERT_EQ(found.size(), 3U);
    for (std::size_t i = 0; i < found.size(); ++i) {
        expect_equal(found[i].completion, told[i].completion);
        EXPECT_EQ(found[i].request.place, told[i].request.place);
        EXPECT_EQ(found[i].request.seed, told[i].request.seed);
        EXPECT_EQ(found[i].request.prompt_hash, told[i].request.prompt_hash);
        EXPECT_EQ(found[i].state, told[i].state);
        EXPECT_EQ(found[i].started_unix, told[i].started_unix);
        EXPECT_EQ(found[i].ended_unix, told[i].ended_unix);
        EXPECT_LT(found[i].key, found[i].outcome);
    }
    EXPECT_EQ(found[2].state, RecordedCall::State::lost);
}

TEST(Merge, KeepsPromptsThatAreTokens) {
    const TemporaryFolder folder;
    CompletionRequest request = request_at(draft_place(1, 0));
    request.prompt = std::make_shared<const std::vector<TokenId>>(std::vector<TokenId>{7, -1, 300'000});
    {
        OpenRun(folder.file("a.db")).complete(request, scripted_text("yes"));
    }
    ASSERT_TRUE(merge_journals(folder.file("out.db"), {folder.file("a.db")}));
    OpenRun again(folder.file("out.db"), resuming());
    const auto call = again.recall(request);
    ASSERT_TRUE(call.has_value());
    const auto reader = JournalReader::open(folder.file("out.db")).value();
    EXPECT_EQ(*std::get<TokenSequence>(reader->prompt(call->prompt).value()), *std::get<TokenSequence>(request.prompt));
}

TEST(Merge, KeepsDifferentRunsApart) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a"});
    {
        OpenRun other(folder.file("b.db"), creating(), header("bb", R"({"think":200})"));
        other.complete(request_at(place_of("a"), "solve a"), scripted_text("another"));
    }
    EXPECT_EQ(merge_journals(folder.file("out.db"), {a, folder.file("b.db")}).value().runs, 2);
    const auto reader = JournalReader::open(folder.file("out.db")).value();
    const auto runs = reader->runs().value();
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(all_calls(*reader, runs[0].key).front().completion.text, "yes");
    EXPECT_EQ(all_calls(*reader, runs[1].key).front().completion.text, "another");
}

TEST(Merge, KeepsWhatSeveralHaveOnce) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a", "b"});
    const auto b = journal_of(folder, "b.db", {"b", "c"});
    const MergedJournal merged = merge_journals(folder.file("out.db"), {a, b, a}).value();
    EXPECT_EQ(merged.samples, 3);
    EXPECT_EQ(merged.calls, 3);
    const auto reader = JournalReader::open(folder.file("out.db")).value();
    EXPECT_EQ(problems_of(all_events(*reader, 1), "result"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(problems_of(all_events(*reader, 1), "problem"), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Merge, RefusesDifferentCompletionsOfOneCallAndNamesBothFiles) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a", "b"});
    const auto b = journal_of(folder, "b.db", {"b"}, "no");
    const auto refused = merge_journals(folder.file("out.db"), {a, b});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_THAT(refused.error().message,
                AllOf(HasSubstr(a), HasSubstr(b), HasSubstr("r1.d0 (problem b, sample 0): other texts")));
    expect_nothing(folder, 2);
}

TEST(Merge, RefusesDifferentRequestsOfOneCall) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a"});
    {
        OpenRun other(folder.file("b.db"));
        other.complete(request_at(place_of("a"), "another prompt"), scripted_text("yes"));
    }
    const auto refused = merge_journals(folder.file("out.db"), {a, folder.file("b.db")});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, AllOf(HasSubstr("b.db"), HasSubstr("another request: prompt=")));
}

TEST(Merge, KeepsTheSampleThatCameFurther) {
    const TemporaryFolder folder;
    {
        OpenRun broken_off(folder.file("a.db"));
        broken_off.complete(request_at(place_of("a", 0)), scripted_text("yes"));
        broken_off.complete(request_at(place_of("a", 1)),
                            failed_completion({CallErrorKind::server, "x", false, 0, 500}));
        tell(broken_off, "a", 0, "result", R"({"failed":true})");
    }
    {
        OpenRun whole(folder.file("b.db"));
        for (int draft : {0, 1}) whole.complete(request_at(place_of("a", draft)), scripted_text("yes"));
        tell(whole, "a", 0, "result", R"({"failed":false})");
    }
    ASSERT_TRUE(merge_journals(folder.file("out.db"), {folder.file("a.db"), folder.file("b.db")}));
    const auto reader = JournalReader::open(folder.file("out.db")).value();
    const auto calls = all_calls(*reader, 1);
    ASSERT_EQ(calls.size(), 2U);
    EXPECT_TRUE(calls[0].completion.ok() && calls[1].completion.ok());
    const auto events = all_events(*reader, 1);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].body_json, R"({"failed":false})");
}

TEST(Merge, JoinsWhatTwoCompletedOfOneSample) {
    const TemporaryFolder folder;
    {
        OpenRun(folder.file("a.db")).complete(request_at(place_of("a", 0)), scripted_text("zero"));
    }
    {
        OpenRun(folder.file("b.db")).complete(request_at(place_of("a", 1)), scripted_text("one"));
    }
    EXPECT_EQ(merge_journals(folder.file("out.db"), {folder.file("a.db"), folder.file("b.db")}).value().calls, 2);
    OpenRun again(folder.file("out.db"), resuming());
    EXPECT_EQ(again.recall(request_at(place_of("a", 0)))->completion.text, "zero");
    EXPECT_EQ(again.recall(request_at(place_of("a", 1)))->completion.text, "one");
}

TEST(Merge, LetsEventsReferToTheCallsOfTheirOwnJournal) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a"});
    {
        OpenRun sweep(folder.file("b.db"));
        const CallKey drawn = sweep.started(request_at(place_of("b")));
        sweep.finished(drawn, scripted_text("drawn once"));
        const RunKey second = run_to_end(sweep.loop, sweep.journal->begin_run(header("bb"))).value();
        sweep.run = second;
        tell(sweep, "b", 0, "shared", R"({"path":"r1.d0","call":)" + std::to_string(drawn) + "}");
    }
    ASSERT_TRUE(merge_journals(folder.file("out.db"), {a, folder.file("b.db")}));
    const auto reader = JournalReader::open(folder.file("out.db")).value();
    const auto events = all_events(*reader, 2);
    ASSERT_EQ(events.size(), 1U);
    const CallKey referred = std::stoll(events[0].body_json.substr(events[0].body_json.find(':') + 1));
    EXPECT_EQ(reader->call(referred).value().completion.text, "drawn once");
}

TEST(Merge, KeepsTheFirstModelAndSaysWhereAnotherDiffers) {
    const TemporaryFolder folder;
    for (const auto& [file, context] : {std::pair("a.db", 4096), std::pair("b.db", 8192)}) {
        OpenRun run(folder.file(file));
        run.journal->model(run.run, "m", {"served", context, false, file});
    }
    const auto merged = merge_journals(folder.file("out.db"), {folder.file("a.db"), folder.file("b.db")}).value();
    ASSERT_EQ(merged.caveats.size(), 1U);
    EXPECT_THAT(merged.caveats[0], AllOf(HasSubstr("a.db"), HasSubstr("b.db"), HasSubstr("8192")));
    const auto reader = JournalReader::open(folder.file("out.db")).value();
    EXPECT_EQ(reader->models(1).value().at("m").context, 4096);
}

TEST(Merge, TakesExactCountsBeforeEstimates) {
    const TemporaryFolder folder;
    for (const bool exact : {false, true}) {
        OpenRun run(folder.file(exact ? "b.db" : "a.db"));
        run.journal->count(run.run, "m", std::string("text"), {exact ? 7 : 9, exact});
    }
    const auto merged = merge_journals(folder.file("out.db"), {folder.file("a.db"), folder.file("b.db")}).value();
    EXPECT_TRUE(merged.caveats.empty());
    const auto reader = JournalReader::open(folder.file("out.db")).value();
    EXPECT_EQ(reader->count(1, "m", std::string("text")).value()->tokens, 7);
}

TEST(Merge, RefusesAFileThatExists) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a"});
    for (const std::string& out : {a, folder.file("b.db")}) {
        if (out != a) std::ofstream(out) << "mine";
        const auto refused = merge_journals(out, {a});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::usage);
        EXPECT_THAT(refused.error().message, HasSubstr(out + ": the file exists already"));
    }
    EXPECT_EQ(folder.files(), 2U);
}

TEST(Merge, NamesAnInputThatIsNoJournalOfThisVersionOrDamaged) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a"});
    const std::string bad = folder.file("bad.db");
    const auto made_so = [&](const std::string& sql) {
        (void)journal_of(folder, "bad.db", {"b"});
        Database(bad, Database::Access::write).execute(sql);
    };
    const std::vector<std::pair<std::function<void()>, std::string>> cases{
        {[] {}, "no such journal"},
        {[&] { std::ofstream(bad) << std::string(5000, 'x'); }, "not an SQLite file"},
        {[&] { made_so("PRAGMA user_version=99"); }, "newer version"},
        {[&] { made_so("DROP TABLE note"); }, "damaged"},
        {[&] { made_so("UPDATE call SET role='king'"); }, "'king' is not a known name"},
        {[&] { made_so("DELETE FROM prompt"); }, "a prompt that is missing"},
        {[&] { made_so("DELETE FROM content"); }, "a part of a prompt is missing"},
        {[&] { made_so("UPDATE call SET id=-5"); }, "out of range"},
        {[&] { made_so("UPDATE event SET id=4611686018427387904 WHERE id=1"); }, "out of range"},
    };
    for (const auto& [make, because] : cases) {
        std::filesystem::remove(bad);
        make();
        const auto refused = merge_journals(folder.file("out.db"), {a, bad});
        ASSERT_FALSE(refused) << because;
        EXPECT_EQ(refused.error().kind, ErrorKind::file) << because;
        EXPECT_THAT(refused.error().message, AllOf(HasSubstr(bad), HasSubstr(because)));
        EXPECT_FALSE(std::filesystem::exists(folder.file("out.db")));
        EXPECT_FALSE(std::filesystem::exists(folder.file("out.db.part")));
    }
}

TEST(Merge, LeavesNothingOnAFullDisk) {
    const TemporaryFolder folder;
    {
        OpenRun run(folder.file("a.db"));
        for (int draft = 0; draft < 300; ++draft)
            run.complete(request_at(draft_place(1, draft)), scripted_text(std::string(3000, 'x')));
    }
    const auto refused = merge_journals(folder.file("out.db"), {folder.file("a.db")}, {100});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::file);
    EXPECT_THAT(refused.error().message,
                AllOf(HasSubstr(folder.file("out.db")), HasSubstr("full"), HasSubstr("merge again")));
    expect_nothing(folder, 1);
    EXPECT_EQ(merge_journals(folder.file("out.db"), {folder.file("a.db")}).value().calls, 300);
}

TEST(Merge, BeginsAnewWhatAMergeLeftThatWasKilled) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "a.db", {"a"});
    std::ofstream(folder.file("out.db.part")) << std::string(9000, 'x');
    ASSERT_TRUE(merge_journals(folder.file("out.db"), {a}));
    EXPECT_EQ(folder.files(), 2U);
}

TEST(Merge, RefusesAnInputWithItsTemporaryName) {
    const TemporaryFolder folder;
    const auto a = journal_of(folder, "out.db.part", {"a"});
    const auto refused = merge_journals(folder.file("out.db"), {a});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_THAT(refused.error().message, HasSubstr(a));
    EXPECT_EQ(merge_journals(folder.file("another.db"), {a}).value().calls, 1);
}

TEST(Merge, ReadsAJournalThatIsBeingWritten) {
    const TemporaryFolder folder;
    OpenRun writing(folder.file("a.db"));
    writing.complete(request_at(draft_place(1, 0)), scripted_text("done"));
    (void)writing.started(request_at(draft_place(1, 1)));
    EXPECT_EQ(merge_journals(folder.file("out.db"), {folder.file("a.db")}).value().calls, 2);
    const auto reader = JournalReader::open(folder.file("out.db")).value();
    EXPECT_EQ(all_calls(*reader, 1)[1].state, RecordedCall::State::in_flight);
    writing.complete(request_at(draft_place(1, 2)), scripted_text("and goes on"));
}

}  // namespace
}  // namespace retort::test

// Files that are no journals, or damaged ones: an error that says so, or what can be read; never a crash.
#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "record/schema.h"
#include "record/support.h"

namespace retort::test {
namespace {

using testing::HasSubstr;
using testing::Not;

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string read_file(const std::string& path) {
    std::stringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

void expect_refused(const std::string& path, const std::string& because) {
    const std::string before = read_file(path);
    const auto writing = Journal::open(path, resuming());
    ASSERT_FALSE(writing);
    EXPECT_EQ(writing.error().kind, ErrorKind::file);
    EXPECT_THAT(writing.error().message, HasSubstr(because));
    const auto reading = JournalReader::open(path);
    ASSERT_FALSE(reading);
    EXPECT_THAT(reading.error().message, HasSubstr(because));
    EXPECT_EQ(read_file(path), before) << "a file that is refused is left as it is";
}

TEST(Damage, AFileThatIsNotSqliteIsRefused) {
    const TemporaryFolder folder;
    for (const std::string& bytes : {std::string("x"), std::string(5000, 'x'), std::string("SQLite format 3\0", 16)}) {
        write_file(folder.file("j.db"), bytes);
        expect_refused(folder.file("j.db"), "not an SQLite file");
    }
}

TEST(Damage, AnotherProgramsDatabaseIsRefused) {
    const TemporaryFolder folder;
    {
        Database(folder.file("j.db"), Database::Access::write).execute("CREATE TABLE theirs(x)");
    }
    expect_refused(folder.file("j.db"), "another program's database");
}

TEST(Damage, AJournalOfALaterVersionIsRefused) {
    const TemporaryFolder folder;
    {
        const OpenRun run(folder.file("j.db"));
    }
    {
        Database(folder.file("j.db"), Database::Access::write).execute("PRAGMA user_version=2");
    }
    expect_refused(folder.file("j.db"), "newer version");
}

TEST(Damage, AJournalWithoutATableIsRefused) {
    const TemporaryFolder folder;
    {
        const OpenRun run(folder.file("j.db"));
    }
    {
        Database(folder.file("j.db"), Database::Access::write).execute("DROP TABLE note");
    }
    expect_refused(folder.file("j.db"), "damaged");
}

TEST(Damage, ATruncatedJournalIsRefused) {
    const TemporaryFolder folder;
    {
        const OpenRun run(folder.file("j.db"));
    }
    const std::string whole = read_file(folder.file("j.db"));
    write_file(folder.file("j.db"), whole.substr(0, whole.size() / 2));
    expect_refused(folder.file("j.db"), "nothing of it can be read");
}

// A page in the middle: rows before it are there, and the error sends to what prints them.
TEST(Damage, ADamagedPageLeavesWhatStandsBeforeIt) {
    const TemporaryFolder folder;
    const std::string path = folder.file("j.db");
    {
        OpenRun run(path);
        for (int i = 0; i < 200; ++i)
            run.complete(request_at(draft_place(1, i)), scripted_text("text" + std::string(300, 'x')));
    }
    std::string bytes = read_file(path);
    constexpr std::size_t kPage = 4096;
    bytes.replace(bytes.size() / kPage * 3 / 4 * kPage, kPage, kPage, '\xA5');
    write_file(path, bytes);
    const auto writing = Journal::open(path, resuming());
    ASSERT_FALSE(writing);
    EXPECT_THAT(writing.error().message, HasSubstr("`retort show` prints what can still be read"));
    const auto reader = JournalReader::open(path);
    ASSERT_TRUE(reader) << reader.error().message;
    int calls = 0;
    const auto read = (*reader)->calls(1, {true, true}, [&](RecordedCall&) { return ++calls > 0; });
    EXPECT_FALSE(read);
    EXPECT_GT(calls, 0);
}

TEST(Damage, WhatCannotBeOpenedSaysWhy) {
    const TemporaryFolder folder;
    const auto no_folder = Journal::open(folder.file("none/j.db"), creating());
    ASSERT_FALSE(no_folder);
    EXPECT_THAT(no_folder.error().message, HasSubstr("No such file or directory"));
    const auto a_folder = Journal::open(folder.file(""), creating());
    ASSERT_FALSE(a_folder);
    EXPECT_THAT(a_folder.error().message, HasSubstr("directory"));
    const auto missing = JournalReader::open(folder.file("none.db"));
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("no such journal"));
    write_file(folder.file("empty"), "");
    const auto empty = JournalReader::open(folder.file("empty"));
    ASSERT_FALSE(empty);
    EXPECT_THAT(empty.error().message, HasSubstr("empty file"));
}

TEST(Damage, AFolderNamesTheJournalsInIt) {
    const TemporaryFolder folder;
    write_file(folder.file("rollouts.db"), "");
    write_file(folder.file("metrics.jsonl"), "");
    const auto reader = JournalReader::open(folder.file(""));
    ASSERT_FALSE(reader);
    EXPECT_THAT(reader.error().message, HasSubstr("found a folder; in it: "));
    EXPECT_THAT(reader.error().message, HasSubstr("rollouts.db"));
    EXPECT_THAT(reader.error().message, Not(HasSubstr("metrics")));
}

TEST(Damage, AFileThatItsWriterLeftBlankIsToldFromEveryOther) {
    const TemporaryFolder folder;
    write_file(folder.file("blank"), "");
    write_file(folder.file("text"), "hello");
    {
        OpenRun run(folder.file("j.db"));
    }
    EXPECT_TRUE(JournalReader::is_blank(folder.file("blank")));
    EXPECT_FALSE(JournalReader::is_blank(folder.file("text")));
    EXPECT_FALSE(JournalReader::is_blank(folder.file("j.db")));
    EXPECT_FALSE(JournalReader::is_blank(folder.file("none")));
}

TEST(Damage, ARowThatWeCannotHaveWrittenIsAnError) {
    const TemporaryFolder folder;
    {
        OpenRun run(folder.file("j.db"));
        run.complete(request_at(draft_place(1, 0)), scripted_text("yes"));
    }
    {
        Database(folder.file("j.db"), Database::Access::write).execute("UPDATE outcome SET finish='later'");
    }
    const auto reader = JournalReader::open(folder.file("j.db")).value();
    const auto read = reader->calls(1, {}, [](RecordedCall&) { return true; });
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("'later' is not a known name"));
}

// For folders that may not be written, where SQLite cannot make the files that it shares with a writer.
TEST(Damage, AClosedJournalCanBeReadFromItsOneFileAlone) {
    const TemporaryFolder folder;
    {
        const OpenRun run(folder.file("a b%.db"));
    }
    Database database(folder.file("a b%.db"), Database::Access::untouched);
    EXPECT_EQ(schema_state(database), SchemaState::ours);
    EXPECT_EQ(database.integer("SELECT count(*) FROM run"), 1);
    EXPECT_EQ(folder.files(), 1U);
}

TEST(Damage, RowsAreNeverUpdatedOrDeleted) {
    const TemporaryFolder folder;
    const auto database = open_for_writing(folder.file("j.db"), {}).value();
    for (const char* sql :
         {"UPDATE run SET kind='x'", "DELETE FROM call", "DROP TABLE note", "ALTER TABLE run RENAME TO x"})
        EXPECT_THROW(database->execute(sql), DatabaseError) << sql;
}

std::string a_journal() {
    const TemporaryFolder folder;
    {
        OpenRun run(folder.file("j.db"));
        for (int i = 0; i < 20; ++i) {
            Completion completion = scripted_text("text " + std::to_string(i) + std::string(300, 'x'));
            completion.notes = {"note"};
            completion.trace = {{1, 2}, {0.5F, 0.5F}, {0, 0}};
            run.complete(request_at(draft_place(1, i), "prompt " + std::to_string(i)), completion);
        }
        run.journal->event({0, run.run, "p", 0, "result", "{}", 0});
    }
    return read_file(folder.file("j.db"));
}

// Reads all there is, then goes on with it. Whatever happens must be a value.
void use(const std::string& path) {
    if (const auto reader = JournalReader::open(path)) {
        std::vector<PromptKey> prompts;
        (void)(*reader)->runs();
        (void)(*reader)->models(1);
        (void)(*reader)->events(1, [](const RecordedEvent&) { return true; });
        (void)(*reader)->calls(1, {true, true}, [&](RecordedCall& call) {
            prompts.push_back(call.prompt);
            return true;
        });
        for (const PromptKey prompt : prompts) (void)(*reader)->prompt(prompt);
    }
    asio::io_context loop;
    const auto journal = Journal::open(path, resuming());
    if (!journal) return;
    const auto run = run_to_end(loop, (*journal)->begin_run(header()));
    if (!run) return;
    for (int i = 0; i < 20; ++i) {
        const CompletionRequest request = request_at(draft_place(1, i), "prompt " + std::to_string(i));
        (void)run_to_end(loop, (*journal)->recall(*run, request));
    }
    (void)run_to_end(loop, (*journal)->started(*run, request_at(draft_place(2, 0))));
}

RC_GTEST_PROP(Damage, NoDamagedBytesAnywhereCrashIt, ()) {
    static const std::string whole = a_journal();
    static const TemporaryFolder folder;
    const std::string path = folder.file("j.db");
    std::string bytes = whole;
    const int changes = *rc::gen::inRange(1, 20);
    for (int i = 0; i < changes; ++i)
        bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
    if (*rc::gen::inRange(0, 4) == 0) bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size()));
    std::error_code ignored;
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path + suffix, ignored);
    write_file(path, bytes);
    use(path);
}

RC_GTEST_PROP(Damage, NoDamageOfTheLogCrashesIt, (std::string garbage)) {
    static const std::string whole = a_journal();
    static const TemporaryFolder folder;
    const std::string path = folder.file("j.db");
    std::error_code ignored;
    std::filesystem::remove(path + "-shm", ignored);
    write_file(path, whole);
    write_file(path + "-wal", garbage);
    use(path);
}

}  // namespace
}  // namespace retort::test

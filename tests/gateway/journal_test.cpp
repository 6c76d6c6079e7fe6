// What the gateway writes down of its requests.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "gateway/chat_fixture.h"
#include "gateway/clock.h"
#include "gateway/journal/request_journal.h"
#include "gateway/journal/request_table.h"

namespace retort::test {
namespace {

using namespace gateway;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A file of its own, gone at the end.
class JournalTest : public ChatTest {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::path(testing::TempDir()) /
                  ("journal-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override {
        gateway_.reset();
        std::filesystem::remove_all(folder_);
    }

    std::string path() const { return (folder_ / "requests.db").string(); }

    RequestJournalOptions options(Keep keep) {
        RequestJournalOptions out;
        out.path = path();
        out.keep = keep;
        out.log = [this](const std::string& line) {
            const std::lock_guard lock(mutex_);
            said_.push_back(line);
        };
        return out;
    }

    std::unique_ptr<RequestJournal> opened(RequestJournalOptions with) {
        auto out = RequestJournal::open(std::move(with));
        EXPECT_TRUE(out) << out.error().message;
        return out ? std::move(*out) : nullptr;
    }

    void serve(Keep keep) {
        GatewayOptions with;
        with.journal = opened(options(keep));
        start(std::move(with));
    }

    // After all is written.
    void stop() { gateway_.reset(); }

    std::vector<std::string> column(const std::string& sql) const {
        const Database database(path(), Database::Access::read);
        Statement query(database, sql);
        std::vector<std::string> out;
        while (query.step()) out.push_back(query.text(0));
        return out;
    }

    static ServedRequest request(std::int64_t begun_ms = now_ms()) {
        ServedRequest out;
        out.method = "POST";
        out.path = "/v1/chat/completions";
        out.begun_ms = begun_ms;
        out.status = 200;
        out.handling = Handling::passed;
        return out;
    }

    static ServedRequest run(const std::string& id, std::size_t text_bytes) {
        RunRecord record;
        record.id = id;
        record.status = RunStatus::done;
        record.question = "what?";
        record.final.emplace().text = std::string(text_bytes, 'x');
        ServedRequest out = request();
        out.handling = Handling::run;
        out.run = std::make_shared<const RunRecord>(std::move(record));
        return out;
    }

    std::filesystem::path folder_;
    std::vector<std::string> said_;
};

TEST_F(JournalTest, EveryRequestOfTheApiIsARow) {
    serve(Keep::metrics);
    ask(chat("pdr:2"));
    ask(chat("house"));
    gateway_->get("/health");
    stop();
    EXPECT_THAT(column("SELECT handling FROM request ORDER BY number"), ElementsAre("run", "passed"));
    EXPECT_THAT(column("SELECT operator || ' ' || calls || ' ' || ended FROM request WHERE id IS NOT NULL"),
                ElementsAre("pdr:2 3 done"));
}

TEST_F(JournalTest, WithoutContentNoTextIsInTheFile) {
    serve(Keep::metrics);
    ask(chat("pdr:2"));
    stop();
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
        std::ifstream in(file.path(), std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), {});
        EXPECT_THAT(bytes, Not(HasSubstr("What is it?")));
        EXPECT_THAT(bytes, Not(HasSubstr("final answer")));
    }
}

TEST_F(JournalTest, TheHistoryGoesOnAfterANewStart) {
    serve(Keep::full);
    const std::string id = reply_of(ask(chat("pdr:2")))["id"].get<std::string>().substr(9);
    stop();
    serve(Keep::full);
    const json history = reply_of(gateway_->get("/retort/history"));
    EXPECT_EQ(history["finished"][0]["id"], id);
    EXPECT_EQ(history["finished"][0]["operator"], "pdr:2");
    EXPECT_EQ(reply_of(gateway_->get("/retort/history?query=what+is"))["finished"].size(), 1U);
    const json seen = reply_of(gateway_->get("/retort/runs/" + id));
    EXPECT_EQ(seen["answer"], "the final answer");
    EXPECT_EQ(seen["rounds"][0]["drafts"][1]["text"], "a draft");
    ask(chat("pdr:2"));
    EXPECT_EQ(reply_of(gateway_->get("/retort/history"))["finished"].size(), 2U);
    EXPECT_THAT(gateway_->get("/retort/runs/none"), HasSubstr("404"));
}

TEST_F(JournalTest, WhatARunFailedOfComesBackInWordsAndInItsKind) {
    ServedRequest request = run("x", 1);
    RunRecord failed = *request.run;
    failed.status = RunStatus::failed;
    failed.error = "words of a server";
    failed.fault = "server";
    request.run = std::make_shared<const RunRecord>(std::move(failed));
    for (const auto& [keep, error] :
         std::map<Keep, std::string>{{Keep::metrics, "server"}, {Keep::full, "words of a server"}}) {
        RequestTable table((folder_ / error).string());
        table.add({request}, keep);
        const auto runs = table.last_runs(1);
        ASSERT_EQ(runs.size(), 1U);
        EXPECT_EQ(runs[0].fault, "server");
        EXPECT_EQ(runs[0].error, error);
    }
}

TEST_F(JournalTest, WhatIsWrittenAndLostIsInTheMetrics) {
    serve(Keep::metrics);
    ask(chat("house"));
    std::string metrics;
    for (int i = 0; i < 5000 && metrics.find("written\"} 1") == std::string::npos; ++i)
        metrics = gateway_->get("/metrics");
    EXPECT_THAT(metrics, HasSubstr("retort_journal_total{result=\"written\"} 1"));
    EXPECT_THAT(metrics, HasSubstr("retort_journal_total{result=\"lost\"} 0"));
}

TEST_F(JournalTest, WhatIsTooOldGoes) {
    RequestJournalOptions with = options(Keep::metrics);
    with.days = 1;
    {
        const auto journal = opened(with);
        journal->add(request(now_ms() - 2 * 86'400'000));
        journal->add(request());
    }
    opened(with).reset();
    EXPECT_THAT(column("SELECT number FROM request"), ElementsAre("2"));
}

TEST_F(JournalTest, TheFileStaysWithinItsBound) {
    RequestJournalOptions with = options(Keep::full);
    with.most_bytes = 1 << 20;
    {
        const auto journal = opened(with);
        for (int i = 0; i < 100; ++i) {
            journal->add(run(std::to_string(i), 50'000));
            for (int wait = 0; wait < 5000 && journal->written() <= i; ++wait) std::this_thread::sleep_for(1ms);
            EXPECT_LE(std::filesystem::file_size(path()), std::uintmax_t{1} << 21) << i;
        }
    }
    EXPECT_LE(std::filesystem::file_size(path()), std::uintmax_t{1} << 20);
    EXPECT_EQ(std::filesystem::status(path()).permissions() & std::filesystem::perms::others_all,
              std::filesystem::perms::none);
    const auto kept = column("SELECT id FROM request ORDER BY number");
    EXPECT_GE(kept.size(), 10U);
    EXPECT_EQ(kept.back(), "99");
}

TEST_F(JournalTest, ADiskThatIsTooSlowCostsRowsNotAnswers) {
    RequestJournalOptions with = options(Keep::metrics);
    with.most_waiting = 10;
    std::int64_t lost = 0;
    {
        const auto journal = opened(with);
        Database other(path(), Database::Access::write);
        other.execute("BEGIN EXCLUSIVE");  // nobody else can write now
        for (int i = 0; i < 100; ++i) journal->add(request());
        lost = journal->lost();
        other.execute("COMMIT");
    }
    EXPECT_GE(lost, 80);
    EXPECT_EQ(column("SELECT number FROM request").size(), static_cast<std::size_t>(100 - lost));
    EXPECT_THAT(said_.back(), HasSubstr(std::to_string(lost) + " requests are missing"));
}

TEST_F(JournalTest, AFileThatIsNoneOfOursIsLeftAsItIs) {
    std::ofstream(path()) << "my diary, not a database, and long enough to be none at all";
    const auto notes = RequestJournal::open(options(Keep::metrics));
    ASSERT_FALSE(notes);
    EXPECT_THAT(notes.error().message, HasSubstr(path()));
    std::filesystem::remove(path());
    Database(path(), Database::Access::write).execute("CREATE TABLE mine(x)");
    EXPECT_FALSE(RequestJournal::open(options(Keep::metrics)));
    EXPECT_THAT(column("SELECT name FROM sqlite_master"), ElementsAre("mine"));
}

}  // namespace
}  // namespace retort::test

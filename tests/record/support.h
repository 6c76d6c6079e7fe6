// What the journal's tests share.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>

#include "async/nursery.h"
#include "async/task.h"
#include "model/recording_model.h"
#include "model/replaying_model.h"
#include "model/scripted_model.h"
#include "record/journal.h"
#include "record/journal_reader.h"

namespace retort::test {

// A folder that goes with the test.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "retort-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string file(const std::string& name) const { return path_ / name; }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
    }

  private:
    std::filesystem::path path_;
};

inline Messages user_message(std::string content) {
    return std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", std::move(content)}});
}

inline Place draft_place(int round, int draft, int sample = 0) {
    Place out;
    out.problem = "p";
    out.sample = sample;
    out.round = round;
    out.draft = draft;
    return out;
}

inline CompletionRequest request_at(Place place, std::string prompt = "solve") {
    CompletionRequest out;
    out.seed = call_seed(7, place);
    out.place = std::move(place);
    out.model = "m";
    out.prompt = user_message(std::move(prompt));
    out.think = 100;
    out.max_answer = 50;
    out.prompt_hash = "template";
    return out;
}

inline RunHeader header(std::string run_id = "aa", std::string config = R"({"think":100})") {
    return {std::move(run_id), "solve", std::move(config), "retort test", 1000.0};
}

inline JournalOptions creating() {
    return {JournalOptions::Mode::create, SyncMode::process, "retort test", {}, 0};
}
inline JournalOptions resuming() {
    return {JournalOptions::Mode::resume, SyncMode::process, "retort test", {}, 0};
}

// A journal with a begun run, on a loop of its own.
struct OpenRun {
    explicit OpenRun(const std::string& path, JournalOptions options = creating(), RunHeader run_header = header())
        : journal(Journal::open(path, std::move(options)).value()),
          run(run_to_end(loop, journal->begin_run(std::move(run_header))).value()) {}

    CallKey started(const CompletionRequest& request) {
        return run_to_end(loop, journal->started(run, request)).value();
    }
    void finished(CallKey call, const Completion& completion) {
        run_to_end(loop, journal->finished(call, std::make_shared<const Completion>(completion))).value();
    }
    void complete(const CompletionRequest& request, const Completion& completion) {
        finished(started(request), completion);
    }
    std::optional<RecordedCall> recall(const CompletionRequest& request) {
        return run_to_end(loop, journal->recall(run, request)).value().call;
    }

    asio::io_context loop;
    std::shared_ptr<Journal> journal;
    RunKey run;
};

inline std::vector<RecordedCall> all_calls(JournalReader& reader, RunKey run, CallColumns columns = {true, true}) {
    std::vector<RecordedCall> out;
    reader
        .calls(run, columns,
               [&](RecordedCall& call) {
                   out.push_back(call);
                   return true;
               })
        .value();
    return out;
}

inline void expect_equal(const Completion& a, const Completion& b) {
    EXPECT_EQ(a.finish, b.finish);
    EXPECT_EQ(a.error, b.error);
    EXPECT_EQ(a.reasoning, b.reasoning);
    EXPECT_EQ(a.text, b.text);
    EXPECT_EQ(a.usage, b.usage);
    EXPECT_EQ(a.thinking, b.thinking);
    EXPECT_EQ(a.thinking_cut, b.thinking_cut);
    EXPECT_EQ(a.requests, b.requests);
    EXPECT_EQ(a.trace, b.trace);
    EXPECT_EQ(a.wall_s, b.wall_s);
    EXPECT_EQ(a.first_token_s, b.first_token_s);
    EXPECT_EQ(a.notes, b.notes);
    ASSERT_EQ(a.failed.size(), b.failed.size());
    for (std::size_t i = 0; i < a.failed.size(); ++i) {
        EXPECT_EQ(a.failed[i].error, b.failed[i].error);
        EXPECT_EQ(a.failed[i].usage, b.failed[i].usage);
        EXPECT_EQ(a.failed[i].wall_s, b.failed[i].wall_s);
    }
}

}  // namespace retort::test

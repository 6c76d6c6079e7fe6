#include "record/merge_source.h"

#include <fmt/format.h>

namespace retort {
namespace {

// Keys are moved up by those of the journals before: this many leave room for all of them in 63 bits.
constexpr std::int64_t kLargestKey = std::int64_t{1} << 40;

std::unique_ptr<Database> opened(const std::string& path) {
    auto database = open_for_reading(path);
    if (!database) throw ErrorException(database.error());
    return std::move(*database);
}

void check_keys(std::int64_t smallest, std::int64_t largest, std::string_view what) {
    if (smallest >= 1 && largest <= kLargestKey) return;
    throw_corrupt(fmt::format("the {} {} is out of range", what, smallest < 1 ? smallest : largest));
}

int sample_number(std::int64_t value) {
    if (value < INT32_MIN || value > INT32_MAX) throw_corrupt(fmt::format("the sample {} is out of range", value));
    return static_cast<int>(value);
}

}  // namespace

MergeSource::MergeSource(const std::string& path) : path_(path), database_(opened(path)) {
    guarded([&] { look_through(); });
}

// A read transaction that is never ended: all is read as it stands now, while another process may go on writing.
void MergeSource::look_through() {
    database_->execute("BEGIN");
    if (const std::string found = database_->text("PRAGMA quick_check(1)"); found != "ok") throw_corrupt(found);
    rows_.emplace(*database_);
    runs_ = rows_->runs();
    largest_key_ = rows_->largest_key();
    check_keys(database_->integer("SELECT min(coalesce((SELECT min(id) FROM call),1), coalesce((SELECT min(id) FROM "
                                  "outcome),1), coalesce((SELECT min(id) FROM event),1))"),
               largest_key_, "number of a row");
    largest_session_ = database_->integer("SELECT coalesce(max(id),0) FROM session");
    check_keys(database_->integer("SELECT coalesce(min(id),1) FROM session"), largest_session_, "number of a session");
    check_keys(database_->integer("SELECT coalesce(min(session),1) FROM call"),
               database_->integer("SELECT coalesce(max(session),1) FROM call"), "number of a session");
}

std::vector<MergeSource::Session> MergeSource::sessions() {
    return guarded([&] {
        std::vector<Session> out;
        Statement rows(*database_, "SELECT id, pid, program, opened FROM session ORDER BY id");
        while (rows.step()) out.push_back({rows.integer(0), rows.integer(1), rows.text(2), rows.real(3)});
        return out;
    });
}

std::map<SampleName, SampleStory> MergeSource::stories(RunKey run) {
    return guarded([&] {
        std::map<SampleName, SampleStory> out;
        add_calls(run, out);
        add_results(run, out);
        return out;
    });
}

void MergeSource::add_calls(RunKey run, std::map<SampleName, SampleStory>& out) {
    Statement rows(*database_,
                   "SELECT c.problem, c.sample, coalesce(sum(o.finish IN ('stop','length')),0), "
                   "coalesce(sum(o.finish NOT IN ('stop','length','lost')),0) FROM call c LEFT JOIN outcome o ON "
                   "o.call=c.id WHERE c.run=? GROUP BY c.problem, c.sample");
    rows.bind(run);
    while (rows.step()) {
        SampleStory& story = out[{rows.text(0), sample_number(rows.integer(1))}];
        story.completed = rows.integer(2);
        story.broken_off = rows.integer(3);
        story.has_calls = true;
    }
}

void MergeSource::add_results(RunKey run, std::map<SampleName, SampleStory>& out) {
    Statement rows(*database_,
                   "SELECT problem, sample, sum(kind='result') FROM event WHERE run=? GROUP BY problem, sample");
    rows.bind(run);
    while (rows.step()) out[{rows.text(0), sample_number(rows.integer(1))}].results = rows.integer(2);
}

std::vector<std::pair<std::string, RecordedModel>> MergeSource::models(RunKey run) {
    return guarded([&] { return rows_->models(run); });
}

void MergeSource::calls(RunKey run, const std::function<void(RecordedCall&)>& visit) {
    guarded([&] {
        rows_->calls(run, {true, true}, [&](RecordedCall& call) {
            visit(call);
            return true;
        });
    });
}

std::vector<RecordedCall> MergeSource::sample_calls(RunKey run, const SampleName& sample) {
    return guarded([&] { return rows_->sample_calls(run, sample.problem, sample.sample, {true, true}); });
}

void MergeSource::events(RunKey run, const std::function<void(const RecordedEvent&)>& visit) {
    guarded([&] {
        rows_->events(run, [&](const RecordedEvent& event) {
            visit(event);
            return true;
        });
    });
}

void MergeSource::counts(
    RunKey run, const std::function<void(const std::string& model, const std::string& hash, RecordedCount)>& visit) {
    guarded([&] {
        Statement rows(*database_, "SELECT model, hash, tokens, exact FROM token_count WHERE run=?");
        rows.bind(run);
        while (rows.step()) visit(rows.text(0), rows.text(1), {rows.integer(2), rows.integer(3) != 0});
    });
}

StoredPrompt MergeSource::prompt(PromptKey prompt) {
    return guarded([&] { return rows_->prompts().stored(prompt); });
}

}  // namespace retort

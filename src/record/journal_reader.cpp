#include "record/journal_reader.h"

#include <fmt/format.h>

namespace retort {
namespace {

std::string where(const Place& place) {
    return fmt::format("{} (problem {}, sample {})", place.path(), place.problem, place.sample);
}

}  // namespace

bool JournalReader::is_blank(const std::string& path) {
    return is_blank_file(path);
}

Outcome<std::shared_ptr<JournalReader>> JournalReader::open(const std::string& path) {
    auto database = open_for_reading(path);
    if (!database) return database.error();
    try {
        return std::shared_ptr<JournalReader>(new JournalReader(path, std::move(*database)));
    } catch (const DatabaseError& error) {
        return journal_error(path, error);
    }
}

JournalReader::JournalReader(std::string path, std::unique_ptr<Database> database)
    : path_(std::move(path)), database_(std::move(database)), rows_(*database_) {}

template <class T>
Outcome<T> JournalReader::guard(const std::function<Outcome<T>()>& read, Readable without) const {
    try {
        return read();
    } catch (const DatabaseError& error) {
        return journal_error(path_, error, without);
    }
}

Outcome<std::vector<RecordedRun>> JournalReader::runs() {
    return guard<std::vector<RecordedRun>>([&] { return rows_.runs(); }, Readable::not_at_all);
}

Outcome<std::map<std::string, RecordedModel>> JournalReader::models(RunKey run) {
    using Models = std::map<std::string, RecordedModel>;
    return guard<Models>([&] {
        Models out;
        for (auto& [name, model] : rows_.models(run)) out.emplace(name, std::move(model));
        return out;
    });
}

Outcome<void> JournalReader::calls(RunKey run, CallColumns columns, const std::function<bool(RecordedCall&)>& visit) {
    return guard<void>([&] {
        rows_.calls(run, columns, visit);
        return Outcome<void>();
    });
}

Outcome<void> JournalReader::events(RunKey run, const std::function<bool(const RecordedEvent&)>& visit) {
    return guard<void>([&] {
        rows_.events(run, visit);
        return Outcome<void>();
    });
}

Outcome<std::vector<RecordedCall>> JournalReader::sample_calls(RunKey run, const std::string& problem, int sample,
                                                               CallColumns columns) {
    return guard<std::vector<RecordedCall>>([&] { return rows_.sample_calls(run, problem, sample, columns); });
}

Outcome<RecordedCall> JournalReader::call(CallKey key) {
    return guard<RecordedCall>([&] { return rows_.call(key); });
}

Outcome<RecordedEvent> JournalReader::event(std::int64_t key) {
    return guard<RecordedEvent>([&] { return rows_.event(key); });
}

Outcome<Prompt> JournalReader::prompt(PromptKey prompt) {
    return guard<Prompt>([&] { return rows_.prompts().read(prompt); });
}

Outcome<std::optional<RecordedCount>> JournalReader::count(RunKey run, const std::string& model, const Counted& what) {
    return guard<std::optional<RecordedCount>>([&] { return rows_.count(run, model, counted_hash(what)); });
}

Outcome<std::int64_t> JournalReader::last_writer() {
    return guard<std::int64_t>([&] { return database_->integer("SELECT pid FROM session ORDER BY id DESC LIMIT 1"); });
}

Task<Outcome<RecordedCall>> JournalReader::recall(RunKey run, CompletionRequest request) {
    Outcome<RecordedCall> found = look_up(run, request);
    if (!found) co_return found;
    std::shared_ptr<const Recollection> recollection = recollect(run, request.place.problem, request.place.sample);
    co_await order_.turn(std::move(recollection), found->outcome);
    co_return found;
}

Outcome<RecordedCall> JournalReader::look_up(RunKey run, const CompletionRequest& request) {
    return guard<RecordedCall>([&]() -> Outcome<RecordedCall> {
        const Place& place = request.place;
        const auto recollection = recollect(run, place.problem, place.sample);
        const auto given = recollection->find(place);
        if (!given)
            return Error{ErrorKind::usage,
                         fmt::format("{}: {} is not in the journal, or never ended", path_, where(place))};
        RecordedCall call = rows_.call(given->call);
        call.completion.before = recollection->spent_before(place);
        if (std::optional<Error> differs = check_same(rows_, call, request, path_)) return *differs;
        return call;
    });
}

std::shared_ptr<const Recollection> JournalReader::recollect(RunKey run, const std::string& problem, int sample) {
    auto& known = recollections_[{run, problem, sample}];
    if (!known) known = std::make_shared<const Recollection>(rows_.past(run, problem, sample), Recall::replay);
    return known;
}

std::optional<Error> check_same(RowReader& rows, const RecordedCall& recorded, const CompletionRequest& asked,
                                const std::string& path) {
    const std::string differs =
        request_differences(recorded.request, rows.prompts().hash(recorded.prompt), asked, prompt_hash(asked.prompt));
    if (differs.empty()) return std::nullopt;
    return Error{ErrorKind::usage, fmt::format("{}: the journal has another request at {}: {}; choose another journal",
                                               path, where(recorded.request.place), differs)};
}

}  // namespace retort

#include "record/merge_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace retort {
namespace {

[[noreturn]] void contradict(const std::string& first, const std::string& second, const std::string& what) {
    throw ErrorException(
        Error{ErrorKind::usage,
              fmt::format("{} and {} contradict each other {}; leave one of them out", first, second, what)});
}

bool completed(const RecordedCall& call) {
    return call.state == RecordedCall::State::ended && call.completion.ok();
}

// How long a call took and what was cached is no part of what it gave.
std::string completion_differences(const Completion& a, const Completion& b) {
    if (a.finish != b.finish) return "one was cut at its token limit";
    if (a.reasoning != b.reasoning) return "other reasoning";
    if (a.text != b.text) return "other texts";
    if (a.trace.ids != b.trace.ids) return "other tokens";
    return "";
}

// Runs as they are in the target: begun when the first of their sources began them.
struct Headers {
    std::vector<RunHeader> runs;
    std::map<std::string, std::size_t> by_id;
    std::vector<std::string> from;  // the file that told of each

    void add(const RunHeader& header, const std::string& path) {
        const auto [at, is_new] = by_id.emplace(header.run_id, runs.size());
        if (is_new) {
            runs.push_back(header);
            from.push_back(path);
            return;
        }
        RunHeader& known = runs[at->second];
        if (known.kind != header.kind || known.config_json != header.config_json)
            contradict(from[at->second], path, fmt::format("on the settings of run {}", header.run_id));
        known.started_unix = std::min(known.started_unix, header.started_unix);
    }
};

}  // namespace

MergeWork::MergeWork(std::vector<std::unique_ptr<MergeSource>>& sources, MergeTarget& target) : target_(target) {
    std::int64_t keys = 0;
    std::int64_t sessions = 0;
    for (const auto& source : sources) {
        Source& added = sources_.emplace_back();
        added.reads = source.get();
        added.first_key = keys;
        added.first_session = sessions;
        keys += source->largest_key();
        sessions += source->largest_session();
    }
}

void MergeWork::write_sessions() {
    for (const Source& source : sources_)
        for (const MergeSource::Session& one : source.reads->sessions())
            target_.with([&](RowReader&, RowWriter& writer) {
                writer.session(source.first_session + one.number, one.pid, one.program, one.opened_unix);
            });
}

void MergeWork::write_runs() {
    Headers headers;
    for (const Source& source : sources_)
        for (const RecordedRun& run : source.reads->runs()) headers.add(run.header, source.reads->path());
    std::vector<RunKey> keys;
    for (const RunHeader& header : headers.runs)
        keys.push_back(target_.with([&](RowReader&, RowWriter& writer) { return writer.run(header); }));
    for (std::size_t i = 0; i < sources_.size(); ++i)
        for (const RecordedRun& run : sources_[i].reads->runs()) {
            const RunKey key = keys[headers.by_id.at(run.header.run_id)];
            sources_[i].runs[run.key] = key;
            for (auto& [name, story] : sources_[i].reads->stories(run.key)) {
                story.source = i;
                plan_.add({key, name}, story);
            }
        }
    done_.runs = static_cast<std::int64_t>(keys.size());
    done_.samples = plan_.samples();
}

// As where a run is resumed on another server, the model stays what it was first found to be.
void MergeWork::write_models() {
    std::map<std::pair<RunKey, std::string>, std::pair<RecordedModel, const Source*>> known;
    for (const Source& source : sources_)
        for (const auto& [own, run] : source.runs)
            for (const auto& [name, model] : source.reads->models(own)) {
                const auto [at, is_new] = known.emplace(std::pair(run, name), std::pair(model, &source));
                const RecordedModel& first = at->second.first;
                if (is_new)
                    target_.with([&](RowReader&, RowWriter& writer) { writer.model(run, name, model); });
                else if (first.name != model.name || first.context != model.context ||
                         first.marks_reasoning != model.marks_reasoning)
                    done_.caveats.push_back(
                        fmt::format("the model {} was found as {} with a context of {} in {}, as {} with {} in {}; the "
                                    "first is kept",
                                    name, first.name, first.context, at->second.second->reads->path(), model.name,
                                    model.context, source.reads->path()));
            }
}

bool MergeWork::is_kept(std::size_t source, RunKey run, const std::string& problem, int sample) const {
    return plan_.kept({run, {problem, sample}}) == source;
}

void MergeWork::write_kept_calls() {
    for (std::size_t i = 0; i < sources_.size(); ++i)
        for (const auto& [own, run] : sources_[i].runs)
            sources_[i].reads->calls(own, [&, i](RecordedCall& call) {
                const Place& place = call.request.place;
                if (is_kept(i, run, place.problem, place.sample))
                    copy(sources_[i], run, call);
                else
                    sources_[i].elsewhere[call.key] = 0;
            });
}

void MergeWork::copy(Source& source, RunKey run, RecordedCall& call) {
    const auto [prompt, is_new] = source.prompts.emplace(call.prompt, 0);
    if (is_new) {
        const StoredPrompt stored = source.reads->prompt(call.prompt);
        prompt->second = target_.with([&](RowReader&, RowWriter& writer) { return writer.prompt(stored); });
    }
    call.key += source.first_key;
    call.outcome += source.first_key;
    call.session += source.first_session;
    call.prompt = prompt->second;
    target_.with([&](RowReader&, RowWriter& writer) { writer.copy(run, call); });
    target_.count_row();
    ++done_.calls;
}

void MergeWork::write_other_calls() {
    for (const auto& [key, stories] : plan_.stories())
        for (std::size_t i = 1; i < stories.size(); ++i)
            if (stories[i].has_calls)
                write_others_of(sources_[stories[i].source], key, may_be_joined(stories.front(), stories[i]));
}

void MergeWork::write_others_of(Source& source, const MergePlan::Key& key, bool joined) {
    const auto own = std::find_if(source.runs.begin(), source.runs.end(),
                                  [&](const auto& entry) { return entry.second == key.run; });
    for (RecordedCall& call : source.reads->sample_calls(own->first, key.name)) {
        if (!completed(call)) continue;
        const Place& place = call.request.place;
        const std::optional<CallKey> kept =
            target_.with([&](RowReader& reader, RowWriter&) { return reader.completed_at(key.run, place); });
        if (kept) {
            check_same(source, call, *kept);
            source.elsewhere[call.key] = *kept;
        } else if (joined) {
            source.elsewhere[call.key] = call.key + source.first_key;
            copy(source, key.run, call);
        }
    }
}

void MergeWork::check_same(Source& source, const RecordedCall& call, CallKey kept) {
    const StoredPrompt prompt = source.reads->prompt(call.prompt);
    std::string differs;
    target_.with([&](RowReader& reader, RowWriter&) {
        const RecordedCall first = reader.call(kept);
        const std::string request =
            request_differences(first.request, reader.prompts().hash(first.prompt), call.request, prompt.hash);
        differs =
            request.empty() ? completion_differences(first.completion, call.completion) : "another request: " + request;
    });
    if (differs.empty()) return;
    const Place& place = call.request.place;
    contradict(source_of(kept).reads->path(), source.reads->path(),
               fmt::format("at {} (problem {}, sample {}): {}", place.path(), place.problem, place.sample, differs));
}

const MergeWork::Source& MergeWork::source_of(CallKey key) const {
    const auto after = std::find_if(sources_.begin() + 1, sources_.end(),
                                    [&](const Source& source) { return source.first_key >= key; });
    return *(after - 1);
}

void MergeWork::write_events() {
    for (std::size_t i = 0; i < sources_.size(); ++i)
        for (const auto& [own, run] : sources_[i].runs)
            sources_[i].reads->events(own, [&, i](const RecordedEvent& event) {
                if (!is_kept(i, run, event.problem, event.sample)) return;
                RecordedEvent copied = event;
                copied.key += sources_[i].first_key;
                copied.run = run;
                copied.body_json = refer_anew(sources_[i], event);
                if (copied.body_json.empty()) return;
                target_.with([&](RowReader&, RowWriter& writer) { writer.copy(copied); });
                target_.count_row();
            });
}

// A call that was drawn by another run of the journal is told of by its key. Empty where the call was left out, being
// one of a sample that another source has brought further by other calls.
std::string MergeWork::refer_anew(const Source& source, const RecordedEvent& event) const {
    if (event.kind != "shared") return event.body_json;
    auto body = nlohmann::json::parse(event.body_json, nullptr, false);
    if (!body.is_object() || !body.contains("call") || !body["call"].is_number_integer()) return event.body_json;
    const auto call = body["call"].get<CallKey>();
    if (call < 1 || call > source.reads->largest_key()) return event.body_json;
    const auto elsewhere = source.elsewhere.find(call);
    if (elsewhere != source.elsewhere.end() && elsewhere->second == 0) return "";
    body["call"] = elsewhere != source.elsewhere.end() ? elsewhere->second : call + source.first_key;
    return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Exact ones first: they stand before what was estimated while a server did not answer.
void MergeWork::write_counts() {
    for (const bool exact : {true, false})
        for (Source& source : sources_) write_counts_of(source, exact);
}

void MergeWork::write_counts_of(Source& source, bool exact) {
    std::int64_t differing = 0;
    for (const auto& [own, run] : source.runs)
        source.reads->counts(own, [&](const std::string& model, const std::string& hash, RecordedCount count) {
            if (count.exact != exact) return;
            target_.with([&](RowReader& reader, RowWriter& writer) {
                const auto known = reader.count(run, model, hash);
                if (known && known->exact && exact && known->tokens != count.tokens) ++differing;
                if (!known) writer.count(run, model, hash, count);
            });
        });
    if (differing > 0)
        done_.caveats.push_back(
            fmt::format("{} texts have another number of tokens in {} than in those before it, which "
                        "is kept: is it the same model?",
                        differing, source.reads->path()));
}

}  // namespace retort

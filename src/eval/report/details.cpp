#include "eval/report/details.h"

#include <algorithm>

#include "eval/report/figures.h"
#include "eval/report/packing.h"
#include "eval/report/sample_calls.h"

namespace retort {
namespace {

constexpr std::size_t kMostSamplesInChunk = 64;
constexpr std::size_t kChunkBytes = std::size_t{2} << 20;      // aimed at: what a click has to unpack
constexpr std::size_t kEmbeddedBytes = std::size_t{64} << 20;  // of all texts in a page, before packing
constexpr std::size_t kLeastShare = 600;
constexpr std::size_t kMostShare = std::size_t{64} << 10;
constexpr std::size_t kMostBeside = std::size_t{1} << 20;
constexpr std::size_t kBytesAToken = 4;  // roughly; for the plan only

ordered_json verdict_json(const std::optional<Verdict>& verdict) {
    return verdict ? ordered_json(name(*verdict)) : ordered_json(nullptr);
}

class SampleDetails {
  public:
    SampleDetails(const SampleRecord& record, const CallsByPath& calls, std::string marker, std::size_t most_bytes)
        : record_(record), calls_(calls), marker_(std::move(marker)), most_(most_bytes) {}

    std::size_t left_out() const { return left_out_; }

    ordered_json rounds() {
        ordered_json out = ordered_json::array();
        for (std::size_t i = 0; i < record_.rounds.size(); ++i) out.push_back(round(static_cast<int>(i) + 1));
        return out;
    }

    ordered_json final() {
        if (!record_.final) return nullptr;
        const CallRecord& final = *record_.final;
        ordered_json out = call_of(final.path, "final");
        out["answer"] = or_null(record_.answer);
        out["verdict"] = verdict_json(record_.verdict);
        out["finish"] = name(final.finish);
        out["tokens_in"] = final.tokens_in;
        out["tokens_out"] = final.tokens_out;
        return out;
    }

    // The solution that holds the answer, and workspaces, as bounded as a call's.
    std::string text(const std::string& whole) {
        Shortened out = shortened(whole, most_);
        left_out_ += out.left_out;
        return std::move(out.text);
    }

    ordered_json finish_calls() {
        ordered_json out = ordered_json::array();
        for (const auto& [path, call] : calls_)
            if (call.request.place.role == CallRole::judge) out.push_back(call_of(path, "judge"));
        return out;
    }

  private:
    ordered_json round(int number) {
        const RoundRecord& round = record_.rounds[static_cast<std::size_t>(number - 1)];
        ordered_json drafts = ordered_json::array();
        for (const DraftRecord& one : round.drafts) drafts.push_back(draft(one));
        ordered_json workspaces = ordered_json::array();
        for (const Workspace& one : round.workspaces) workspaces.push_back(workspace(one));
        return {{"round", number},
                {"width", round.width},
                {"stopped_early", round.stopped_early},
                {"drafts", std::move(drafts)},
                {"calls", distiller_calls(number)},
                {"workspaces", std::move(workspaces)}};
    }

    ordered_json distiller_calls(int round) {
        ordered_json out = ordered_json::array();
        for (const auto& [path, call] : calls_) {
            const CallRole role = call.request.place.role;
            const bool distils = role == CallRole::summary || role == CallRole::select || role == CallRole::analysis;
            if (distils && call.request.place.round == round) out.push_back(call_of(path, name(role)));
        }
        return out;
    }

    ordered_json draft(const DraftRecord& draft) {
        ordered_json out = call_of(draft.path, "draft");
        out["answer"] = or_null(draft.answer);
        out["verdict"] = verdict_json(draft.verdict);
        out["finish"] = name(draft.finish);
        out["tokens_in"] = draft.tokens_in;
        out["tokens_out"] = draft.tokens_out;
        out["wall_s"] = draft.wall_s;
        return out;
    }

    // A call that never began has no row: what is known of it is filled in by the caller.
    ordered_json call_of(const std::string& path, std::string_view role) {
        const auto found = calls_.find(path);
        static const RecordedCall none;
        const RecordedCall& call = found == calls_.end() ? none : found->second;
        const bool ended = call.state == RecordedCall::State::ended;
        const Completion& completion = call.completion;
        const ShownText text = shown_text(call, marker_);
        const Shortened solution = shortened(text.solution, most_);
        const Shortened reasoning = shortened(text.reasoning, most_ - std::min(most_, solution.text.size()));
        ordered_json out{{"path", path}, {"role", role}, {"answer", nullptr}, {"verdict", nullptr}};
        out["finish"] = name(ended ? completion.finish : Finish::cancelled);
        out["error"] = completion.error ? ordered_json(completion.error->message) : ordered_json(nullptr);
        out["tokens_in"] = completion.usage.in;
        out["tokens_out"] = completion.usage.out;
        out["tokens_reasoning"] = completion.usage.reasoning;
        out["wall_s"] = completion.wall_s;
        out["text"] = solution.text;
        out["reasoning"] = reasoning.text;
        out["left_out"] = solution.left_out + reasoning.left_out;
        left_out_ += solution.left_out + reasoning.left_out;
        return out;
    }

    ordered_json workspace(const Workspace& workspace) {
        ordered_json cuts = ordered_json::array();
        for (const Cut& cut : workspace.cuts)
            cuts.push_back({{"path", cut.path}, {"tokens", cut.tokens}, {"kept", cut.kept}});
        return {{"text", text(workspace.text)},     {"tokens", workspace.tokens},   {"truncated", workspace.truncated},
                {"distiller", workspace.distiller}, {"sources", workspace.sources}, {"read_by", workspace.read_by},
                {"cuts", std::move(cuts)}};
    }

    const SampleRecord& record_;
    const CallsByPath& calls_;
    const std::string marker_;
    const std::size_t most_;
    std::size_t left_out_ = 0;
};

ordered_json detail_json(std::size_t run, std::size_t problem, const SampleRecord& record, SampleDetails& details) {
    const BudgetTotals& budget = record.budget;
    return {{"run", run},
            {"problem", problem},
            {"sample", record.sample},
            {"answer", or_null(record.answer)},
            {"verdict", verdict_json(record.verdict)},
            {"text", details.text(record.text)},
            {"error", or_null(record.error)},
            {"b_seq", budget.b_seq},
            {"b_total", budget.b_total},
            {"b_seq_nominal", budget.b_seq_nominal},
            {"max_call_tokens", budget.max_call_tokens},
            {"calls", budget.calls},
            {"failed_calls", budget.failed_calls},
            {"wall_s", record.wall_s},
            {"rounds", details.rounds()},
            {"final", details.final()},
            {"finish_calls", details.finish_calls()},
            {"warnings", record.warnings}};
}

}  // namespace

DetailPlan plan_details(const Evaluation& evaluation, bool beside) {
    DetailPlan out;
    std::size_t calls = 0;
    std::size_t written = 0;
    for (const EvaluatedRun& run : evaluation.runs) {
        out.samples += run.samples.size();
        for (const SampleFacts& sample : run.facts) {
            calls += static_cast<std::size_t>(sample.budget.calls);
            written += static_cast<std::size_t>(sample.budget.tokens_out) * kBytesAToken;
        }
    }
    const std::size_t share = std::clamp(kEmbeddedBytes / std::max<std::size_t>(calls, 1), kLeastShare, kMostShare);
    out.most_bytes = beside ? kMostBeside : share;
    if (!beside) written = std::min(written, share * calls);
    const std::size_t a_sample = written / std::max<std::size_t>(out.samples, 1);
    out.chunk_size = std::clamp<std::size_t>(kChunkBytes / std::max<std::size_t>(a_sample, 1), 1, kMostSamplesInChunk);
    return out;
}

DetailWriter::DetailWriter(const Evaluation& evaluation, DetailPlan plan,
                           std::vector<std::vector<std::size_t>> problem_index)
    : evaluation_(evaluation), plan_(plan), problem_index_(std::move(problem_index)) {
    std::size_t first = 0;
    for (const EvaluatedRun& run : evaluation.runs) {
        first_.push_back(first);
        first += run.samples.size();
        markers_.push_back(marker_of(run.setup.prompts));
    }
}

Outcome<std::string> DetailWriter::chunk(std::size_t number) {
    const std::size_t end = std::min((number + 1) * plan_.chunk_size, plan_.samples);
    std::string out = "[";
    for (std::size_t i = number * plan_.chunk_size; i < end; ++i) {
        const auto run =
            static_cast<std::size_t>(std::upper_bound(first_.begin(), first_.end(), i) - first_.begin()) - 1;
        auto one = sample(run, i - first_[run]);
        if (!one) return one.error();
        if (out.size() > 1) out += ",";
        out += *one;
    }
    return out + "]";
}

Outcome<std::string> DetailWriter::sample(std::size_t run, std::size_t i) {
    const EvaluatedRun& of = evaluation_.runs[run];
    const auto record = whole_record(of, i);
    if (!record) return record.error();
    const auto calls = calls_by_path(of, i);
    if (!calls) return calls.error();
    SampleDetails details(*record, *calls, markers_[run], plan_.most_bytes);
    const ordered_json out = detail_json(run, problem_index_[run][of.samples[i].problem], *record, details);
    left_out_ += details.left_out();
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace retort

#include "cli/observers.h"

#include <nlohmann/json.hpp>

#include "cli/prepare.h"

namespace retort::cli {
namespace {

using nlohmann::ordered_json;

std::string dumped(const ordered_json& object) {
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

void Observers::round_started(int round, const Round& spec) {
    for (RunObserver* one : all_) one->round_started(round, spec);
}
void Observers::call_started(const Place& place) {
    for (RunObserver* one : all_) one->call_started(place);
}
void Observers::call_delta(const Place& place, const Delta& delta) {
    for (RunObserver* one : all_) one->call_delta(place, delta);
}
void Observers::call_landed(const Place& place, const Completion& completion) {
    for (RunObserver* one : all_) one->call_landed(place, completion);
}
void Observers::draft_landed(int round, std::size_t index, const Draft& draft) {
    for (RunObserver* one : all_) one->draft_landed(round, index, draft);
}
void Observers::workspace_made(int round, const Workspace& workspace) {
    for (RunObserver* one : all_) one->workspace_made(round, workspace);
}
void Observers::finish_started(const FinishStep& finish) {
    for (RunObserver* one : all_) one->finish_started(finish);
}
void Observers::warned(const std::string& warning) {
    for (RunObserver* one : all_) one->warned(warning);
}
void Observers::spent(const BudgetTotals& totals) {
    for (RunObserver* one : all_) one->spent(totals);
}

void JournalObserver::workspace_made(int round, const Workspace& workspace) {
    ordered_json cuts = ordered_json::array();
    for (const Cut& cut : workspace.cuts)
        cuts.push_back({{"path", cut.path}, {"tokens", cut.tokens}, {"kept", cut.kept}});
    event("workspace", dumped({{"round", round},
                               {"distiller", workspace.distiller},
                               {"text", workspace.text},
                               {"tokens", workspace.tokens},
                               {"exact", workspace.exact},
                               {"truncated", workspace.truncated},
                               {"sources", workspace.sources},
                               {"read_by", workspace.read_by},
                               {"cuts", std::move(cuts)}}));
}

void JournalObserver::warned(const std::string& warning) {
    event("warning", dumped({{"text", warning}}));
}

void JournalObserver::option_warning(const std::string& warning) {
    event(kOptionWarning, dumped({{"text", warning}}), -1);  // of the run, not of a sample
}

void JournalObserver::event(const std::string& kind, std::string body, int sample) {
    RecordedEvent out;
    out.run = run_;
    out.problem = problem_;
    out.sample = sample;
    out.kind = kind;
    out.body_json = std::move(body);
    journal_.event(std::move(out));
}

}  // namespace retort::cli

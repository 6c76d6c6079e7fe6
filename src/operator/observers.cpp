#include "operator/observers.h"

namespace retort {

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

}  // namespace retort

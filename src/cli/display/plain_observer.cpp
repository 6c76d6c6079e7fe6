#include "cli/display/plain_observer.h"

#include <fmt/format.h>

#include "cli/display/text.h"

namespace retort::cli {
namespace {

std::string outcome(const Draft& draft) {
    if (draft.completion.finish == Finish::error)
        return "failed: " + (draft.completion.error ? draft.completion.error->message : std::string("no reason given"));
    if (draft.completion.finish == Finish::cancelled) return "cancelled";
    if (!draft.has_solution) return "cut off without a solution";
    const std::string verdict = draft.verdict ? fmt::format(" ({})", name(*draft.verdict)) : "";
    return draft.answer ? "answer " + one_line(*draft.answer) + verdict : "a solution without an answer" + verdict;
}

std::string cost(const Completion& completion) {
    return fmt::format("{} tok in, {} tok out, {}", grouped(completion.usage.in), grouped(completion.usage.out),
                       seconds(completion.wall_s));
}

}  // namespace

void PlainObserver::round_started(int round, const Round& spec) {
    write_(fmt::format("round {}: {}", round, counted(spec.width, "draft")));
}

void PlainObserver::draft_landed(int, std::size_t, const Draft& draft) {
    write_(fmt::format("{}: {}; {}", draft.path, one_line(outcome(draft)), cost(draft.completion)));
}

void PlainObserver::call_landed(const Place& place, const Completion& completion) {
    if (place.role == CallRole::draft) return;  // told when the draft lands
    write_(fmt::format("{}: {}; {}", place.path(), name(completion.finish), cost(completion)));
}

void PlainObserver::workspace_made(int round, const Workspace& workspace) {
    std::string sources;
    for (const std::string& source : workspace.sources) sources += " " + source;
    write_(fmt::format("round {} workspace: {}{} tok, {}, from{}", round, workspace.exact ? "" : "~",
                       grouped(workspace.tokens), workspace.distiller, sources.empty() ? " nothing" : sources));
}

void PlainObserver::finish_started(const FinishStep& finish) {
    if (finish.kind == FinishKind::call) write_("final: one call");
    if (finish.kind == FinishKind::best) write_("judge: scores each draft that has a solution");
    if (finish.kind == FinishKind::tournament)
        write_(fmt::format("judge: {} on groups of {} drafts, until one is left", counted(finish.votes, "vote"),
                           finish.group));
}

void PlainObserver::warned(const std::string& warning) {
    write_("warning: " + one_line(warning));
}

}  // namespace retort::cli

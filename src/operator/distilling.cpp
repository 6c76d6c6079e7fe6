#include "operator/distilling.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "async/nursery.h"
#include "distill/parts.h"
#include "distill/selection.h"

namespace retort {
namespace {

// Everything that a distiller works with: the drafts that have a solution, as sources, and their calls.
struct Distilling {
    RunState& run;
    int round;
    Distil spec;
    std::vector<Source> sources;
    std::vector<NodeId> nodes;  // of each source
    CountTokens count;
    std::vector<PlannedStep> steps;
    std::stop_token stop;

    RoundState& state() const { return run.view.rounds[static_cast<std::size_t>(round - 1)]; }
};

HandedOn named(Workspace workspace, std::string distiller, std::vector<NodeId> parents) {
    workspace.distiller = std::move(distiller);
    return {std::move(workspace), std::move(parents)};
}

// A workspace of these sources (by index), which were chosen by reading `also`.
Task<HandedOn> assemble(Distilling& d, std::vector<int> chosen, std::string distiller, std::vector<NodeId> also) {
    std::vector<Source> sources;
    std::vector<NodeId> parents = std::move(also);
    for (const int index : chosen) {
        sources.push_back(d.sources[static_cast<std::size_t>(index)]);
        parents.push_back(d.nodes[static_cast<std::size_t>(index)]);
    }
    const bool uncut = d.spec.kind == DistillerKind::full;
    Workspace workspace = co_await assemble_workspace(std::move(sources), uncut ? 0 : d.spec.workspace, d.count);
    co_return named(std::move(workspace), std::move(distiller), std::move(parents));
}

std::vector<int> all_of(const Distilling& d) {
    std::vector<int> out(d.sources.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<int>(i);
    return out;
}

std::vector<int> drawn(const Distilling& d, int reader) {
    const Place place = d.run.place(d.round, reader, CallRole::select);
    return random_k(d.spec.k, static_cast<int>(d.sources.size()), choice_seed(d.run.settings.seed, place));
}

// Candidates by verdict, the first k.
std::vector<int> oracle(const Distilling& d, Verdict wanted) {
    const std::vector<Draft>& drafts = d.state().drafts;
    std::vector<int> out;
    for (std::size_t i = 0; i < d.sources.size() && out.size() < static_cast<std::size_t>(d.spec.k); ++i)
        if (drafts[static_cast<std::size_t>(d.sources[i].draft)].verdict == wanted) out.push_back(static_cast<int>(i));
    return out;
}

// A distiller's own call. None when the budgets leave no room for it.
Task<std::optional<CallResult>> ask(Distilling& d, Place place, std::string prompt, std::vector<NodeId> parents) {
    CallSpec spec;
    spec.place = std::move(place);
    spec.model = d.run.model_name(d.spec.model, d.run.deps.models.distil);
    const auto words = static_cast<std::int64_t>(static_cast<double>(d.spec.workspace) * 0.7);
    spec.prompt = render_prompt(
        d.run, prompt,
        {{"candidates", number_candidates(d.sources)},
         {"count", std::to_string(d.sources.size())},
         {"k", std::to_string(std::min<std::size_t>(static_cast<std::size_t>(d.spec.k), d.sources.size()))},
         {"workspace_words", std::to_string(std::max<std::int64_t>(words, 1))},
         {"workspace", ""}});
    spec.think = d.spec.think;
    spec.max_answer = d.spec.max_answer;
    spec.parents = std::move(parents);
    const auto most = co_await allowance(d.run, d.steps, spec.prompt.messages, spec.parents);
    if (!most) {
        d.run.warnings.add(fmt::format("{}: not asked: {}", spec.place.path(), most.error().message));
        co_return std::nullopt;
    }
    spec.most_out = *most;
    const std::string path = spec.place.path();
    CallResult result = co_await make_call(d.run, std::move(spec), d.stop);
    const Completion& completion = result.completion;
    d.state().calls.push_back({path, completion.finish, completion.usage.in, completion.usage.out});
    co_return result;
}

Task<HandedOn> fall_back(Distilling& d, int reader, std::string why, std::vector<NodeId> also) {
    d.run.warnings.add(fmt::format("{}; {} drawn at random instead", why,
                                   d.spec.k == 1 ? "1 draft" : fmt::format("{} drafts", d.spec.k)));
    HandedOn out = co_await assemble(d, drawn(d, reader), "random", std::move(also));
    co_return out;
}

Task<HandedOn> summarise(Distilling& d) {
    const Place place = d.run.place(d.round, -1, CallRole::summary);
    const auto result = co_await ask(d, place, distil_prompt(d.spec), d.nodes);
    if (!result) co_return co_await fall_back(d, -1, place.path() + ": no summary", {});
    if (!result->solution.present)
        co_return co_await fall_back(d, -1, place.path() + ": the summary has no text", {result->node});
    Workspace workspace = co_await bound_workspace(result->solution.text, d.spec.workspace, d.count);
    for (const Source& source : d.sources) workspace.sources.push_back(source.path);
    if (workspace.truncated) {
        const TokenCount whole = co_await d.count(result->solution.text);
        workspace.cuts.push_back({place.path(), whole.tokens, workspace.tokens});
    }
    co_return named(std::move(workspace), "summary", {result->node});
}

// Asks for a selection, once more when the reply cannot be read, then draws at random. `reader` -1: for all readers.
Task<HandedOn> select(Distilling& d, int reader) {
    const int n = static_cast<int>(d.sources.size());
    const std::string distiller(name(d.spec.kind));
    std::vector<NodeId> asked = d.nodes;
    std::vector<NodeId> selections;
    for (int turn = 0; turn < 2; ++turn) {
        const Place place = d.run.place(d.round, reader, CallRole::select, turn);
        const auto result = co_await ask(d, place, turn == 0 ? distil_prompt(d.spec) : "select_again", asked);
        if (!result) break;
        asked.push_back(result->node);
        selections.push_back(result->node);
        const auto chosen =
            parse_selection(result->solution.present ? result->solution.text : result->completion.text, d.spec.k, n);
        if (chosen) co_return co_await assemble(d, *chosen, distiller, selections);
        if (d.stop.stop_requested() || !result->completion.ok()) break;
        if (turn == 0) d.run.warnings.add(place.path() + ": the selection could not be read; asked once more");
    }
    const std::string path = d.run.place(d.round, reader, CallRole::select).path();
    co_return co_await fall_back(d, reader, path + ": no selection that can be read", selections);
}

// The last solution whole, and an analysis of its flaws.
Task<HandedOn> analyse(Distilling& d) {
    const Place place = d.run.place(d.round, -1, CallRole::analysis);
    const auto result = co_await ask(d, place, distil_prompt(d.spec), d.nodes);
    std::vector<NodeId> parents = d.nodes;
    Workspace workspace;
    if (result && result->solution.present) {
        parents.push_back(result->node);
        workspace = co_await bound_workspace(result->solution.text, d.spec.workspace, d.count);
        workspace.text = "Earlier solution:\n" + d.sources.front().text + "\n\nAnalysis of it:\n" + workspace.text;
    } else {
        d.run.warnings.add(place.path() + ": no analysis; the solution is handed on alone");
        workspace.text = "Earlier solution:\n" + d.sources.front().text;
    }
    const TokenCount total = co_await d.count(workspace.text);
    workspace.tokens = total.tokens;
    workspace.exact = total.exact;
    for (const Source& source : d.sources) workspace.sources.push_back(source.path);
    co_return named(std::move(workspace), "analysis", std::move(parents));
}

Task<HandedOn> conclude(Distilling& d) {
    Workspace workspace = co_await assemble_workspace(conclusions_of(d.sources), d.spec.workspace, d.count);
    co_return named(std::move(workspace), "conclusions", d.nodes);
}

// The answers that most drafts gave, as candidates.
std::vector<Source> most_frequent(const Distilling& d) {
    std::vector<Source> out;
    const std::vector<Draft>& drafts = d.state().drafts;
    for (const AnswerCount& one : count_answers(drafts, d.run.problem.verifier.get())) {
        const std::size_t first = one.drafts.front();
        out.push_back({static_cast<int>(first), drafts[first].path, one.answer, one.answer});
        if (out.size() == static_cast<std::size_t>(d.spec.k)) break;
    }
    return out;
}

std::vector<PartCandidates> most_frequent_by_part(const Distilling& d) {
    std::vector<PartCandidates> out;
    const std::vector<Draft>& drafts = d.state().drafts;
    const Verifier& verifier = *d.run.problem.verifier;
    const auto counts = count_part_answers(drafts, verifier);
    for (std::size_t part = 0; part < counts.size(); ++part) {
        out.push_back({verifier.parts()[part].label, {}});
        for (std::size_t i = 0; i < counts[part].size() && i < static_cast<std::size_t>(d.spec.k); ++i)
            out.back().candidates.push_back({counts[part][i].answer, drafts[counts[part][i].drafts.front()].path});
    }
    return out;
}

Task<HandedOn> take_parts(Distilling& d) {
    std::vector<PartCandidates> parts = most_frequent_by_part(d);
    if (parts.empty()) {
        Workspace whole = co_await assemble_workspace(most_frequent(d), d.spec.workspace, d.count);
        co_return named(std::move(whole), "parts", d.nodes);
    }
    Workspace workspace = co_await assemble_parts(std::move(parts), d.spec.workspace, d.count);
    co_return named(std::move(workspace), "parts", d.nodes);
}

Task<HandedOn> for_reader(Distilling& d, int reader) {
    switch (d.spec.kind) {
        case DistillerKind::none:
            co_return HandedOn{};
        case DistillerKind::summary:
            co_return co_await summarise(d);
        case DistillerKind::topk:
            co_return co_await select(d, -1);
        case DistillerKind::topk_each:
            co_return co_await select(d, reader);
        case DistillerKind::random:
            co_return co_await assemble(d, drawn(d, reader), "random", {});
        case DistillerKind::conclusions:
            co_return co_await conclude(d);
        case DistillerKind::parts:
            co_return co_await take_parts(d);
        case DistillerKind::full:
            co_return co_await assemble(d, all_of(d), "full", {});
        case DistillerKind::oracle_correct:
            co_return co_await assemble(d, oracle(d, Verdict::equal), "oracle-correct", {});
        case DistillerKind::oracle_incorrect:
            co_return co_await assemble(d, oracle(d, Verdict::different), "oracle-incorrect", {});
        case DistillerKind::analysis:
            co_return co_await analyse(d);
    }
    co_return HandedOn{};
}

Task<std::vector<HandedOn>> for_each_reader(Distilling& d, std::size_t readers) {
    const auto executor = co_await asio::this_coro::executor;
    Nursery<HandedOn> children(executor);
    for (std::size_t i = 0; i < readers; ++i) children.spawn(for_reader(d, static_cast<int>(i)));
    std::vector<HandedOn> out(readers);
    while (children.outstanding() > 0) {
        Nursery<HandedOn>::Landed landed = co_await children.next();
        out[landed.index] = std::move(landed.value);
    }
    co_return out;
}

std::vector<NodeId> completed_calls(const RoundState& state) {
    std::vector<NodeId> out;
    for (const Draft& draft : state.drafts)
        if (draft.node && draft.completion.ok()) out.push_back(*draft.node);
    return out;
}

void tell(RunState& run, int round, std::vector<HandedOn>& made, const std::vector<std::string>& readers) {
    RoundState& state = run.view.rounds[static_cast<std::size_t>(round - 1)];
    for (std::size_t i = 0; i < made.size(); ++i) {
        Workspace& workspace = made[i].workspace;
        workspace.read_by = made.size() == 1 ? readers : std::vector<std::string>{readers[i]};
        for (const Cut& cut : workspace.cuts)
            run.warnings.add_note(fmt::format("r{} workspace", round),
                                  cut.kept == 0
                                      ? fmt::format("{} left out: {} tokens do not fit", cut.path, cut.tokens)
                                      : fmt::format("{} cut to {} of {} tokens", cut.path, cut.kept, cut.tokens));
        if (workspace.text.empty())
            run.warnings.add(fmt::format("round {}: the workspace is empty; {} starts from the problem alone", round,
                                         fmt::join(workspace.read_by, ", ")));
        state.workspaces.push_back(workspace);
        run.observer.workspace_made(round, workspace);
    }
}

}  // namespace

Task<std::vector<HandedOn>> distil(RunState& run, int round, std::vector<std::string> readers,
                                   std::string reading_model, std::vector<PlannedStep> steps) {
    const RoundState& state = run.view.rounds[static_cast<std::size_t>(round - 1)];
    LanguageModel* model = &run.model(reading_model);
    Distilling d{run,
                 round,
                 state.spec.distil,
                 {},
                 {},
                 [model](std::string text) { return model->count_tokens(std::move(text)); },
                 std::move(steps),
                 run.stop};
    for (std::size_t i = 0; i < state.drafts.size(); ++i) {
        const Draft& draft = state.drafts[i];
        if (!draft.has_solution) continue;
        d.sources.push_back({static_cast<int>(i), draft.path, draft.solution, draft.answer});
        d.nodes.push_back(*draft.node);
    }
    // Readers that get nothing waited for the round all the same.
    const HandedOn nothing{{}, completed_calls(state)};
    if (d.spec.kind == DistillerKind::none || d.sources.empty())
        co_return std::vector<HandedOn>(readers.size(), nothing);

    std::vector<HandedOn> made;
    if (is_per_reader(d.spec.kind))
        made = co_await for_each_reader(d, readers.size());
    else
        made.push_back(co_await for_reader(d, -1));
    for (HandedOn& handed : made)
        if (handed.workspace.text.empty())
            handed.parents.insert(handed.parents.end(), nothing.parents.begin(), nothing.parents.end());
    tell(run, round, made, readers);
    std::vector<DistillerCall>& calls = d.state().calls;
    std::sort(calls.begin(), calls.end(), [](const auto& one, const auto& other) { return one.path < other.path; });
    if (made.size() == 1) made.resize(readers.size(), made.front());
    co_return made;
}

}  // namespace retort

#include "cli/show_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/text.h"
#include "cli/display/text.h"

namespace retort::cli {
namespace {

using nlohmann::json;

// Lines that hang under one another. A child's own children are indented by what leads to it.
struct Node {
    Line line;
    std::vector<Node> children;
    std::vector<std::string> text;  // lines as they are, under the node
};

void draw(const std::vector<Node>& nodes, const std::string& lead, bool unicode, std::vector<Line>& out) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const bool last = i + 1 == nodes.size();
        const std::string_view branch = unicode ? (last ? "└─ " : "├─ ") : (last ? "`- " : "|- ");
        const std::string below = lead + (last ? "   " : unicode ? "│  " : "|  ");
        Line line{{lead + std::string(branch), Tone::dim}};
        line.insert(line.end(), nodes[i].line.begin(), nodes[i].line.end());
        out.push_back(std::move(line));
        for (const std::string& text : nodes[i].text)
            out.push_back({{below + (nodes[i].children.empty() ? "   " : unicode ? "│  " : "|  "), Tone::dim}, {text}});
        draw(nodes[i].children, below, unicode, out);
    }
}

std::string text_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::int64_t number_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

const json& list_at(const json& object, const char* key) {
    static const json none = json::array();
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() && found->is_array() ? *found : none;
}

std::string paths(const json& object, const char* key) {
    std::string out;
    for (const json& path : list_at(object, key))
        if (path.is_string()) out += (out.empty() ? "" : " ") + path.get<std::string>();
    return out;
}

json choice_of(const json& result) {
    return result.is_object() ? result.value("choice", json()) : json();
}

// What the result says of each draft, and of each call of the judge, by path.
std::map<std::string, json> drafts_of(const json& result) {
    std::map<std::string, json> out;
    const json choice = choice_of(result);
    for (const json& call : list_at(choice, "calls")) out[text_at(call, "path")] = call;
    for (const json& round : list_at(result, "rounds"))
        for (const json& draft : list_at(round, "drafts")) out[text_at(draft, "path")] = draft;
    return out;
}

Span ending(const RecordedCall& call) {
    if (call.state == RecordedCall::State::lost) return {"lost: its process ended", Tone::bad};
    if (call.state == RecordedCall::State::in_flight) return {"under way", Tone::dim};
    switch (call.completion.finish) {
        case Finish::stop:
            return {"stop", Tone::dim};
        case Finish::length:
            return {call.completion.text.empty() ? "cut off, no solution" : "cut off", Tone::bad};
        case Finish::cancelled:
            return {"cancelled", Tone::dim};
        case Finish::error:
            return {"failed", Tone::bad};
    }
    return {"failed", Tone::bad};
}

std::string usage_words(const Completion& completion) {
    const Usage& usage = completion.usage;
    std::string out = fmt::format("{}{} in, {} out", usage.estimated ? "~" : "", grouped(usage.in), grouped(usage.out));
    if (usage.reasoning > 0) out += fmt::format(" ({} reasoning)", grouped(usage.reasoning));
    if (usage.cached > 0) out += fmt::format(", {} cached", grouped(usage.cached));
    return out;
}

std::vector<std::string> text_lines(std::string_view text) {
    std::vector<std::string> out;
    const std::string clean = printable(text);
    for (std::size_t at = 0; at < clean.size();) {
        const auto end = std::min(clean.find('\n', at), clean.size());
        out.push_back(clean.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

void add_text(Node& node, const std::string& title, std::string_view text) {
    if (trim(text).empty()) return;
    node.text.push_back("[" + title + "]");
    for (std::string& line : text_lines(text)) node.text.push_back(std::move(line));
}

void add_texts(Node& node, const ShownCall& shown) {
    if (shown.prompt) {
        if (const auto* messages = std::get_if<Messages>(&*shown.prompt); messages != nullptr && *messages)
            for (const Message& message : **messages) add_text(node, "read, " + message.role, message.content);
        if (const auto* tokens = std::get_if<TokenSequence>(&*shown.prompt); tokens != nullptr && *tokens)
            node.text.push_back(fmt::format("[read {} tokens]", (*tokens)->size()));
    }
    add_text(node, "reasoning", shown.call.completion.reasoning);
    add_text(node, "wrote", shown.call.completion.text);
}

// Only a call that came to its end can be without an answer.
std::string answer_words(const RecordedCall& call, const json& draft) {
    constexpr int kMost = 30;
    const bool ended = call.state == RecordedCall::State::ended && call.completion.ok();
    const std::string answer = ended ? text_at(draft, "answer") : "";
    if (answer.empty()) return ended ? "no answer" : "";
    return keep_head("answer " + one_line(answer), kMost);
}

// Place by place, and at each in the order of asking.
void sort_by_place(std::vector<const ShownCall*>& calls) {
    std::sort(calls.begin(), calls.end(), [](const ShownCall* one, const ShownCall* other) {
        const Place& a = one->call.request.place;
        const Place& b = other->call.request.place;
        return std::tie(a.role, a.draft, a.turn, one->call.key) < std::tie(b.role, b.draft, b.turn, other->call.key);
    });
}

// What a call of the judge came to: "score 85", "chose r1.d3".
std::string judged_words(const json& call) {
    const auto score = call.find("score");
    if (score != call.end() && score->is_number()) return fmt::format("score {}", score->get<double>());
    const std::string chose = text_at(call, "chose");
    if (!chose.empty()) return "chose " + chose;
    return score != call.end() ? "no score" : "no vote";
}

Node call_node(const ShownCall& shown, const std::map<std::string, json>& drafts, bool text) {
    const RecordedCall& call = shown.call;
    const std::string path = call.request.place.path();
    Node node;
    node.line = {{pad_right(path, call.request.place.role == CallRole::judge ? 17 : 12)}};
    const auto draft = drafts.find(path);
    if (draft != drafts.end() && call.request.place.role == CallRole::judge) {
        const std::string read = paths(draft->second, "read");
        node.line.push_back({pad_right(judged_words(draft->second), 14) + "  "});
        node.line.push_back({read.empty() ? "" : "of " + read + "  ", Tone::dim});
    } else if (draft != drafts.end()) {
        node.line.push_back({pad_right(answer_words(call, draft->second), 18) + "  "});
        const std::string verdict = call.completion.ok() ? text_at(draft->second, "verdict") : "";
        if (verdict == "equal") node.line.push_back({"right  ", Tone::good});
        if (verdict == "different") node.line.push_back({"wrong  ", Tone::bad});
    }
    node.line.push_back(ending(call));
    if (call.state == RecordedCall::State::ended)
        node.line.push_back(
            {fmt::format("   {}   {}", usage_words(call.completion), seconds(call.completion.wall_s)), Tone::dim});
    if (!call.completion.failed.empty())
        node.line.push_back(
            {fmt::format("   {} before",
                         counted(static_cast<std::int64_t>(call.completion.failed.size()), "failed attempt")),
             Tone::bad});
    for (const FailedAttempt& attempt : call.completion.failed)
        node.children.push_back({{{"failed attempt: " + one_line(attempt.error.message), Tone::bad},
                                  {"   " + seconds(attempt.wall_s), Tone::dim}},
                                 {},
                                 {}});
    if (call.completion.error)
        node.children.push_back({{{one_line(call.completion.error->message), Tone::bad}}, {}, {}});
    for (const std::string& note : call.completion.notes)
        node.children.push_back({{{one_line(note), Tone::dim}}, {}, {}});
    if (text) add_texts(node, shown);
    return node;
}

Node workspace_node(const json& workspace, bool text) {
    std::string size = fmt::format("{} tok", grouped(number_at(workspace, "tokens")));
    std::string cuts;
    for (const json& cut : list_at(workspace, "cuts")) {
        const auto kept = number_at(cut, "kept");
        cuts += fmt::format("{}{} {}", cuts.empty() ? "" : ", ", text_at(cut, "path"),
                            kept == 0
                                ? "left out"
                                : fmt::format("cut to {} of {} tok", grouped(kept), grouped(number_at(cut, "tokens"))));
    }
    const std::string sources = paths(workspace, "sources");
    Node node;
    node.line = {{fmt::format("workspace for {}", paths(workspace, "read_by"))},
                 {fmt::format("   {}   {}   from {}", text_at(workspace, "distiller"), size,
                              sources.empty() ? "nothing" : sources),
                  Tone::dim}};
    if (!cuts.empty()) node.line.push_back({" (" + cuts + ")", Tone::bad});
    if (text) add_text(node, "holds", text_at(workspace, "text"));
    return node;
}

std::string round_words(const std::vector<const ShownCall*>& calls, const std::map<std::string, json>& drafts) {
    std::int64_t width = 0;
    std::int64_t answers = 0;
    std::int64_t right = 0;
    std::int64_t cut = 0;
    bool judged = false;
    std::set<std::string> seen;
    for (const ShownCall* shown : calls) {
        const Place& place = shown->call.request.place;
        if (place.role != CallRole::draft || !seen.insert(fmt::format("{}", place.draft)).second) continue;
        ++width;
        cut += shown->call.completion.finish == Finish::length;
        const auto draft = drafts.find(place.path());
        if (draft == drafts.end()) continue;
        answers += !text_at(draft->second, "answer").empty();
        const std::string verdict = text_at(draft->second, "verdict");
        judged = judged || !verdict.empty();
        right += verdict == "equal";
    }
    std::string out = counted(width, "draft");
    if (!drafts.empty()) out += fmt::format("   {} with an answer", answers);
    if (judged) out += fmt::format("   {} right", right);
    if (cut > 0) out += fmt::format("   {} cut off", cut);
    return out;
}

// Workspaces by the round they were made of; each once, also when a run was resumed.
std::map<int, std::vector<json>> workspaces_of(const ShownSample& sample) {
    std::map<int, std::vector<json>> out;
    for (const std::string& body : sample.workspaces) {
        const json workspace = json::parse(body, nullptr, false);
        if (!workspace.is_object()) continue;
        std::vector<json>& round = out[static_cast<int>(number_at(workspace, "round"))];
        if (std::find(round.begin(), round.end(), workspace) == round.end()) round.push_back(workspace);
    }
    return out;
}

bool all_are(CallRole role, const std::vector<const ShownCall*>& calls) {
    return std::all_of(calls.begin(), calls.end(),
                       [role](const ShownCall* shown) { return shown->call.request.place.role == role; });
}

Line judge_line(std::size_t calls, const json& result) {
    const json choice = choice_of(result);
    const std::string chosen = choice.is_object() ? text_at(choice, "draft") : "";
    return {{pad_right("judge", 10)},
            {counted(static_cast<std::int64_t>(calls), "call")},
            {chosen.empty() ? "" : "   chose " + chosen}};
}

Span verdict_span(const std::string& verdict) {
    if (verdict == "equal") return {"   right", Tone::good};
    if (verdict == "different") return {"   wrong", Tone::bad};
    return {verdict.empty() ? "" : "   not comparable to the reference", Tone::dim};
}

Node result_node(const json& result) {
    const std::string error = text_at(result, "error");
    const std::string answer = text_at(result, "answer");
    Node node;
    if (!error.empty())
        node.line = {{"not finished: " + one_line(error), Tone::bad}};
    else
        node.line = {{"answer    "},
                     {answer.empty() ? "none found" : one_line(answer), Tone::strong},
                     verdict_span(text_at(result, "verdict"))};
    const json budget = result.value("budget", json::object());
    node.children.push_back(
        {{{fmt::format("b_seq {}   b_total {}   {}, {} failed   {}", grouped(number_at(budget, "b_seq")),
                       grouped(number_at(budget, "b_total")), counted(number_at(budget, "calls"), "call"),
                       grouped(number_at(budget, "failed_calls")), seconds(result.value("wall_s", 0.0)))}},
         {},
         {}});
    return node;
}

std::vector<Node> warning_nodes(const ShownSample& sample) {
    std::vector<Node> out;
    std::set<std::string> seen;
    for (const std::string& body : sample.warnings) {
        const json warning = json::parse(body, nullptr, false);
        const std::string text = warning.is_object() ? text_at(warning, "text") : body;
        if (seen.insert(text).second) out.push_back({{{"warning: ", Tone::bad}, {one_line(text)}}, {}, {}});
    }
    return out;
}

}  // namespace

Line sample_line(const ShownSample& sample) {
    const json result = sample.result ? json::parse(*sample.result, nullptr, false) : json();
    Line out{{fmt::format("{} sample {}", one_line(sample.problem), sample.sample)}};
    if (!result.is_object()) return out.push_back({"   not finished", Tone::bad}), out;
    const std::string error = text_at(result, "error"), answer = text_at(result, "answer");
    const json budget = result.value("budget", json::object());
    out.push_back(error.empty() ? verdict_span(text_at(result, "verdict")) : Span{"   failed", Tone::bad});
    out.push_back({fmt::format("   b_seq {}   b_total {}   {}", grouped(number_at(budget, "b_seq")),
                               grouped(number_at(budget, "b_total")), seconds(result.value("wall_s", 0.0))),
                   Tone::dim});
    out.push_back({"   " + (error.empty() ? (answer.empty() ? "no answer" : one_line(answer)) : one_line(error))});
    return out;
}

std::vector<Line> sample_tree(const ShownSample& sample, const TreeOptions& options) {
    const json result = sample.result ? json::parse(*sample.result, nullptr, false) : json();
    const std::map<std::string, json> drafts = drafts_of(result);
    const auto workspaces = workspaces_of(sample);
    std::map<int, std::vector<const ShownCall*>> rounds;
    for (const ShownCall& shown : sample.calls) rounds[shown.call.request.place.round].push_back(&shown);

    std::vector<Node> nodes;
    for (auto& [number, calls] : rounds) {
        sort_by_place(calls);
        const bool finish = all_are(CallRole::final, calls);
        std::vector<Node> children;
        for (const ShownCall* shown : calls) children.push_back(call_node(*shown, drafts, options.text));
        if (const auto made = workspaces.find(number); made != workspaces.end())
            for (const json& workspace : made->second) children.push_back(workspace_node(workspace, options.text));
        if (all_are(CallRole::judge, calls)) {
            nodes.push_back({judge_line(calls.size(), result), std::move(children), {}});
            continue;
        }
        if (finish) {
            for (Node& child : children) nodes.push_back(std::move(child));
            continue;
        }
        nodes.push_back({{{pad_right(fmt::format("round {}", number), 10)}, {round_words(calls, drafts)}},
                         std::move(children),
                         {}});
    }
    for (Node& warning : warning_nodes(sample)) nodes.push_back(std::move(warning));
    if (result.is_object())
        nodes.push_back(result_node(result));
    else
        nodes.push_back({{{"not finished: go on with solve --journal ... --resume", Tone::bad}}, {}, {}});

    std::vector<Line> out{{{sample.problem, Tone::accent},
                           {fmt::format(" sample {}   ", sample.sample), Tone::dim},
                           {one_line(sample.problem_text), Tone::strong}}};
    draw(nodes, "", options.unicode, out);
    return out;
}

}  // namespace retort::cli

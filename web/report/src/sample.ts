// One sample, walked through: drafts, workspaces, who read what, the answer.
import type { CallDetail, Problem, RoundDetail, Run, SampleDetail, WorkspaceDetail } from "./data";
import { block, button, el, foreign, type Child } from "../../common/dom";
import { count, seconds, shortened, tokens, whole } from "./format";
import { callState, kStates, stateBadge, stateMark } from "./states";

const kPreview = 90; // characters of an answer in a draft's line

// Where every call and workspace of the sample stands on the page, to go from one to the other.
export class Places {
    readonly #nodes = new Map<string, HTMLElement>();

    add(key: string, node: HTMLElement): HTMLElement {
        this.#nodes.set(key, node);
        return node;
    }

    go(key: string): void {
        const node = this.#nodes.get(key);
        if (!node) return;
        if (node instanceof HTMLDetailsElement) node.open = true;
        node.scrollIntoView({ block: "start", behavior: "auto" });
        (node.querySelector<HTMLElement>("summary") ?? node).focus({ preventScroll: true });
        node.classList.remove("found");
        // The next frame, so that the mark shows again when the same place is asked for twice.
        requestAnimationFrame(() => node.classList.add("found"));
    }
}

function workspaceKey(round: number, index: number): string {
    return `workspace ${round} ${index}`;
}

function workspaceName(round: RoundDetail, index: number): string {
    return round.workspaces.length === 1 ? `workspace ${round.round}` : `workspace ${round.round}.${index + 1}`;
}

// Which workspaces a call read, over the whole sample.
interface Reading {
    key: string;
    name: string;
}

function readings(sample: SampleDetail): Map<string, Reading[]> {
    const out = new Map<string, Reading[]>();
    for (const round of sample.rounds) {
        round.workspaces.forEach((workspace, index) => {
            const reading = { key: workspaceKey(round.round, index), name: workspaceName(round, index) };
            for (const path of workspace.read_by) out.set(path, [...(out.get(path) ?? []), reading]);
        });
    }
    return out;
}

function links(label: string, items: readonly Reading[], places: Places): Child {
    if (items.length === 0) return null;
    const all = items.map(({ key, name }) => button(foreign(name), () => places.go(key), { class: "chip path" }));
    return el("span", { class: "links" }, el("span", { class: "soft" }, label), all);
}

function paths(list: readonly string[]): Reading[] {
    return list.map((path) => ({ key: path, name: path }));
}

const kFinishes: Record<CallDetail["finish"], string> = {
    stop: "",
    length: "cut by length",
    cancelled: "cancelled",
    error: "error",
};

function callLine(call: CallDetail): Child {
    const answer = call.answer === null ? el("span", { class: "soft" }, "no answer") : foreign(shortened(call.answer, kPreview));
    const ending = kFinishes[call.finish];
    return [
        call.role === "draft" || call.role === "final" ? stateMark(callState(call)) : el("span", { class: "cell plain" }),
        el("span", { class: "path" }, foreign(call.path)),
        el("span", { class: "answer" }, call.role === "draft" || call.role === "final" ? answer : foreign(call.role, "soft")),
        ending ? el("span", { class: "ending" }, ending) : null,
        el("span", { class: "figure soft" }, `${tokens(call.tokens_out)} tok`),
        el("span", { class: "figure soft wide" }, seconds(call.wall_s)),
        el("span", { class: "unseen" }, kStates[callState(call)].word),
    ];
}

function callFigures(call: CallDetail): string {
    const reasoning = call.tokens_reasoning > 0 ? `, ${whole(call.tokens_reasoning)} of them reasoning` : "";
    return `${whole(call.tokens_in)} tokens in, ${whole(call.tokens_out)} out${reasoning}; ${seconds(call.wall_s)}; ended by ${call.finish}`;
}

function callBody(call: CallDetail, read: readonly Reading[], places: Places): Child {
    const left = call.left_out > 0 ? `${whole(call.left_out)} bytes were left out of the report; the journal has them.` : "";
    const reasoning = () => {
        const fold = el("details", { class: "fold" }, el("summary", {}, `Reasoning (${whole(call.reasoning.length)} characters)`));
        fold.addEventListener("toggle", () => fold.append(block(call.reasoning, `Reasoning of ${call.path}`)), { once: true });
        return fold;
    };
    return [
        el("p", { class: "soft" }, callFigures(call)),
        links("read", read, places),
        call.error !== null && el("p", { class: "error" }, foreign(call.error)),
        call.answer !== null && el("p", {}, el("span", { class: "soft" }, "answer "), foreign(call.answer, "answer")),
        call.text ? block(call.text, `Text of ${call.path}`) : el("p", { class: "soft" }, "no text"),
        call.reasoning && reasoning(),
        left && el("p", { class: "soft" }, left),
    ];
}

// Its text is put in when it is opened: a sample may have a hundred calls with long texts.
function callPart(call: CallDetail, read: readonly Reading[], places: Places): HTMLElement {
    const body = el("div", { class: "call-body" });
    const node = el("details", { class: "call" }, el("summary", {}, callLine(call)), body);
    node.addEventListener("toggle", () => body.replaceChildren(...nodes(callBody(call, read, places))), { once: true });
    return places.add(call.path, node);
}

function nodes(child: Child): Node[] {
    return [...el("div", {}, child).childNodes];
}

function cuts(workspace: WorkspaceDetail): Child {
    if (workspace.cuts.length === 0) return null;
    const items = workspace.cuts.map((cut) =>
        el("li", {}, foreign(cut.path, "path"), cut.kept > 0
            ? ` cut: ${whole(cut.kept)} of ${whole(cut.tokens)} tokens`
            : ` left out (${whole(cut.tokens)} tokens)`));
    return el("ul", { class: "cuts" }, items);
}

function workspacePart(round: RoundDetail, index: number, places: Places): HTMLElement {
    const workspace = round.workspaces[index]!;
    const line = `${count(workspace.tokens, "token")}, ${workspace.distiller}${workspace.truncated ? ", not all did fit" : ""}`;
    const node = el(
        "div",
        { class: "workspace", tabindex: -1 },
        el("h4", {}, workspaceName(round, index), " ", foreign(line, "soft")),
        links("made from", paths(workspace.sources), places),
        links("read by", paths(workspace.read_by), places),
        cuts(workspace),
        workspace.text ? block(workspace.text, workspaceName(round, index)) : el("p", { class: "soft" }, "empty: readers start from the problem alone"),
    );
    return places.add(workspaceKey(round.round, index), node);
}

function roundPart(round: RoundDetail, read: Map<string, Reading[]>, places: Places): HTMLElement {
    const part = (call: CallDetail) => callPart(call, read.get(call.path) ?? [], places);
    const right = round.drafts.filter((draft) => draft.verdict === "equal").length;
    const line = `${count(round.width, "draft")}, ${right} right${round.stopped_early ? ", stopped early" : ""}`;
    return el(
        "section",
        { class: "round" },
        el("h3", {}, `Round ${round.round} `, el("span", { class: "soft" }, line)),
        round.drafts.map(part),
        round.calls.length > 0 && el("h4", {}, "Calls of the distiller"),
        round.calls.map(part),
        round.workspaces.map((_, index) => workspacePart(round, index, places)),
    );
}

function finishPart(sample: SampleDetail, read: Map<string, Reading[]>, places: Places): Child {
    const calls = [...sample.finish_calls, ...(sample.final ? [sample.final] : [])];
    if (calls.length === 0) return null;
    return el(
        "section",
        { class: "round" },
        el("h3", {}, "Finish"),
        calls.map((call) => callPart(call, read.get(call.path) ?? [], places)),
    );
}

// The whole course in one line of marks.
export function course(sample: SampleDetail, places: Places): HTMLElement {
    const mark = (call: CallDetail) =>
        button(stateMark(callState(call)), () => places.go(call.path), {
            class: "mark-button",
            title: call.path,
            "aria-label": `${call.path}, ${kStates[callState(call)].word}`,
        });
    const steps = sample.rounds.map((round) => [
        el("span", { class: "step" }, el("span", { class: "soft" }, `round ${round.round}`), round.drafts.map(mark)),
        round.workspaces.length > 0 &&
            button(
                `${tokens(round.workspaces.reduce((sum, one) => sum + one.tokens, 0))} tok`,
                () => places.go(workspaceKey(round.round, 0)),
                { class: "chip", title: "workspace" },
            ),
    ]);
    const last = sample.final && el("span", { class: "step" }, el("span", { class: "soft" }, "final"), mark(sample.final));
    return el("div", { class: "course", "aria-label": "The course of this sample" }, steps, last);
}

export function sampleHead(problem: Problem, run: Run): Child {
    const reference = problem.reference === null
        ? el("p", { class: "soft" }, "no reference")
        : el("p", {}, el("span", { class: "soft" }, "reference "), foreign(problem.reference, "answer"));
    return [
        el("p", { class: "soft" }, foreign(run.label), ", ", foreign(run.model), ", ", foreign(problem.suite), ", ", foreign(problem.kind)),
        block(problem.text, "The problem"),
        reference,
    ];
}

export function sampleBody(sample: SampleDetail, state: Parameters<typeof stateBadge>[0], places: Places): Child {
    const read = readings(sample);
    const failed = sample.failed_calls > 0 ? `, ${sample.failed_calls} failed` : "";
    const budget =
        `b_seq ${whole(sample.b_seq)}   b_total ${whole(sample.b_total)}   nominal ${whole(sample.b_seq_nominal)}   ` +
        `longest call ${whole(sample.max_call_tokens)}   ${count(sample.calls, "call")}${failed}   ${seconds(sample.wall_s)}`;
    return [
        el("p", { class: "outcome" }, stateBadge(state), sample.answer === null ? "" : foreign(sample.answer, "answer")),
        el("p", { class: "budget soft" }, budget),
        sample.error !== null && el("p", { class: "error" }, foreign(sample.error)),
        sample.warnings.length > 0 && el("ul", { class: "cuts" }, sample.warnings.map((text) => el("li", {}, foreign(text)))),
        sample.rounds.length > 0 && course(sample, places),
        sample.rounds.map((round) => roundPart(round, read, places)),
        finishPart(sample, read, places),
        !sample.final && sample.text && el("section", { class: "round" }, el("h3", {}, "The solution that holds the answer"), block(sample.text, "Solution")),
    ];
}

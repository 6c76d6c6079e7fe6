// The parts of an opened run: each is made once and then told what is new, so that nothing moves under who reads.
import { el, foreign, freshId } from "../../common/dom";
import { seconds, tokens, whole } from "../../common/format";
import type { Draft, Lane, RoundState, Run, WorkspaceState } from "./contract";
import { FoldedText, GrowingText } from "./growing_text";
import { Badge } from "./states";

export interface Figure {
    name: string;
    value: string;
    help?: string;
}

// Names and values side by side; the values are set again and again.
export class Figures {
    readonly node = el("dl", { class: "figures" });
    readonly #values = new Map<string, HTMLElement>();

    show(figures: readonly Figure[]): void {
        for (const { name, value, help } of figures) {
            const there = this.#values.get(name) ?? this.#add(name, help);
            if (there.textContent !== value) there.textContent = value;
        }
    }

    #add(name: string, help?: string): HTMLElement {
        const value = el("dd");
        this.#values.set(name, value);
        this.node.append(el("div", { title: help ?? null }, el("dt", {}, name), value));
        return value;
    }
}

export const kHelp = {
    b_seq: "the heaviest path of calls to the answer, tokens in and out: what one waits for",
    b_total: "all calls together, failed and cancelled ones too: what one pays for",
};

export function budgetFigures(budget: Run["budget"]): Figure[] {
    return [
        { name: "b_seq", value: whole(budget.b_seq), help: kHelp.b_seq },
        { name: "b_total", value: whole(budget.b_total), help: kHelp.b_total },
        { name: "calls", value: whole(budget.calls) },
        { name: "failed", value: whole(budget.failed_calls) },
    ];
}

// A call as it speaks.
class LaneCard {
    readonly node: HTMLElement;
    readonly #badge = new Badge("waiting");
    readonly #answer = el("bdi", { class: "answer", dir: "auto" });
    readonly #mute = el("span", { class: "soft" }, "no answer"); // its tokens ended while it thought
    readonly #figure = el("span", { class: "figure" });
    readonly #reasoning: FoldedText;
    readonly #text: GrowingText;
    #wasThinking = false;

    constructor(path: string) {
        const title = freshId("lane");
        this.#reasoning = new FoldedText("reasoning", `Reasoning of ${path}`);
        this.#text = new GrowingText(`Text of ${path}`);
        const head = el("h4", { id: title }, el("span", { class: "path" }, path), this.#badge.node, this.#answer, this.#mute, this.#figure);
        this.node = el("article", { class: "lane-card", "aria-labelledby": title }, head, this.#reasoning.node, this.#text.node);
    }

    // `settled`: nothing beside it is at work any more.
    show(lane: Lane, answer: string | null, settled: boolean): void {
        this.#badge.show(lane.state);
        const found = answer === null ? "" : answer.slice(0, 300);
        const mute = lane.state === "done" && found === "" && lane.text === "" && lane.reasoning !== "";
        this.#mute.hidden = !mute;
        if (this.#answer.textContent !== found) this.#answer.textContent = found;
        const time = lane.seconds ? `   ${seconds(lane.seconds)}` : "";
        this.#figure.textContent = `${tokens(lane.tokens)} tok${time}`;
        const running = lane.state === "running";
        this.#reasoning.set(lane.reasoning, running);
        this.#text.set(lane.text, running);
        // While nothing else is said, what is thought can be read as it comes.
        const thinking = !settled && lane.reasoning !== "" && lane.text === "";
        if (thinking !== this.#wasThinking) this.#reasoning.node.open = thinking;
        this.#wasThinking = thinking;
    }
}

class WorkspaceBlock {
    readonly node: HTMLElement;
    readonly #facts = el("span", { class: "soft" });
    readonly #sources = el("span", { class: "soft" });
    readonly #text: GrowingText;

    constructor(title: string) {
        this.#text = new GrowingText(title);
        this.node = el("div", { class: "workspace" }, el("h4", {}, title, this.#facts), this.#sources, this.#text.node);
    }

    show({ text, tokens: length, truncated, sources }: WorkspaceState): void {
        this.#facts.textContent = `${whole(length)} tok${truncated ? ", cut" : ""}`;
        this.#sources.replaceChildren(sources.length > 0 ? "from " : "", foreign(sources.slice(0, 64).join("  ")));
        this.#text.set(text, false);
    }
}

// Makes what is not there yet, in order.
function grown<Part extends { node: HTMLElement }>(parts: Part[], box: HTMLElement, length: number, make: (at: number) => Part): Part[] {
    while (parts.length < length) {
        const part = make(parts.length);
        parts.push(part);
        box.append(part.node);
    }
    return parts;
}

export class RoundBlock {
    readonly node: HTMLElement;
    readonly #number: number;
    readonly #summary = el("span", { class: "soft" });
    readonly #cards = el("div", { class: "lane-cards" });
    readonly #distilled = el("div");
    readonly #lanes: LaneCard[] = [];
    readonly #workspaces: WorkspaceBlock[] = [];

    constructor(number: number) {
        this.#number = number;
        this.node = el("section", { class: "round" }, el("h3", {}, `Round ${number} `, this.#summary), this.#cards, this.#distilled);
    }

    // `over`: the run is.
    show(round: RoundState, over: boolean): void {
        this.#summary.textContent = summary(round.drafts);
        grown(this.#lanes, this.#cards, round.drafts.length, (at) => new LaneCard(`r${this.#number}.d${at}`));
        // Cards shrink to what is in them, all at once, when none is at work any more.
        const settled = over || round.drafts.every(({ state }) => state === "done" || state === "failed");
        this.node.classList.toggle("settled", settled);
        round.drafts.forEach((draft, at) => this.#lanes[at]?.show(draft, draft.answer, settled));
        const title = (at: number) => (round.workspaces.length > 1 ? `Workspace ${at + 1}` : "Workspace");
        grown(this.#workspaces, this.#distilled, round.workspaces.length, (at) => new WorkspaceBlock(title(at)));
        round.workspaces.forEach((workspace, at) => this.#workspaces[at]?.show(workspace));
    }
}

function summary(drafts: readonly Draft[]): string {
    const answers = drafts.map((draft) => draft.answer).filter((answer) => answer !== null);
    const done = drafts.filter((draft) => draft.state === "done").length;
    const failed = drafts.filter((draft) => draft.state === "failed").length;
    return [
        `${drafts.length} ${drafts.length === 1 ? "draft" : "drafts"}`,
        `${done} done`,
        failed > 0 ? `${failed} failed` : "",
        answers.length > 0 ? `${answers.length} with an answer, ${new Set(answers).size} different` : "",
    ].filter(Boolean).join(" · ");
}

export class FinalBlock {
    readonly node: HTMLElement;
    readonly #card = new LaneCard("final");
    readonly #answer = new GrowingText("The answer");
    readonly #answerBox = el("div", {}, el("h3", {}, "Answer"), this.#answer.node);

    constructor() {
        this.node = el("section", { class: "round" }, el("h3", {}, "Final"), this.#card.node, this.#answerBox);
    }

    // The answer stands by itself where it is not the final call's text.
    show(run: Run): void {
        this.#card.node.hidden = run.final === null;
        if (run.final) this.#card.show(run.final, null, run.finished || run.final.state !== "running");
        const own = run.answer !== null && run.answer !== run.final?.text;
        this.#answerBox.hidden = !own;
        if (own) this.#answer.set(run.answer ?? "", false);
        this.node.hidden = run.final === null && !own;
    }
}

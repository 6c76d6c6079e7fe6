// How a sample or a call ended, as word, mark and class: never by colour alone.
import type { CallDetail, Run, SampleDetail } from "./data";
import { el } from "../../common/dom";

export type State = "r" | "w" | "n" | "u" | "e" | ".";

export interface StateLook {
    word: string;
    mark: string;
    name: string; // class
}

export const kStates: Record<State, StateLook> = {
    r: { word: "right", mark: "\u2713", name: "right" },
    w: { word: "wrong", mark: "\u00d7", name: "wrong" },
    n: { word: "no answer", mark: "\u2013", name: "silent" },
    u: { word: "not judged", mark: "?", name: "unjudged" },
    e: { word: "error", mark: "!", name: "failed" },
    ".": { word: "not run", mark: "", name: "absent" },
};

export const kStateOrder: readonly State[] = ["r", "w", "n", "u", "e", "."];

function asState(letter: string | undefined): State {
    return letter !== undefined && letter in kStates ? (letter as State) : ".";
}

export function stateAt(run: Run, row: number, sample: number): State {
    return asState(run.grid.states[row * run.grid.columns + sample]);
}

export function callState(call: CallDetail): State {
    if (call.finish === "error" || call.error !== null) return "e";
    if (call.verdict === "equal") return "r";
    if (call.answer === null) return "n";
    return call.verdict === "different" ? "w" : "u";
}

export function sampleState(sample: SampleDetail): State {
    if (sample.error !== null) return "e";
    if (sample.verdict === "equal") return "r";
    if (sample.answer === null) return "n";
    return sample.verdict === "different" ? "w" : "u";
}

export function stateMark(state: State): HTMLElement {
    const look = kStates[state];
    return el("span", { class: `cell ${look.name}`, "aria-hidden": "true" }, look.mark);
}

export function stateBadge(state: State): HTMLElement {
    return el("span", { class: "badge" }, stateMark(state), kStates[state].word);
}

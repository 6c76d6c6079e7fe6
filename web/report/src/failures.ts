// How it fails: three cards, each with how often, what it cost and examples to open.
import type { Example, Fact, LengthRow, PlaceRow, ReportData, Signature, SummaryFaults } from "./data";
import * as column from "./columns";
import { button, el, foreign, section, type Child } from "../../common/dom";
import { interval, percent, tokens, whole } from "./format";
import { go } from "./route";
import { table, type Column } from "./table";

function open(data: ReportData, example: Example): void {
    go({
        run: data.runs[example.run]?.id ?? "",
        problem: data.problems[example.problem]?.id ?? "",
        sample: example.sample,
        call: example.paths[0] ?? "",
    }, "push");
}

function examples(data: ReportData, list: readonly Example[]): Child {
    if (list.length === 0) return null;
    const items = list.map((example) => {
        const id = data.problems[example.problem]?.id ?? "?";
        const label = [foreign(id), ` sample ${example.sample}`];
        const run = data.runs.length > 1 && [foreign(data.runs[example.run]?.label ?? ""), example.text ? ": " : ""];
        const link = button(label, () => open(data, example), { class: "link" });
        return el("li", {}, link, " ", el("span", { class: "soft" }, run, foreign(example.text)));
    });
    return [el("h4", {}, "To open"), el("ul", { class: "examples" }, items)];
}

function rule(text: string): HTMLElement {
    return el("details", { class: "rule" }, el("summary", {}, "What is counted"), el("p", {}, foreign(text)));
}

function rateOf(signature: Signature): Child {
    if (!signature.rate) return el("p", { class: "rate soft" }, "cannot be told");
    return [
        el("p", { class: "rate" }, percent(signature.rate.value), el("small", {}, interval(signature.rate))),
        el("p", { class: "soft" }, `${whole(signature.count)} of ${whole(signature.total)} `, foreign(signature.of)),
    ];
}

const kFactsShown = 4;

function factList(list: readonly Fact[]): Child {
    if (list.length === 0) return null;
    return el("dl", {}, list.map((fact) => [el("dt", {}, foreign(fact.name)), el("dd", {}, foreign(fact.value))]));
}

function facts({ facts: all }: Signature): Child {
    const rest = all.slice(kFactsShown);
    return [
        factList(all.slice(0, kFactsShown)),
        rest.length > 0 && el("details", { class: "rule" }, el("summary", {}, "More figures"), factList(rest)),
    ];
}

function card(data: ReportData, signature: Signature): HTMLElement {
    return el(
        "article",
        { class: "card", id: signature.name },
        el("h3", {}, foreign(signature.title)),
        rateOf(signature),
        signature.cost ? el("p", {}, foreign(signature.cost)) : null,
        facts(signature),
        examples(data, signature.examples),
        rule(signature.rule),
    );
}

function faultsCard(data: ReportData, faults: SummaryFaults): HTMLElement {
    const of = (count: number) => (faults.checked > 0 ? ` (${percent(count / faults.checked)})` : "");
    return el(
        "article",
        { class: "card", id: "summary_faults" },
        el("h3", {}, "Faults of summaries"),
        el("p", { class: "soft" }, `${whole(faults.checked)} written workspaces were checked`),
        el(
            "dl",
            {},
            el("dt", {}, "an answer that no draft gave"),
            el("dd", {}, `${whole(faults.invented)}${of(faults.invented)}`),
            el("dt", {}, "a right answer lost"),
            el("dd", {}, `${whole(faults.lost)}${of(faults.lost)}`),
        ),
        examples(data, faults.examples),
        rule(faults.rule),
    );
}

const kPlaceColumns: Column<PlaceRow>[] = [
    column.figure("place of the right candidate", "place", (row) => row.place),
    column.accuracy("accuracy of readers", "accuracy", (row) => row.accuracy),
    column.figure("readers", "count", (row) => row.count),
];

const kLengthColumns: Column<LengthRow>[] = [
    column.figure("workspace from", "from", (row) => row.from, tokens),
    column.figure("to", "to", (row) => row.to, tokens),
    column.accuracy("accuracy of readers", "accuracy", (row) => row.accuracy),
    column.figure("readers", "count", (row) => row.count),
];

function positions(data: ReportData): Child {
    if (!data.position) return null;
    const { by_place, by_length } = data.position;
    const places = table({ name: "by-place", label: "Accuracy by place in the workspace", columns: kPlaceColumns, rows: by_place });
    const lengths = table({ name: "by-length", label: "Accuracy by length of the workspace", columns: kLengthColumns, rows: by_length });
    return el(
        "div",
        { class: "pair" },
        by_place.length > 0 && el("div", {}, el("h3", {}, "Where the right candidate stands"), places),
        by_length.length > 0 && el("div", {}, el("h3", {}, "How long the workspace is"), lengths),
    );
}

export function failuresSection(data: ReportData): Child {
    const cards = data.signatures.map((signature) => card(data, signature));
    if (data.summary_faults) cards.push(faultsCard(data, data.summary_faults));
    if (cards.length === 0 && !data.position) return null;
    return section(
        { id: "failures", title: "How it fails" },
        cards.length > 0 && el("div", { class: "cards" }, cards),
        positions(data),
    );
}

// A table that sorts by its headings and saves itself as CSV.
import { button, el, type Child } from "../../common/dom";
import { csv, save, type CsvValue } from "./csv";

export interface Column<Row> {
    title: string;
    name: string; // heading in the CSV
    help?: string;
    words?: boolean; // text: left-aligned, and sorted by spelling
    value: (row: Row) => CsvValue; // what sorts, and what the CSV has
    show?: (row: Row) => Child; // what is seen; else the value
    more?: { name: string; value: (row: Row) => CsvValue }[]; // further columns of the CSV: ends of an interval
}

export interface TableParts<Row> {
    name: string; // of the saved file
    label: string;
    columns: readonly Column<Row>[];
    rows: readonly Row[];
    note?: string;
}

interface Order {
    column: number;
    down: boolean;
}

function compare(a: CsvValue, b: CsvValue): number {
    if (a === b) return 0;
    // What is not known stands last, whichever way the rest is sorted: see sorted().
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en", { numeric: true });
}

function sorted<Row>(parts: TableParts<Row>, order: Order | null): readonly Row[] {
    const column = order && parts.columns[order.column];
    if (!column) return parts.rows;
    const sign = order.down ? -1 : 1;
    return [...parts.rows].sort((a, b) => {
        const left = column.value(a);
        const right = column.value(b);
        if (left === null || right === null) return Number(left === null) - Number(right === null);
        return sign * compare(left, right);
    });
}

function cell<Row>(column: Column<Row>, row: Row, first: boolean): HTMLElement {
    const value = column.value(row);
    const content = column.show ? column.show(row) : value === null ? "\u2013" : String(value);
    if (first) return el("th", { scope: "row", class: "words" }, content);
    return el("td", { class: column.words ? "words" : "figure" }, content);
}

function asCsv<Row>(parts: TableParts<Row>, rows: readonly Row[]): string {
    const columns = parts.columns.flatMap((column) => [column, ...(column.more ?? [])]);
    return csv(columns.map((column) => column.name), rows.map((row) => columns.map((column) => column.value(row))));
}

export function table<Row>(parts: TableParts<Row>): HTMLElement {
    const body = el("tbody");
    let order: Order | null = null;
    const headings = parts.columns.map((column, index) => {
        const mark = el("span", { class: "order", "aria-hidden": "true" });
        const sort = () => {
            order = { column: index, down: order?.column === index ? !order.down : !column.words };
            fill();
        };
        const heading = button([column.title, mark], sort, { title: column.help ?? null });
        return { mark, node: el("th", { scope: "col", class: column.words || index === 0 ? "words" : "figure" }, heading) };
    });
    const fill = () => {
        headings.forEach(({ mark, node }, index) => {
            const here = order?.column === index;
            mark.textContent = here ? (order?.down ? "\u25be" : "\u25b4") : "";
            node.setAttribute("aria-sort", here ? (order?.down ? "descending" : "ascending") : "none");
        });
        const rows = sorted(parts, order);
        body.replaceChildren(
            ...rows.map((row) => el("tr", {}, parts.columns.map((column, index) => cell(column, row, index === 0)))),
        );
    };
    fill();
    const toCsv = () => save(`${parts.name}.csv`, "text/csv;charset=utf-8", asCsv(parts, sorted(parts, order)));
    return el(
        "div",
        { class: "tabled" },
        el(
            "div",
            { class: "scroll", tabindex: 0, role: "region", "aria-label": parts.label },
            el("table", {}, el("thead", {}, el("tr", {}, headings.map(({ node }) => node))), body),
        ),
        el(
            "div",
            { class: "tools" },
            el("span", { class: "note" }, parts.note ?? ""),
            button("CSV", toCsv, { title: `Save "${parts.label}" as CSV`, "aria-label": `Save ${parts.label} as CSV` }),
        ),
    );
}

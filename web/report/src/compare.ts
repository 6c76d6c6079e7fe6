// Which distiller, and how large a workspace.
import * as Plot from "@observablehq/plot";

import type { DistillerRow, Estimate, ReportData, WorkspaceRow } from "./data";
import * as column from "./columns";
import { section, type Child } from "../../common/dom";
import { figure } from "./figure";
import { interval, percent, tokens } from "./format";
import { familyColour, familySymbol, type Palette } from "./palette";
import { table, type Column } from "./table";

const kStyle = (colours: Palette) => ({
    background: "transparent",
    color: colours.soft,
    fontSize: "12px",
    overflow: "visible",
});

const kPercentTicks = (value: number) => `${Math.round(value * 100)} %`;

function said(name: string, accuracy: Estimate): string {
    return `${name}\n${percent(accuracy.value)} (${interval(accuracy)})`;
}

function ends(accuracy: Estimate): [number, number] {
    return [accuracy.lo ?? accuracy.value, accuracy.hi ?? accuracy.value];
}

function domainOf(all: readonly Estimate[]): [number, number] {
    const values = all.flatMap(ends);
    return [Math.max(0, Math.min(...values) - 0.03), Math.min(1, Math.max(...values) + 0.03)];
}

function distillerPlot(rows: readonly DistillerRow[], colours: Palette, width: number): SVGSVGElement {
    const y = (row: DistillerRow) => row.distiller;
    const x = (row: DistillerRow) => row.accuracy.value;
    const low = (row: DistillerRow) => ends(row.accuracy)[0];
    const high = (row: DistillerRow) => ends(row.accuracy)[1];
    const colour = (row: DistillerRow) => (row.oracle ? colours.soft : colours.accent);
    const title = (row: DistillerRow) => said(row.distiller, row.accuracy);
    return Plot.plot({
        width,
        height: 60 + rows.length * 28,
        marginBottom: 46,
        marginLeft: Math.min(130, width * 0.36),
        marginRight: 20,
        style: kStyle(colours),
        x: {
            domain: domainOf(rows.map((row) => row.accuracy)),
            label: "accuracy",
            labelOffset: 42,
            ticks: width < 520 ? 4 : 8,
            tickFormat: kPercentTicks,
        },
        y: { domain: rows.map(y), label: null, tickFormat: (name: string) => name.slice(0, 24) },
        marks: [
            Plot.gridX({ stroke: colours.line, strokeOpacity: 1 }),
            Plot.ruleY(rows, { y, x1: low, x2: high, stroke: colour, strokeWidth: 2, strokeOpacity: 0.6 }),
            Plot.dot(rows, {
                x,
                y,
                fill: (row: DistillerRow) => (row.oracle ? colours.ground : colours.accent),
                stroke: colour,
                symbol: (row: DistillerRow) => (row.oracle ? "diamond" : "circle"),
                r: 5,
            }),
            Plot.tip(rows, Plot.pointerY({ x, y, title, fill: colours.ground, stroke: colours.soft })),
        ],
        symbol: { type: "identity" } as Plot.ScaleOptions,
        color: { type: "identity" },
    }) as SVGSVGElement;
}

const kDistillerColumns: Column<DistillerRow>[] = [
    column.words("distiller", "distiller", (row) => (row.oracle ? `${row.distiller} (oracle)` : row.distiller)),
    column.accuracy("accuracy", "accuracy", (row) => row.accuracy),
    column.difference("to the first", "difference", (row) => row.difference),
    column.tokenCount("B_seq", "b_seq", (row) => row.b_seq),
    column.tokenCount("B_total", "b_total", (row) => row.b_total),
    column.tokenCount("workspace", "workspace_tokens", (row) => row.workspace_tokens, "mean tokens"),
    column.figure("workspace cut", "workspace_cut", (row) => row.workspace_cut, percent, "workspaces that did not hold all"),
    column.figure("runs", "runs", (row) => row.runs.length),
];

export function distillersSection(data: ReportData): Child {
    const rows = data.distillers;
    if (rows.length === 0) return null;
    const chart = figure(() => ({
        name: "distillers",
        label: `Accuracy by distiller. ${rows.map((row) => `${row.distiller} ${percent(row.accuracy.value)}`).join("; ")}`,
        simulated: data.simulated,
        draw: (colours, width) => distillerPlot(rows, colours, width),
    }), rows.some((row) => row.oracle) ? "Open diamonds look at the reference: an analysis, not a method." : "");
    return section(
        { id: "distillers", title: "Distillers" },
        chart.node,
        table({ name: "distillers", label: "Figures of distillers", columns: kDistillerColumns, rows }),
    );
}

interface Point extends WorkspaceRow {
    x: number;
}

// One line for each distiller; a workspace without a bound stands apart in the table, not on a logarithmic axis.
function workspacePlot(rows: readonly WorkspaceRow[], colours: Palette, width: number): SVGSVGElement {
    const bounded: Point[] = rows.flatMap((row) => (row.kappa === null ? [] : [{ ...row, x: row.kappa }]));
    const names = [...new Set(bounded.map((row) => row.distiller))];
    const y = (row: Point) => row.accuracy.value;
    const lines = names.map((name) => bounded.filter((row) => row.distiller === name).sort((a, b) => a.x - b.x));
    const title = (row: Point) => said(`${row.distiller}, ${tokens(row.x)} tokens`, row.accuracy);
    const marks = lines.flatMap((line, index) => {
        const colour = familyColour(colours, index);
        const y1 = (row: Point) => ends(row.accuracy)[0];
        const y2 = (row: Point) => ends(row.accuracy)[1];
        return [
            line.length > 1 ? Plot.areaY(line, { x: "x", y1, y2, fill: colour, fillOpacity: 0.1 }) : null,
            Plot.ruleX(line, { x: "x", y1, y2, stroke: colour, strokeOpacity: 0.5 }),
            Plot.line(line, { x: "x", y, stroke: colour, strokeWidth: 2 }),
            Plot.dot(line, { x: "x", y, fill: colour, symbol: familySymbol(index), r: 4.5 }),
            Plot.text(line.slice(-1), { x: "x", y, text: "distiller", dy: -10, textAnchor: "end", fill: colour, fontWeight: 600 }),
        ];
    });
    return Plot.plot({
        width,
        height: 260,
        marginBottom: 46,
        marginLeft: 50,
        marginRight: 20,
        style: kStyle(colours),
        x: {
            type: "log",
            label: "bound of the workspace, tokens",
            labelOffset: 42,
            ticks: [...new Set(bounded.map((row) => row.x))],
            tickFormat: tokens,
            insetLeft: 14,
            insetRight: 14,
        },
        y: { domain: domainOf(bounded.map((row) => row.accuracy)), label: "accuracy", tickFormat: kPercentTicks },
        marks: [
            Plot.gridY({ stroke: colours.line, strokeOpacity: 1 }),
            ...marks,
            Plot.tip(bounded, Plot.pointer({ x: "x", y, title, fill: colours.ground, stroke: colours.soft })),
        ],
    }) as SVGSVGElement;
}

const kWorkspaceColumns: Column<WorkspaceRow>[] = [
    column.words("distiller", "distiller", (row) => row.distiller),
    column.tokenCount("bound", "kappa", (row) => row.kappa, "tokens that a workspace may have"),
    column.figure("k", "k", (row) => row.k),
    column.accuracy("accuracy", "accuracy", (row) => row.accuracy),
    column.difference("to the first", "difference", (row) => row.difference),
    column.tokenCount("B_seq", "b_seq", (row) => row.b_seq),
    column.tokenCount("workspace", "workspace_tokens", (row) => row.workspace_tokens, "mean tokens"),
    column.figure("workspace cut", "workspace_cut", (row) => row.workspace_cut, percent, "workspaces that did not hold all"),
    column.words("judged", "note", (row) => row.note || null),
];

export function workspacesSection(data: ReportData): Child {
    const rows = data.workspaces;
    if (rows.length === 0) return null;
    const label = rows.map((row) => `${row.distiller} ${tokens(row.kappa)} ${percent(row.accuracy.value)}`).join("; ");
    const chart = figure(() => ({
        name: "workspace-sizes",
        label: `Accuracy by bound of the workspace. ${label}`,
        simulated: data.simulated,
        draw: (colours, width) => workspacePlot(rows, colours, width),
    }));
    return section(
        { id: "workspaces", title: "Workspace sizes" },
        rows.some((row) => row.kappa !== null) && chart.node,
        table({ name: "workspace-sizes", label: "Figures of workspace sizes", columns: kWorkspaceColumns, rows }),
    );
}

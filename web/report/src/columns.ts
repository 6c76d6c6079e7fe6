// Columns that several tables share.
import type { Estimate } from "./data";
import { el, foreign } from "../../common/dom";
import { interval, kNone, percent, points, tokens, whole } from "./format";
import type { Column } from "./table";

type Get<Row, T> = (row: Row) => T;

export function words<Row>(title: string, name: string, value: Get<Row, string | null>, help?: string): Column<Row> {
    return { title, name, words: true, value, show: (row) => foreign(value(row) ?? kNone), ...(help ? { help } : {}) };
}

export function figure<Row>(
    title: string,
    name: string,
    value: Get<Row, number | null>,
    show: (value: number | null) => string = whole,
    help?: string,
): Column<Row> {
    return { title, name, value, show: (row) => show(value(row)), ...(help ? { help } : {}) };
}

export function tokenCount<Row>(title: string, name: string, value: Get<Row, number | null>, help?: string): Column<Row> {
    return figure(title, name, value, tokens, help);
}

// A figure with its interval beneath; the CSV has both ends.
function estimated<Row>(
    title: string,
    name: string,
    value: Get<Row, Estimate | null>,
    show: (value: number) => string,
    help: string,
): Column<Row> {
    return {
        title,
        name,
        help,
        value: (row) => value(row)?.value ?? null,
        more: [
            { name: `${name}_lo`, value: (row) => value(row)?.lo ?? null },
            { name: `${name}_hi`, value: (row) => value(row)?.hi ?? null },
        ],
        show: (row) => {
            const estimate = value(row);
            if (!estimate) return kNone;
            return [show(estimate.value), el("small", {}, interval(estimate, show))];
        },
    };
}

export function accuracy<Row>(title: string, name: string, value: Get<Row, Estimate | null>, help = ""): Column<Row> {
    return estimated(title, name, value, percent, help || "with its 95 % interval, clustered by problem");
}

export function difference<Row>(title: string, name: string, value: Get<Row, Estimate | null>, help = ""): Column<Row> {
    return estimated(title, name, value, points, help || "in percentage points, paired by problem, with its 95 % interval");
}

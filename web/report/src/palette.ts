// Colours and shapes of what is drawn. Families are told apart by both; the colours keep apart for colour-blind eyes
// (after Okabe and Ito), with lighter ones on dark ground.

import type { Theme } from "../../common/theme";

export { onTheme, setTheme, startTheme, theme } from "../../common/theme";

export interface Palette {
    ground: string;
    ink: string;
    soft: string; // axes, secondary text
    line: string; // grid lines
    accent: string;
    families: readonly string[];
}

const kLight: Palette = {
    ground: "#ffffff",
    ink: "#1c2330",
    soft: "#596273",
    line: "#d9dde4",
    accent: "#0b62a8",
    families: ["#0b62a8", "#c04f00", "#00785a", "#a8478a", "#7a5c00", "#3d8fc4", "#5b5fc7", "#5f6670"],
};

const kDark: Palette = {
    ground: "#14181f",
    ink: "#e7eaf0",
    soft: "#a2abba",
    line: "#323945",
    accent: "#6cb6f0",
    families: ["#6cb6f0", "#ff9a57", "#4fd0a5", "#e99ccf", "#e3c14d", "#9fd8ff", "#a9adff", "#b8c0cc"],
};

export const kSymbols = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "asterisk"] as const;

export function palette(theme: Theme): Palette {
    return theme === "dark" ? kDark : kLight;
}

export function familyColour(colours: Palette, family: number): string {
    return colours.families[family % colours.families.length] ?? colours.ink;
}

// Past the last colour the shapes move on by one, so that no two families look the same for a long while.
export function familySymbol(family: number): (typeof kSymbols)[number] {
    return kSymbols[(family + Math.floor(family / kSymbols.length)) % kSymbols.length] ?? "circle";
}

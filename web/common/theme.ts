// Light or dark: the system's, unless one was chosen, which is kept.

export type Theme = "light" | "dark";

const kKey = "retort-theme";
const kSystemDark = "(prefers-color-scheme: dark)";
const listeners = new Set<() => void>();
let printing = false; // paper is light

function tell(): void {
    for (const listener of listeners) listener();
}

// A page from a file may not be allowed to keep anything: then the choice lasts as long as the page.
function kept(): string | null {
    try {
        return localStorage.getItem(kKey);
    } catch {
        return null;
    }
}

function keep(theme: Theme): void {
    try {
        localStorage.setItem(kKey, theme);
    } catch {
        return;
    }
}

export function theme(): Theme {
    if (printing) return "light";
    const chosen = document.documentElement.dataset["theme"];
    if (chosen === "light" || chosen === "dark") return chosen;
    return matchMedia(kSystemDark).matches ? "dark" : "light";
}

export function setTheme(next: Theme): void {
    document.documentElement.dataset["theme"] = next;
    keep(next);
    tell();
}

export function onTheme(listener: () => void): void {
    listeners.add(listener);
}

export function startTheme(): void {
    const chosen = kept();
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
    matchMedia(kSystemDark).addEventListener("change", tell);
    const print = (now: boolean) => () => {
        printing = now;
        tell();
    };
    addEventListener("beforeprint", print(true));
    addEventListener("afterprint", print(false));
}

// Deep links: what is open and what is filtered stands behind the # of the address, so that a link shows the same.

export interface Route {
    // The open sample; `problem` is empty when none is open.
    run: string; // id
    problem: string; // id
    sample: number;
    call: string; // path of a call in it; empty: none
    // Filters of the grid.
    only: string; // id of the one run that is shown; empty: all
    state: string; // letters of Grid.states; empty: all
    query: string;
}

export const kNothingOpen = { run: "", problem: "", sample: 0, call: "" };

export function parseRoute(hash: string): Route {
    const values = new URLSearchParams(hash.replace(/^#/, ""));
    const sample = Number(values.get("s") ?? 0);
    return {
        run: values.get("r") ?? "",
        problem: values.get("p") ?? "",
        sample: Number.isInteger(sample) && sample >= 0 ? sample : 0,
        call: values.get("c") ?? "",
        only: values.get("only") ?? "",
        state: (values.get("state") ?? "").replace(/[^rwnue.]/g, ""),
        query: (values.get("q") ?? "").slice(0, 200),
    };
}

export function formatRoute(route: Route): string {
    const values = new URLSearchParams();
    if (route.problem) {
        values.set("r", route.run);
        values.set("p", route.problem);
        values.set("s", String(route.sample));
    }
    if (route.call) values.set("c", route.call);
    if (route.only) values.set("only", route.only);
    if (route.state) values.set("state", route.state);
    if (route.query) values.set("q", route.query);
    const text = values.toString();
    return text ? `#${text}` : "#";
}

type Listener = (route: Route) => void;
const listeners = new Set<Listener>();

export function route(): Route {
    return parseRoute(location.hash);
}

// Opening and closing make an entry in the history, so that "back" closes; filters only replace the address.
export function go(changes: Partial<Route>, how: "push" | "replace"): void {
    const next = { ...route(), ...changes };
    const address = formatRoute(next);
    if (how === "push") history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    for (const listener of listeners) listener(next);
}

export function onRoute(listener: Listener): void {
    listeners.add(listener);
}

export function startRoute(): void {
    const tell = () => {
        const now = route();
        for (const listener of listeners) listener(now);
    };
    addEventListener("popstate", tell);
    addEventListener("hashchange", tell);
}

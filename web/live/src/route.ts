// Which run is open stands behind the # of the address: "back" closes it, and a link shows it again.

export function parseRun(hash: string): string {
    return (new URLSearchParams(hash.replace(/^#/, "")).get("run") ?? "").slice(0, 200);
}

export function formatRun(id: string): string {
    return id ? `#${new URLSearchParams({ run: id }).toString()}` : "#";
}

let told: (run: string) => void = () => {};
const tell = () => told(parseRun(location.hash));

export function go(run: string): void {
    history.pushState(null, "", formatRun(run));
    told(run);
}

export function startRoute(listener: (run: string) => void): void {
    told = listener;
    addEventListener("popstate", tell);
    addEventListener("hashchange", tell);
    tell();
}

// The live page of the gateway: what it does now, what has ended, and a place to try it.
import "../../common/base.css";
import "./style.css";

import { el } from "../../common/dom";
import { startTheme } from "../../common/theme";
import { Api, ApiFailure } from "./api";
import { Composer, preferred } from "./composer";
import { Head } from "./head";
import { HistoryList } from "./history";
import { InFlightRows } from "./in_flight";
import { KeyForm } from "./key_form";
import { Live } from "./live";
import { Meters } from "./meters";
import { go, startRoute } from "./route";
import { RunView } from "./run_view";
import { Upstreams } from "./upstreams";

const kModels_ms = 60_000;

class Page {
    readonly #api = new Api();
    readonly #head = new Head(() => this.#useKey(""));
    readonly #form = new KeyForm((key) => this.#useKey(key));
    readonly #meters = new Meters();
    readonly #upstreams = new Upstreams();
    readonly #rows = new InFlightRows(go);
    readonly #composer = new Composer(this.#api);
    readonly #live = new Live(this.#api, {
        state: (state) => {
            this.#showMain();
            this.#meters.show(state, this.#live);
            this.#upstreams.show(state.upstreams);
            this.#rows.show(state, this.#live.finished, this.#model);
        },
        finished: (fresh) => this.#history.added(fresh),
        forgotten: () => {
            this.#rows.forgotten();
            this.#history.forgotten();
        },
        trouble: (trouble) => {
            this.#head.showTrouble(trouble, !this.#main.hidden);
            this.#main.classList.toggle("stale", trouble !== null);
        },
        keyWanted: (wrong) => this.#askKey(wrong),
    });
    readonly #history = new HistoryList(this.#api, this.#live, go);
    readonly #run = new RunView(this.#api, () => this.#live.now_ms(), () => go(""), (id) => this.#focusRow(id));
    readonly #main = el("main", { hidden: true }, this.#meters.node, this.#upstreams.node, this.#rows.node, this.#composer.node, this.#history.node);
    #model = "";
    #modelsAt = 0;

    start(page: HTMLElement): void {
        page.replaceChildren(this.#head.node, this.#form.node, this.#main, this.#head.trouble, this.#run.node);
        this.#live.start();
    }

    #showMain(): void {
        if (this.#main.hidden) this.#enter();
        this.#head.showTrouble(null, true);
        if (Date.now() - this.#modelsAt > kModels_ms && !document.hidden) void this.#listModels();
    }

    // The gateway has answered, for the first time or with another key.
    #enter(): void {
        this.#form.hide();
        this.#main.hidden = false;
        this.#head.showKey(this.#api.hasKey);
        startRoute((run) => this.#run.show(run));
    }

    #askKey(wrong: boolean): void {
        this.#main.hidden = true;
        this.#run.show(""); // it would lie over the form
        this.#head.waitForKey();
        this.#head.showKey(false);
        this.#form.ask(wrong);
    }

    #useKey(key: string): void {
        this.#api.setKey(key);
        if (!key) {
            location.reload(); // nothing that the key showed stays
            return;
        }
        this.#modelsAt = 0;
        this.#live.start();
    }

    async #listModels(): Promise<void> {
        this.#modelsAt = Date.now();
        try {
            const list = await this.#api.get<{ data: { id: string }[] }>("v1/models");
            const names = list.data.map((one) => String(one.id).slice(0, 200));
            this.#model = preferred(names)[1];
            this.#composer.list(names);
        } catch (error) {
            if (!(error instanceof ApiFailure)) throw error;
        }
    }

    // Where the opened run's row still is.
    #focusRow(id: string): void {
        if (!this.#rows.focus(id)) this.#history.focus(id);
    }
}

startTheme();
new Page().start(document.getElementById("page") ?? document.body);

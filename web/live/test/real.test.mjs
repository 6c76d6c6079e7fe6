// The page over the real program with its default model in process, and over the real program before a model server that
// means harm: what page.test.mjs shows of a made-up gateway holds for the one that there is.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launch, picture } from "./browser.mjs";
import { Gateway, HarmfulServer, Load, ask, kFleet, kHarm, kQuestion, openLive, until, wait } from "./gateway.mjs";

const kLong_ms = 120_000; // for what waits until many calls have been answered, on a slow machine
const kTest = { timeout: 300_000 };

let browser;
before(async () => {
    browser = await launch();
});
after(() => browser?.close());

const running = (page) => page.locator(".slots .row:not([hidden]):not(.ended)");
const past = (page) => page.locator(".list-body .past");
const viewer = (page) => page.locator(".viewer");
const pane = (page, at) => page.locator(".pane").nth(at);

// `allowed`: complaints of the browser that belong to the test.
async function withPage(gateway, options, work) {
    const { page, complaints, close } = await openLive(browser, gateway, options);
    try {
        await page.locator("main:not([hidden])").waitFor();
        await work(page);
        assert.deepEqual(complaints.filter((text) => !options.allowed?.test(text)), [], "the page complained");
    } finally {
        await close();
    }
}

async function withGateway(options, work) {
    const gateway = await new Gateway(...options).start();
    try {
        await work(gateway);
    } finally {
        await gateway.stop();
    }
}

const withOpened = (options, work) => withGateway([], (gateway) => withPage(gateway, options, (page) => work(page, gateway)));

async function withLoad(gateway, work, models = kFleet) {
    const load = new Load(gateway, models);
    try {
        await work(load);
    } finally {
        await load.hangUp();
    }
}

const isNotWider = async (page) => assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, "it scrolls sideways");

// Opens the row of a request that has not ended, whatever ends meanwhile.
async function openRunning(page, operator) {
    await running(page).filter({ hasText: operator }).first().click();
    await page.locator("dialog[open]").waitFor();
}

describe("over the default model in process", () => {
    test("the page is the gateway's, with a strict policy, and tells what to do: a command that works", kTest, () =>
        withOpened({ allowed: /Content Security Policy|TrustedHTML|violates|Refused/ }, async (page, gateway) => {
            const { headers } = await fetch(gateway.address);
            assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/);
            assert.equal(headers.get("x-content-type-options"), "nosniff");
            const policy = await page.locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content");
            assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self'/);
            const tried = await page.evaluate(async () => {
                const fetched = await fetch("http://127.0.0.1:9/").then(() => true, () => false);
                try {
                    document.body.insertAdjacentHTML("beforeend", "<b>x</b>");
                    return { fetched, markup: true };
                } catch {
                    return { fetched, markup: false };
                }
            });
            assert.deepEqual(tried, { fetched: false, markup: false });
            assert.ok(await page.locator(".upstreams").isHidden(), "a model in process is no server");
            const command = await page.locator(".hint pre").innerText();
            assert.ok(command.includes(`${gateway.address}v1/chat/completions`), command);
            const reply = await fetch(`${gateway.address}v1/chat/completions`, {
                method: "POST", headers: { "Content-Type": "application/json" }, body: /-d '([^']+)'/.exec(command)[1],
            });
            assert.equal(reply.status, 200, await reply.text());
            await past(page).first().waitFor();
        }));

    test("32 requests in flight are each shown, one in full while it is at work; all are in the history, and found there", kTest, () =>
        withOpened({}, async (page, gateway) => {
            await withLoad(gateway, async (load) => {
                const shown = () => running(page).locator(".named-operator").allInnerTexts();
                let names = [];
                await until(async () => (names = await shown()).length === kFleet.length, "32 rows", kLong_ms);
                assert.deepEqual(names.sort(), [...kFleet].sort());
                await page.locator(".meter").nth(2).getByText(/^32$/).waitFor();
                assert.match(await running(page).first().innerText(), /countdown[\s\S]*(round \d of 2|writing the answer)/);
                assert.match(await running(page).first().locator(".lanes").getAttribute("aria-label"), /\d+ (running|done|waiting).* tokens$/);
                await picture(page, "real-32", { fullPage: true });
                await until(() => load.answered > 0, "an answer", kLong_ms);
            });
            await until(async () => (await running(page).count()) === 0, "none is in flight any more");
            const ended = (await gateway.get("retort/history?limit=500")).finished;
            await until(async () => Number(await page.locator(".list").getAttribute("aria-rowcount")) === ended.length + 1, "all rows of the history");
            assert.ok(ended.some(({ status }) => status === "done") && ended.some(({ status }) => status === "hung_up"));
            const search = page.locator("input[type=search]");
            for (const [query, matches] of [["pdr:2", ({ operator }) => operator.startsWith("pdr:2")], ["hung", ({ status }) => status === "hung_up"]]) {
                await search.fill(query);
                await page.getByText(new RegExp(`^${ended.filter(matches).length} requests?$`)).first().waitFor();
                await picture(page, `real-search-${query.slice(0, 3)}`, { fullPage: true });
            }
            await search.fill("9, 9, 14"); // of the question
            await page.getByText(`${ended.length} requests`).first().waitFor();
            await search.fill("nowhere");
            await page.getByText("Nothing that is kept matches.").first().waitFor();
        }));

    test("an opened run: drafts as they are written, the workspace, the second round, the answer, and what it cost", kTest, () =>
        withOpened({}, async (page, gateway) => {
            await withLoad(gateway, async () => {
                const reply = ask(gateway, "pdr:64,5");
                await openRunning(page, "pdr:64,5");
                await picture(page, "real-run-begun");
                const view = viewer(page);
                assert.match(await view.innerText(), new RegExp(`${kQuestion}[\\s\\S]*Round 1\\s+64 drafts`));
                assert.match(await view.locator(".run-head").innerText(), /pdr:64,5\s+countdown[\s\S]*running[\s\S]*round 1 of 2/);
                assert.equal(await view.locator(".round").first().locator(".lane-card").count(), 64);
                const figure = async (name) => Number((await view.locator(".figures > div").filter({ hasText: new RegExp(`^${name}`) }).locator("dd").innerText()).replace(/\D/g, ""));
                const first = await figure("b_total");
                await view.locator(".lane-card .text:not([hidden])").first().waitFor({ timeout: kLong_ms });
                await view.locator(".lane-card").filter({ hasText: "done" }).first().waitFor({ timeout: kLong_ms });
                await until(async () => (await figure("b_total")) > first, "b_total grows", kLong_ms);
                await picture(page, "real-run-at-work");
                await view.locator(".workspace").first().waitFor({ timeout: kLong_ms });
                await view.getByRole("heading", { name: /Round 2/ }).waitFor();
                await view.locator(".run-head").getByText("done").waitFor({ timeout: kLong_ms });
                const { id, usage, content } = await reply;
                const text = await view.innerText();
                for (const part of [/Round 1\s+64 drafts · 64 done/, /Round 2\s+5 drafts · 5 done/, /from r1\.d\d+/, /Workspace\s*\d+ tok/, /\nFinal\n/, /calls\s+70/]) assert.match(text, part);
                assert.ok(text.includes(id));
                assert.deepEqual([await figure("b_seq"), await figure("b_total")], [usage.b_seq, usage.b_total]);
                if (content) assert.ok(text.includes(content));
                await picture(page, "real-run-ended");
            }, kFleet.slice(0, 8));
        }));

    test("asks two operators the same, and shows both answers with what they cost", kTest, () =>
        withOpened({}, async (page, gateway) => {
            await page.locator("select").first().locator("option", { hasText: "pdr:8,4" }).waitFor({ state: "attached" });
            assert.deepEqual(await page.locator("select").evaluateAll((all) => all.map((one) => one.value)), ["countdown", "pdr:4"]);
            await page.getByLabel("Right operator", { exact: true }).selectOption("pdr:8,4");
            await page.getByLabel("Prompt").fill(kQuestion);
            await page.getByRole("button", { name: "Ask both" }).click();
            for (const [at, calls] of [[0, 1], [1, 13]]) {
                await pane(page, at).locator(".pane-bar").getByText("done").waitFor();
                const text = await pane(page, at).innerText();
                assert.match(text, new RegExp(`b_seq\\s+\\d+\\s+b_total\\s+[\\d,]+\\s+calls\\s+${calls}\\s+time\\s+[\\d.]+`));
                assert.match(text, /reasoning \d+ characters/);
            }
            const [left, right] = (await gateway.get("retort/state")).finished.sort((a, b) => a.calls - b.calls);
            assert.deepEqual([left.operator, right.operator], ["cot", "pdr:8,4"]);
            for (const [at, { id, b_seq }] of [left, right].entries()) {
                const text = await pane(page, at).innerText();
                const { answer, final } = await gateway.get(`retort/runs/${id}`);
                assert.ok(text.includes(answer || final?.text || "It ended without an answer."), text);
                assert.ok(text.includes(String(b_seq)));
            }
            await picture(page, "real-side-by-side", { fullPage: true });
        }));

    test("what the model does not know is refused in words, with a question that it can be asked", kTest, () =>
        withOpened({ allowed: /400/ }, async (page) => {
            await page.getByLabel("Prompt").fill(`What colour is the sky? ${kHarm}`);
            await page.keyboard.press("Control+Enter");
            for (const at of [0, 1]) await pane(page, at).getByText('It can be asked: "Use 2, 9, 9, 14 to make 10"').waitFor();
        }));

    test("a client that hangs up: its run says so, and nothing goes on", kTest, () =>
        withOpened({}, async (page, gateway) => {
            const abort = new AbortController();
            const reply = ask(gateway, "pdr:400,200", { signal: abort.signal }).catch((error) => error.name);
            await openRunning(page, "pdr:400,200");
            await viewer(page).getByText("running").first().waitFor();
            abort.abort();
            assert.equal(await reply, "AbortError");
            await viewer(page).locator(".run-head").getByText("hung up").waitFor();
            await page.keyboard.press("Escape");
            await past(page).filter({ hasText: "pdr:400,200" }).filter({ hasText: "hung up" }).waitFor();
            assert.equal((await gateway.get("retort/state")).in_flight_count, 0);
        }));

    test("by keyboard alone: to a row by Tab, into its run by Enter, back by Escape and by Back; to the search, and into the history", kTest, () =>
        withOpened({}, async (page, gateway) => {
            await ask(gateway, "pdr:3,2");
            await withLoad(gateway, async () => {
                await running(page).nth(3).waitFor();
                const at = (selector) => page.evaluate((wanted) => document.activeElement.matches(wanted), selector);
                const tabTo = async (selector) => {
                    for (let n = 0; n < 200 && !(await at(selector)); n += 1) await page.keyboard.press("Tab");
                    assert.ok(await at(selector), `no way to ${selector} by Tab`);
                };
                await tabTo(".row:not(.ended)");
                assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none", "the focus is seen");
                await page.keyboard.press("Enter");
                await viewer(page).locator(".lane-card").first().waitFor();
                await page.keyboard.press("Escape");
                assert.equal(await page.locator("dialog[open]").count(), 0);
                assert.ok(await at(".row, .past"), "the focus is where it was");
                await page.keyboard.press("Enter");
                await page.locator("dialog[open]").waitFor();
                await page.goBack();
                await page.locator("dialog[open]").waitFor({ state: "hidden" });
                await tabTo("input[type=search]");
                await page.keyboard.type("pdr:3,2");
                await page.getByText(/^1 request$/).first().waitFor();
                await tabTo(".past");
                await page.keyboard.press("Enter");
                await viewer(page).getByText("pdr:3,2").first().waitFor();
                await viewer(page).locator(".lane-card").first().waitFor();
                await page.keyboard.press("Escape");
                assert.ok(await at(".past"));
            });
        }));

    test("light and dark, on a desk and on a phone, nothing is cut off or scrolls sideways", kTest, () =>
        withGateway([], async (gateway) => {
            for (let n = 0; n < 6; n += 1) await ask(gateway, "pdr:4");
            await withLoad(gateway, async () => {
                for (const [size, colorScheme] of [["wide", "light"], ["wide", "dark"], ["narrow", "light"], ["narrow", "dark"]]) {
                    await withPage(gateway, { size, colorScheme }, async (page) => {
                        await until(async () => (await running(page).count()) === 32, "32 rows", kLong_ms);
                        await isNotWider(page);
                        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
                        assert.equal(Math.max(...ground) < 100, colorScheme === "dark", `the ground is ${ground}`);
                        await picture(page, `real-${size}-${colorScheme}`, { fullPage: true });
                        await openRunning(page, "pdr:");
                        await viewer(page).locator(".lane-card").first().waitFor();
                        await isNotWider(page);
                        assert.ok(await viewer(page).evaluate((node) => node.scrollWidth <= node.clientWidth), "nor does a run");
                        await picture(page, `real-run-${size}-${colorScheme}`);
                    });
                }
            });
        }));
});

describe("SIGTERM while the page is open", () => {
    const kGone = /ERR_|Failed to load resource|503/;

    test("what is under way is answered in whole; the page says that nobody answers it, and goes on with the next gateway", kTest, () =>
        withGateway(["--grace", "60"], (gateway) =>
            withPage(gateway, { allowed: kGone }, async (page) => {
                await ask(gateway, "pdr:2");
                await past(page).filter({ hasText: "pdr:2" }).waitFor();
                const reply = ask(gateway, "pdr:200,20");
                await running(page).filter({ hasText: "pdr:200,20" }).waitFor();
                gateway.signal("SIGTERM");
                assert.ok((await reply).whole, "what was under way is answered in whole");
                assert.equal(await gateway.ended(), 0);
                await page.locator(".trouble-bar:not([hidden])").waitFor();
                assert.match(await page.locator(".trouble-bar").innerText(), /does not answer\. What is shown is from \d\d:\d\d:\d\d/);
                assert.match(await page.locator(".head-tools").innerText(), /no answer/);
                assert.ok(await past(page).filter({ hasText: "pdr:2" }).first().isVisible(), "what was shown stays");
                await picture(page, "real-gone");
                await gateway.start();
                await page.locator(".trouble-bar").waitFor({ state: "hidden" });
                assert.match(await page.locator(".head-tools").innerText(), /live/);
                await page.getByText("No request yet").waitFor(); // the next one knows nothing of what was
                assert.equal(await past(page).count(), 0);
                await ask(gateway, "pdr:3");
                await past(page).filter({ hasText: "pdr:3" }).waitFor();
            })));

    test("with a run opened and no time left: it is stopped, and the page does not hang on it", kTest, () =>
        withGateway(["--grace", "0"], (gateway) =>
            withPage(gateway, { allowed: kGone }, async (page) => {
                const reply = ask(gateway, "pdr:400,200").catch((error) => error);
                await openRunning(page, "pdr:400,200");
                await viewer(page).locator(".lane-card").first().waitFor();
                gateway.signal("SIGTERM");
                await gateway.ended();
                await reply;
                await viewer(page).getByText("the gateway does not answer").waitFor();
                assert.ok((await viewer(page).locator(".lane-card").count()) > 0, "what was there can be read");
                await gateway.start();
                await viewer(page).getByText("no longer kept").waitFor();
                await page.keyboard.press("Escape");
                await page.getByText("No request yet").waitFor();
            })));
});

describe("before a model server that means harm, text stays text", () => {
    let harmful;
    before(async () => {
        harmful = await new HarmfulServer().start();
    });
    after(() => harmful?.stop());

    const withHarm = (options, work) =>
        withGateway(["--url", harmful.url, "--model", "plain"], (gateway) => withPage(gateway, options, (page) => work(page, gateway)));

    const untouched = async (page) => {
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        assert.equal(await page.locator("img, script[src], main a, dialog a, main style, main svg svg").count(), 0);
    };
    const holds = async (place, what) => {
        const text = await place.evaluate((node) => node.textContent);
        assert.ok(text.includes(what), `${what} in ${text.slice(0, 2000)}`);
    };

    test("a question, an answer and its reasoning, in rows, the opened run and the history", kTest, () =>
        withHarm({}, async (page, gateway) => {
            const chip = page.locator(".upstream");
            await chip.waitFor();
            assert.match(await chip.innerText(), /up/);
            const reply = ask(gateway, "pdr:3,2", { question: `a question ${kHarm}` });
            await openRunning(page, "pdr:3,2");
            await viewer(page).locator(".run-head").getByText("done").waitFor();
            assert.ok((await reply).content.includes(kHarm));
            for (const fold of await viewer(page).locator(".folded:not([hidden]) > summary").all()) await fold.click();
            const view = viewer(page);
            await holds(view.locator(".run-sheet > .text"), `a question ${kHarm}`);
            await holds(view.locator(".lane-card > .text").first(), `an answer ${kHarm}`);
            await holds(view.locator(".lane-card .folded .text").first(), `a thought ${kHarm}`);
            await holds(view.locator(".workspace").first(), "<img src=x");
            await picture(page, "real-harm", { fullPage: true });
            await untouched(page);
            await page.keyboard.press("Escape");
            await page.locator("input[type=search]").fill("<img");
            await page.getByText(/^1 request$/).first().waitFor();
            await untouched(page);
        }));

    test("names of models, in lists, rows and refusals; errors of a server", kTest, () =>
        withHarm({ allowed: /40\d|50\d/ }, async (page, gateway) => {
            const options = page.locator("select").first().locator("option");
            await options.filter({ hasText: "<img src=x" }).first().waitFor({ state: "attached" });
            await ask(gateway, `pdr:2@${kHarm}`); // the server lists it
            await holds(past(page).filter({ hasText: "done" }).first().locator(".named"), "<img src=x");
            const failed = await ask(gateway, "pdr:2@broken").then(() => null, (error) => error);
            assert.ok(failed, "the broken model is said to be broken");
            const row = past(page).filter({ hasText: "failed" }).first();
            await row.waitFor();
            await holds(row.locator(".why"), "<img src=x");
            await row.click();
            await holds(viewer(page).locator(".run-sheet > .error"), "<img src=x");
            await untouched(page);
            await page.keyboard.press("Escape");
            for (const side of ["Left", "Right"]) await page.getByLabel(`${side} operator`, { exact: true }).selectOption({ label: "another name …" });
            await page.getByLabel("Left operator: a name of your own").fill("<img src=x onerror=window.hacked=6>:8,4@plain");
            await page.getByLabel("Right operator: a name of your own").fill("pdr:2@broken");
            await page.getByLabel("Prompt").fill(kHarm);
            await page.getByRole("button", { name: "Ask both" }).click();
            for (const at of [0, 1]) {
                await pane(page, at).locator(".pane-bar").getByText(/done|failed/).waitFor();
                await holds(pane(page, at).locator(".pane-result"), "<img src=x");
            }
            await pane(page, 1).locator(".error:not([hidden])").waitFor();
            await untouched(page);
        }));

    test("side by side: a plain model's stream and an operator's", kTest, () =>
        withHarm({}, async (page) => {
            await page.locator("select").first().locator("option", { hasText: "plain" }).first().waitFor({ state: "attached" });
            await page.getByLabel("Left operator", { exact: true }).selectOption("plain");
            await page.getByLabel("Right operator", { exact: true }).selectOption("pdr:4");
            await page.getByLabel("Prompt").fill(kHarm);
            await page.keyboard.press("Control+Enter");
            for (const at of [0, 1]) {
                await pane(page, at).locator(".pane-bar").getByText("done").waitFor();
                await holds(pane(page, at).locator(".pane-result > .text"), `an answer ${kHarm}`);
                await holds(pane(page, at).locator(".folded .text"), `a thought ${kHarm}`);
            }
            await untouched(page);
        }));

    test("a server that goes away is said to be down, and to be up when it is back", kTest, async () => {
        const server = await new HarmfulServer().start();
        const both = withGateway(["--url", server.url, "--model", "plain", "--retry-time", "1"], (gateway) =>
            withPage(gateway, { allowed: /40\d|50\d/ }, async (page) => {
                await page.locator(".upstream").getByText("up", { exact: true }).waitFor();
                await server.stop();
                await ask(gateway, "pdr:2").catch(() => {});
                await page.locator(".upstream").getByText(/down|probing/).waitFor({ timeout: 30_000 });
                await picture(page, "real-down");
                await server.start();
                await until(() => ask(gateway, "pdr:2").then(() => true, () => false), "the gateway asks it again", 60_000);
                await page.locator(".upstream").getByText("up", { exact: true }).waitFor();
            }));
        await both.finally(() => server.stop());
    });
});

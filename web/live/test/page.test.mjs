// The page in a real browser, over a made-up gateway: what is there, by mouse and by keyboard, in every look, when the
// gateway dies, and that foreign text stays text.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Served, built, launch, load, openPage, picture } from "./browser.mjs";

let browser;
before(async () => {
    browser = await launch();
});
after(() => browser?.close());

// `allowed`: complaints of the browser that belong to the test.
async function withPage(mode, options, work) {
    const served = await new Served(mode).start();
    const { page, complaints, close } = await openPage(browser, served.address, options);
    try {
        await work(page, served);
        const unexpected = complaints.filter((text) => !options.allowed?.test(text));
        assert.deepEqual(unexpected, [], "the page complained");
    } finally {
        await close();
        await served.stop();
    }
}

const shown = (page) => page.locator("main:not([hidden])").waitFor();
const running = (page) => page.locator(".slots .row:not([hidden]):not(.ended)");
const past = (page) => page.locator(".list-body .past");

const kLooks = [
    { size: "wide", colorScheme: "light" },
    { size: "wide", colorScheme: "dark" },
    { size: "middle", colorScheme: "light" },
    { size: "narrow", colorScheme: "light" },
    { size: "narrow", colorScheme: "dark" },
];

describe("every manner of gateway is shown without a complaint, and never scrolls sideways", () => {
    for (const mode of ["busy", "empty", "many", "hostile"]) {
        test(mode, async () => {
            for (const look of kLooks) {
                await withPage(mode, look, async (page) => {
                    await shown(page);
                    await page.waitForTimeout(mode === "empty" ? 300 : 2500);
                    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
                    assert.ok(wider <= 0, `${wider} pixels too wide at ${look.size}`);
                    await picture(page, `${mode}-${look.size}-${look.colorScheme}`, { fullPage: true });
                });
            }
        });
    }
});

describe("the head", () => {
    test("has figures with their units, each with a line of ten minutes", () =>
        withPage("many", {}, async (page) => {
            await shown(page);
            assert.match(await page.locator(".meter").nth(0).innerText(), /requests[\s\S]*\d\s\/s/);
            assert.match(await page.locator(".meter").nth(3).innerText(), /p50 [\d.]+\s(ms|s|min) +p99 /);
            assert.equal(await page.locator(".meter svg[role=img][aria-label*='ten minutes']").count(), 4);
            assert.ok((await page.locator(".meter .line.first").first().getAttribute("d")).length > 100);
        }));

    test("says of each model server how it is, in words, and what troubles one", () =>
        withPage("busy", {}, async (page) => {
            await shown(page);
            const chips = page.locator(".upstream");
            assert.deepEqual(await chips.locator(".state").allInnerTexts(), ["●\nup", "◐\nprobing", "✕\ndown"]);
            assert.ok(await chips.nth(2).locator(".trouble").isVisible(), "of one that is down, in full");
            assert.ok(!(await chips.nth(1).locator(".trouble").isVisible()));
            await chips.nth(1).focus();
            await page.keyboard.press("Shift+Tab");
            await page.keyboard.press("Tab");
            assert.match(await chips.nth(1).locator(".trouble").innerText(), /still loading the model/);
            assert.ok(await chips.nth(1).locator(".trouble").isVisible(), "of another one, by keyboard");
        }));
});

describe("requests in flight", () => {
    test("grow in rows that keep their place, and stay a while after they ended", () =>
        withPage("busy", {}, async (page) => {
            await running(page).nth(2).waitFor();
            const places = () => page.locator(".slot .row:not([hidden])").evaluateAll((rows) =>
                rows.map((row) => [row.querySelector(".named").textContent + row.querySelector(".age").textContent, row.getBoundingClientRect().top]));
            const tops = (list) => list.map(([, top]) => top);
            const first = await places();
            const box = await page.locator(".composer").boundingBox();
            await page.locator(".row.ended").first().waitFor();
            const second = await places();
            assert.deepEqual(tops(second).slice(0, first.length), tops(first), "rows did not move");
            assert.deepEqual(await page.locator(".composer").boundingBox(), box, "nor did what is below");
            assert.match(await page.locator(".row.ended").first().innerText(), /done|failed|hung up/);
            assert.match(await page.locator(".lanes").first().getAttribute("aria-label"), /running|done|waiting|no lanes/);
        }));

    test("open by Enter in full, with text that streams, and Escape closes and gives the focus back", () =>
        withPage("busy", {}, async (page) => {
            const row = running(page).filter({ hasText: /pdr|vote|sr/ }).first();
            await row.focus();
            await page.keyboard.press("Enter");
            await page.locator(".viewer .lane-card .text:not([hidden])").first().waitFor();
            const all = () => page.locator(".viewer .lane-card .text").evaluateAll((texts) => texts.reduce((sum, text) => sum + text.textContent.length, 0));
            const before = await all();
            await page.waitForTimeout(1200);
            assert.ok((await all()) > before, "the text goes on");
            assert.match(await page.locator(".viewer .figures").innerText(), /b_seq[\s\S]*\d[\s\S]*b_total[\s\S]*\d[\s\S]*calls/);
            assert.match(await page.evaluate(() => location.hash), /^#run=run-/);
            await picture(page, "run");
            await page.keyboard.press("Escape");
            assert.equal(await page.locator("dialog[open]").count(), 0);
            assert.ok(await page.evaluate(() => document.activeElement.matches(".row, .past")));
        }));

    test("that are none yet: what to do, with this page's own address", () =>
        withPage("empty", {}, async (page, served) => {
            const hint = page.locator(".hint");
            assert.match(await hint.innerText(), /No request yet/);
            assert.ok((await hint.innerText()).includes(`curl ${served.address}v1/chat/completions`));
            assert.match(await page.locator(".history").innerText(), /Nothing has ended yet/);
        }));
});

describe("an opened run", () => {
    test("has drafts, workspaces, the final call and the answer once it has ended, and is asked for no more", () =>
        withPage("many", {}, async (page, served) => {
            await past(page).filter({ hasText: "pdr:8,4" }).filter({ hasText: "done" }).first().click();
            await page.locator(".viewer .workspace").first().waitFor();
            assert.equal(await page.locator(".viewer .round .lane-cards").first().locator(".lane-card").count(), 8);
            assert.equal(await page.locator(".viewer .workspace").count(), 2);
            const text = await page.locator(".viewer").innerText();
            for (const part of [/Round 1\s+8 drafts/, /Round 2\s+4 drafts/, /from r1\.d0/, /Final/, /Answer/]) assert.match(text, part);
            await picture(page, "run-ended");
            const asked = () => served.asked.filter(({ url }) => url.startsWith("/retort/runs/")).length;
            const before = asked();
            await page.waitForTimeout(1000);
            assert.equal(asked(), before);
        }));

    test("is opened by its address, and Back closes it", () =>
        withPage("many", {}, async (page) => {
            await past(page).filter({ hasText: "vote:16" }).first().click();
            await page.locator(".viewer .lane-card").first().waitFor();
            await page.goBack();
            assert.equal(await page.locator("dialog[open]").count(), 0);
            await page.goForward();
            await page.locator(".viewer .lane-card").first().waitFor();
        }));

    test("that is no longer kept says so", () =>
        withPage("many", { hash: "#run=gone", allowed: /404/ }, async (page) => {
            await page.locator(".viewer > .error:not([hidden])").waitFor();
            assert.match(await page.locator(".viewer").innerText(), /no longer kept/);
        }));
});

describe("what has ended", () => {
    test("10,000 rows: a few are in the document, the rest comes when it is scrolled to, and nothing waits for it", () =>
        withPage("many", {}, async (page, served) => {
            await past(page).first().waitFor();
            assert.ok((await past(page).count()) < 40);
            await past(page).first().focus();
            for (let n = 0; n < 40; n += 1) {
                await page.keyboard.press("End");
                await page.waitForTimeout(60);
                if ((await page.locator(".history .note").innerText()).includes("requests")) break;
            }
            const rows = Number(await page.locator(".list").getAttribute("aria-rowcount"));
            assert.ok(rows >= 10_000, `${rows} rows`);
            assert.ok((await past(page).count()) < 45);
            assert.ok(served.asked.filter(({ url }) => url.startsWith("/retort/history")).length >= 18);
            const longest_ms = await page.locator(".list").evaluate(async (list) => {
                let longest = 0;
                for (let at = 0; at < 60; at += 1) {
                    const begun = performance.now();
                    list.scrollTop = (at % 2 ? at : 60 - at) * 5000;
                    list.dispatchEvent(new Event("scroll"));
                    list.getBoundingClientRect();
                    longest = Math.max(longest, performance.now() - begun);
                    await new Promise(requestAnimationFrame);
                }
                return longest;
            });
            assert.ok(longest_ms < 200, `a step of scrolling took ${longest_ms} ms`);
        }));

    test("is searched at the gateway, and what came of an older search is not shown", () =>
        withPage("many", {}, async (page, served) => {
            await shown(page);
            await page.locator("input[type=search]").fill("failed");
            await page.waitForFunction(() => [...document.querySelectorAll(".list-body .past")].every((row) => row.textContent.includes("failed")));
            await page.locator("input[type=search]").fill("pdr:8");
            await page.waitForFunction(() => [...document.querySelectorAll(".list-body .past")].every((row) => row.textContent.includes("pdr:8")));
            await picture(page, "search");
            assert.ok(served.asked.some(({ url }) => url.includes("query=pdr%3A8")));
            await page.locator("input[type=search]").fill("nowhere");
            await page.getByText("Nothing that is kept matches.").first().waitFor();
            await page.locator("input[type=search]").fill("");
            await past(page).nth(5).waitFor();
        }));

    test("does not move under who reads: new rows wait and are counted", () =>
        withPage("busy", {}, async (page) => {
            await past(page).first().waitFor();
            await past(page).nth(2).hover();
            const before = await past(page).first().innerText();
            await page.locator(".held:not([hidden])").waitFor();
            assert.equal(await past(page).first().innerText(), before);
            await page.locator(".held").click();
            assert.notEqual(await past(page).first().innerText(), before);
        }));

    test("is walked by arrows, and Enter opens", () =>
        withPage("many", { allowed: /404/ }, async (page) => {
            await past(page).first().focus();
            for (const key of ["ArrowDown", "ArrowDown", "PageDown", "ArrowUp"]) await page.keyboard.press(key);
            const at = await page.evaluate(() => Number(document.activeElement.dataset.at));
            assert.ok(at > 8, `row ${at}`);
            await page.keyboard.press("Enter");
            await page.locator("dialog[open]").waitFor();
            await page.keyboard.press("Escape");
            assert.equal(await page.evaluate(() => Number(document.activeElement.dataset.at)), at);
        }));
});

describe("side by side", () => {
    const pane = (page, at) => page.locator(".pane").nth(at);

    test("asks two operators the same and shows what each cost", () =>
        withPage("quiet", {}, async (page) => {
            await page.locator("select").first().locator("option", { hasText: "pdr:8,4" }).waitFor({ state: "attached" });
            assert.equal(await page.getByLabel("Left operator", { exact: true }).inputValue(), "cot");
            assert.equal(await page.getByLabel("Right operator", { exact: true }).inputValue(), "pdr:4");
            await page.getByLabel("Prompt").fill("Use 3, 7, 25, 50 to make 114.");
            await page.keyboard.press("Control+Enter");
            await pane(page, 1).getByText("running").waitFor();
            await picture(page, "composer-at-work");
            for (const [at, name] of [[0, "cot"], [1, "pdr:4"]]) {
                await pane(page, at).getByText("done").waitFor();
                const text = await pane(page, at).innerText();
                assert.match(text, new RegExp(`Of ${name}: .*114`));
                assert.match(text, /b_seq\s*41\d\s*b_total\s*3,977\s*calls\s*16\s*time\s*[\d.]+\ss/);
            }
            assert.ok(!(await pane(page, 0).locator(".folded .text").isVisible()), "reasoning is folded");
            await pane(page, 0).locator("summary").click();
            assert.match(await pane(page, 0).locator(".folded .text").innerText(), /Round 1, draft 12/);
        }));

    test("a name of one's own, an error and a stream that breaks off", () =>
        withPage("quiet", { allowed: /404/ }, async (page) => {
            await shown(page);
            for (const [at, side, name] of [[0, "Left", "nothing"], [1, "Right", "breaks"]]) {
                await pane(page, at).locator("select").selectOption({ label: "another name …" });
                await page.getByLabel(`${side} operator: a name of your own`).fill(name);
            }
            await page.getByLabel("Prompt").fill("?");
            await page.getByRole("button", { name: "Ask both" }).click();
            await pane(page, 0).getByText('there is no model "nothing"').waitFor();
            await pane(page, 1).getByText("the model server closed the connection").waitFor();
            assert.equal(await page.locator(".pane .state.bad").count(), 2);
        }));

    test("Stop ends one, and the gateway sees that", () =>
        withPage("quiet", {}, async (page, served) => {
            let hungUp = 0;
            served.answerInstead = (request, reply) => {
                if (request.method === "POST") reply.on("close", () => (hungUp += reply.writableEnded ? 0 : 1));
                return false;
            };
            await shown(page);
            await page.getByLabel("Prompt").fill("?");
            await page.getByRole("button", { name: "Ask both" }).click();
            await page.getByRole("button", { name: "Stop the left one" }).click();
            await pane(page, 0).getByText("stopped").waitFor();
            await pane(page, 1).getByText("done").waitFor();
            assert.equal(hungUp, 1);
        }));
});

describe("keys", () => {
    test("one is asked for, a wrong one is said to be wrong, the right one goes with every request", () =>
        withPage("keys", { allowed: /401/ }, async (page, served) => {
            await page.locator("#key").waitFor();
            await picture(page, "key");
            assert.equal(await page.locator("#key").getAttribute("type"), "password");
            await page.locator("#key").fill("wrong");
            await page.keyboard.press("Enter");
            await page.getByText("The gateway does not know this key.").waitFor();
            await page.locator("#key").fill("sesame");
            await page.keyboard.press("Enter");
            await shown(page);
            const before = served.asked.length;
            await page.getByLabel("Prompt").fill("?");
            await page.getByRole("button", { name: "Ask both" }).click();
            await page.locator(".pane").first().getByText("done").waitFor();
            await page.reload();
            await shown(page);
            const after = served.asked.slice(before).filter(({ url }) => url !== "/");
            assert.ok(after.length > 3 && after.every(({ headers }) => headers.authorization === "Bearer sesame"));
            assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("sesame")), false);
            await page.getByRole("button", { name: "Forget the key" }).click();
            await page.locator("#key").waitFor();
            assert.equal(await page.evaluate(() => sessionStorage.length), 0);
        }));

    test("a run that the address names opens when the key is given, not over the form", () =>
        withPage("keys", { hash: "#run=run-0000a", allowed: /401|404/ }, async (page) => {
            await page.locator("#key").fill("sesame");
            assert.equal(await page.locator("dialog[open]").count(), 0);
            await page.keyboard.press("Enter");
            await page.locator("dialog[open]").waitFor();
        }));

    test("one that may not see texts is told so in an opened run", () =>
        withPage("keys", { allowed: /401/ }, async (page) => {
            await page.locator("#key").fill("guest");
            await page.keyboard.press("Enter");
            await past(page).filter({ hasText: /pdr|vote|sr/ }).first().click();
            await page.getByText("The texts are kept for keys that may see them").waitFor();
            assert.match(await page.locator(".viewer").innerText(), /b_seq/);
        }));
});

describe("a gateway that dies", () => {
    const kRefused = /ERR_|Failed to load resource/;

    test("the page says so, keeps what it shows, and goes on when the gateway is back", () =>
        withPage("many", { allowed: kRefused }, async (page, served) => {
            await past(page).first().waitFor();
            await served.stop();
            await page.locator(".trouble-bar:not([hidden])").waitFor();
            assert.match(await page.locator(".trouble-bar").innerText(), /The gateway does not answer\. What is shown is from \d\d:\d\d:\d\d/);
            assert.ok((await past(page).count()) > 5);
            await picture(page, "dead");
            await served.start();
            await page.locator(".trouble-bar").waitFor({ state: "hidden" });
            assert.match(await page.locator(".head-tools").innerText(), /live/);
        }));

    test("another one in its place: what the old one said is forgotten", () =>
        withPage("many", { allowed: kRefused }, async (page, served) => {
            await past(page).first().waitFor();
            const { FakeGateway } = await load("dev/fake_gateway.ts");
            served.gateway = new FakeGateway("quiet");
            await page.waitForFunction(() => Number(document.querySelector(".list").getAttribute("aria-rowcount")) < 400);
            await past(page).nth(5).waitFor();
        }));

    test("what is no JSON does not end the page", () =>
        withPage("many", {}, async (page, served) => {
            await shown(page);
            served.answerInstead = (request, reply) => request.url.startsWith("/retort/state") && !!reply.end('{"version":1}');
            await page.locator(".trouble-bar:not([hidden])").waitFor();
            served.answerInstead = (request, reply) => request.url.startsWith("/retort/state") && !!reply.end("<html>");
            await page.waitForTimeout(1500);
            served.answerInstead = null;
            await page.locator(".trouble-bar").waitFor({ state: "hidden" });
        }));
});

describe("how often it asks", () => {
    const perSecond = async (page, served) => {
        const count = () => served.asked.filter(({ url }) => url.startsWith("/retort/state")).length;
        const before = count();
        await page.waitForTimeout(4000);
        return (count() - before) / 4;
    };

    test("every second, twice where something is in flight, only for what is new", () =>
        withPage("busy", {}, async (page, served) => {
            await running(page).first().waitFor();
            const often = await perSecond(page, served);
            assert.ok(often > 1.2 && often < 2.3, `${often} a second`);
            assert.match(served.asked.filter(({ url }) => url.startsWith("/retort/state")).at(-1).url, /since=[1-9]\d*&points_since=[1-9]\d+/);
        }));

    test("less where nothing is, and seldom while nobody sees it", () =>
        withPage("quiet", {}, async (page, served) => {
            await shown(page);
            const calm = await perSecond(page, served);
            assert.ok(calm > 0.6 && calm < 1.3, `${calm} a second`);
            await page.evaluate(() => Object.defineProperty(document, "hidden", { get: () => true }));
            await page.waitForTimeout(1100);
            assert.ok((await perSecond(page, served)) < 0.6);
        }));
});

describe("foreign text stays text", () => {
    const untouched = async (page) => {
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        assert.equal(await page.locator("img, script[src], main a, dialog a, main style").count(), 0);
    };

    test("in rows, chips, history and lists of models", () =>
        withPage("hostile", {}, async (page) => {
            await running(page).nth(1).waitFor();
            await past(page).first().waitFor();
            assert.ok((await page.locator(".upstream").first().innerText()).includes("<img src=x onerror="));
            assert.ok((await page.locator(".history").innerText()).includes("<svg/onload=window.hacked=5>"));
            assert.ok((await page.locator("select").first().locator("option").first().textContent()).includes("<img"));
            await untouched(page);
        }));

    test("in an opened run: answers, reasoning, workspaces, errors", () =>
        withPage("hostile", {}, async (page) => {
            await page.locator("input[type=search]").fill("failed");
            await page.getByText(/^\d+ requests$/).first().waitFor();
            await past(page).filter({ hasText: "failed" }).filter({ hasText: /pdr|vote/ }).first().click();
            await page.locator(".viewer .lane-card .text:not([hidden])").first().waitFor();
            for (const fold of await page.locator(".viewer .folded:not([hidden]) > summary").all()) await fold.click();
            assert.ok((await page.locator(".viewer .lane-card").first().innerText()).includes("<img src=x onerror="));
            await page.locator(".run-sheet > .error:not([hidden])").waitFor();
            await untouched(page);
        }));

    test("in the composer: stream, error in it, error instead of it", () =>
        withPage("hostile", { allowed: /404/ }, async (page) => {
            await shown(page);
            await page.getByLabel("Prompt").fill("<img src=x onerror=\"window.hacked=7\">");
            const ask = page.getByRole("button", { name: "Ask both" });
            await ask.click();
            await page.locator(".pane").nth(1).getByText("done").waitFor();
            await untouched(page);
            for (const [side, name] of [["Left", "nothing"], ["Right", "breaks"]]) {
                await page.getByLabel(`${side} operator`, { exact: true }).selectOption({ label: "another name …" });
                await page.getByLabel(`${side} operator: a name of your own`).fill(name);
            }
            await ask.click();
            await page.locator(".pane .error:not([hidden])").nth(1).waitFor();
            await untouched(page);
        }));

    test("a model's name does not become a command in the example", async () => {
        const { command } = await load("src/hint.ts");
        assert.ok(!command("http://h/", false, "x'; rm -rf ~; '").includes("rm -rf"));
        assert.ok(command("http://h/", true, "pdr:8,4@qwen3-8b").includes('"model":"pdr:8,4@qwen3-8b"'));
        assert.match(command("http://h/", true, ""), /Authorization: Bearer \$RETORT_KEY/);
    });

    test("the policy lets no other script run, no markup be made of text, and no other host be asked", () =>
        withPage("empty", { allowed: /Content Security Policy|TrustedHTML|Refused|violates/ }, async (page) => {
            await shown(page);
            const tried = await page.evaluate(async () => {
                const out = {};
                try {
                    document.body.insertAdjacentHTML("beforeend", "<b>x</b>");
                    out.markup = true;
                } catch {
                    out.markup = false;
                }
                out.fetched = await fetch("http://127.0.0.1:9/").then(() => true, () => false);
                return out;
            });
            assert.deepEqual(tried, { markup: false, fetched: false });
            const policy = await page.locator("meta[http-equiv]").getAttribute("content");
            assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self'/);
        }));

    test("the built page asks no network for anything", () => {
        assert.doesNotMatch(built, /(?:src|href)="(?!data:)/);
        assert.doesNotMatch(built, /innerHTML|insertAdjacentHTML|document\.write|eval\(/);
    });
});

describe("bounds", () => {
    test("a text without end is cut where it is shown, and says so", () =>
        withPage("quiet", {}, async (page, served) => {
            served.answerInstead = (request, reply) => {
                if (request.url !== "/v1/chat/completions") return false;
                const piece = `data: ${JSON.stringify({ choices: [{ delta: { content: "x".repeat(50_000) } }] })}\n\n`;
                reply.end(`${piece.repeat(30)}data: [DONE]\n\n`);
                return true;
            };
            await shown(page);
            await page.getByLabel("Prompt").fill("?");
            await page.getByRole("button", { name: "Ask both" }).click();
            await page.locator(".pane").first().getByText("done").waitFor();
            const text = page.locator(".pane").first().locator(".pane-result > .text");
            const length = await text.evaluate((node) => node.textContent.length);
            assert.ok(length >= 400_000 && length < 401_000, `${length} characters`);
            assert.match(await text.evaluate((node) => node.textContent.slice(-40)), /more than is shown here/);
        }));

    test("500 requests in flight are 60 rows and a number", () =>
        withPage("quiet", {}, async (page, served) => {
            const one = (at) => ({ id: `r${at}`, operator: "pdr:4", model: "m", key: "", begun_ms: Date.now(), phase: "round 1 of 1", lanes: [], b_seq: 0, b_total: 0, calls: 0 });
            const state = { version: 1, now_ms: Date.now(), started_ms: 1, keys: false, content: true, in_flight: Array.from({ length: 500 }, (_, at) => one(at)), in_flight_count: 730, finished: [], upstreams: [], points: [] };
            served.answerInstead = (request, reply) => request.url.startsWith("/retort/state") && !!reply.end(JSON.stringify(state));
            await page.getByText("and 670 more").waitFor();
            assert.equal(await running(page).count(), 60);
            state.in_flight = Array.from({ length: 60 }, (_, at) => one(1000 + at));
            state.in_flight_count = 60;
            await page.locator(".more").filter({ hasNotText: "more" }).waitFor({ state: "attached" });
            await page.waitForTimeout(1500);
            assert.equal(await running(page).count(), 60, "rows of what ended give way to what is under way");
        }));
});

describe("small parts", () => {
    test("events are read whole, whatever pieces they come in", async () => {
        const { EventLines } = await load("src/chat_stream.ts");
        const lines = new EventLines();
        assert.deepEqual(lines.take('data: {"a'), []);
        assert.deepEqual(lines.take('":1}\r\n\r\n: a comment\ndata: [DONE]\n'), ['{"a":1}', "[DONE]"]);
    });

    test("usage is the gateway's own, or of the one call there was", async () => {
        const { usageOf } = await load("src/chat_stream.ts");
        assert.deepEqual(usageOf({ usage: { total_tokens: 9, retort: { b_seq: 1, b_total: 2, calls: 3 } } }), { b_seq: 1, b_total: 2, calls: 3 });
        assert.deepEqual(usageOf({ usage: { total_tokens: 9 } }), { b_seq: 9, b_total: 9, calls: 1 });
        assert.equal(usageOf({ usage: null }), null);
    });

    test("seconds are gathered into a line; what is missing is none, or nothing to measure", async () => {
        const { series, now, linePath, axisEnd, timeAxisEnd } = await load("src/series.ts");
        const points = [[991, 2, 1, 0, 100, 3, 10, 50], [993, 1, 1, 0, 50, 1, 40, 60]];
        const { requests, tokens, in_flight, p50_ms, p99_ms } = series(points, 1000, 20);
        assert.deepEqual(requests, [0, 0, 0.6, 0]);
        assert.deepEqual(tokens, [0, 0, 30, 0]);
        assert.deepEqual(in_flight, [0, 0, 3, 1]);
        assert.deepEqual(p50_ms, [null, null, 20, null]);
        assert.deepEqual(p99_ms, [null, null, 60, null]);
        assert.deepEqual(now(points, 1000), { requests: 0.3, tokens: 15, p50_ms: 20, p99_ms: 60 });
        assert.equal(linePath([1, 2, null, 4], 4, 3, 4), "M0.0 3.0h.01L1.0 2.0M3.0 0.0h.01");
        assert.deepEqual([0, 0.3, 7, 10, 4200].map(axisEnd), [1, 0.5, 10, 10, 5000]);
        assert.deepEqual([0, 4200, 50_500, 4_000_000].map(timeAxisEnd), [100, 5000, 60_000, 7_200_000]);
    });

    test("the scale of lanes doubles, so that it seldom moves", async () => {
        const { scaleOf, said } = await load("src/lanes.ts");
        const lane = (state, tokens) => ({ state, tokens });
        assert.deepEqual([[], [lane("running", 65)], [lane("done", 1000)]].map(scaleOf), [64, 128, 1024]);
        assert.equal(said([lane("running", 65), lane("done", 10), lane("running", 5)]), "2 running, 1 done; 80 tokens");
    });

    test("addresses survive being written and read", async () => {
        const { formatRun, parseRun } = await load("src/route.ts");
        assert.equal(parseRun(formatRun("a&b #<ü>")), "a&b #<ü>");
        assert.equal(parseRun(""), "");
    });

    test("less motion where it is not wanted", () =>
        withPage("busy", { reducedMotion: "reduce" }, async (page) => {
            await page.locator(".lane.running").first().waitFor({ state: "attached" });
            assert.match(await page.locator(".lane.running").first().evaluate((lane) => getComputedStyle(lane).transition), /^(none|all 0s)/);
        }));
});

// The page in a real browser: what is there, by mouse and by keyboard, in every look, and that foreign text stays text.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { Reports, download, launch, load, makeReport, openReport, picture } from "./browser.mjs";

const reports = new Reports();
let browser;
before(async () => {
    browser = await launch();
});
after(async () => {
    await browser?.close();
    reports.remove();
});

async function withReport(name, options, work) {
    const { page, complaints, close } = await openReport(browser, reports.path(name), options);
    try {
        await work(page);
        assert.deepEqual(complaints, [], "the page complained");
    } finally {
        await close();
    }
}

const kLooks = [
    { size: "wide", colorScheme: "light" },
    { size: "wide", colorScheme: "dark" },
    { size: "narrow", colorScheme: "light" },
    { size: "narrow", colorScheme: "dark" },
];

describe("every kind of report opens without a complaint and never scrolls sideways", () => {
    const names = ["small", "sweep", "simulated", "empty", "single", "failures", "long", "foreign", "unscored", "hostile",
        "training", "training-runs", "training-begun", "training-long", "training-hostile"];
    for (const name of names) {
        test(name, async () => {
            for (const look of kLooks) {
                await withReport(name, look, async (page) => {
                    await page.locator("h1").waitFor();
                    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
                    assert.ok(wider <= 0, `${wider} pixels too wide at ${look.size}`);
                    await picture(page, `${name}-${look.size}-${look.colorScheme}`, { fullPage: true });
                });
            }
        });
    }
});

describe("the first screen", () => {
    test("says what was run and what came out, with the warnings beside it", () =>
        withReport("failures", {}, async (page) => {
            assert.match(await page.locator(".what").innerText(), /marbles.*6 operators.*40 problems × 8 samples.*26 November 2026/);
            assert.match(await page.locator(".headline").innerText(), /7\.4 points above long CoT \(3\.1 to 11\.6\)/);
            const warnings = page.locator(".warnings li");
            assert.equal(await warnings.count(), 3);
            const box = await warnings.first().boundingBox();
            assert.ok(box.y < 200, "warnings stand at the top");
        }));

    test("switches the chart between budgets and says so in the chart's text", () =>
        withReport("small", {}, async (page) => {
            const chart = page.locator("#accuracy .chart svg");
            assert.match(await chart.getAttribute("aria-label"), /against B_seq/);
            await page.locator(".switch button", { hasText: "B_total" }).click();
            assert.match(await chart.getAttribute("aria-label"), /against B_total/);
            await page.locator(".switch button", { hasText: "seconds" }).click();
            assert.match(await chart.getAttribute("aria-label"), /against seconds/);
        }));

    test("is empty in words when nothing was run", () =>
        withReport("empty", {}, async (page) => {
            assert.match(await page.locator("main").innerText(), /No runs in it yet: retort eval/);
        }));

    test("keeps the chosen theme over the system's", () =>
        withReport("small", { colorScheme: "light" }, async (page) => {
            const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            const light = await ground();
            await page.getByRole("button", { name: "Dark" }).click();
            assert.notEqual(await ground(), light);
            await page.reload();
            assert.notEqual(await ground(), light);
        }));
});

describe("tables and plots", () => {
    test("sort by their headings, what is unknown last", () =>
        withReport("sweep", {}, async (page) => {
            const heading = page.locator("#accuracy thead button", { hasText: "kappa" });
            const cells = () => page.locator("#accuracy tbody tr td:nth-child(19)").allInnerTexts();
            await heading.click();
            assert.equal((await cells())[0], "4.1K");
            await heading.click();
            assert.equal((await cells())[0], "256");
            assert.equal((await cells()).at(-1), "–");
        }));

    test("are saved as CSV with the ends of intervals and unrounded figures", () =>
        withReport("small", {}, async (page) => {
            const { name, text } = await download(page, () => page.getByRole("button", { name: "Save Runs as CSV" }).click());
            assert.equal(name, "runs.csv");
            const [header, ...rows] = text.trimEnd().split("\r\n");
            assert.match(header, /^run,mean,mean_lo,mean_hi,/);
            assert.equal(rows.length, 8);
            const { data } = makeReport("small");
            assert.equal(Number(rows[0].split(",")[1]), data.runs[0].mean.value);
        }));

    test("every table has its CSV and every chart its SVG", () =>
        withReport("simulated", {}, async (page) => {
            for (const fold of await page.locator("details.fold > summary").all()) await fold.click();
            const tables = await page.locator("table").count();
            assert.equal(await page.locator(".tabled button", { hasText: "CSV" }).count(), tables);
            const charts = await page.locator("figure").count();
            assert.equal(await page.locator("figure button", { hasText: "SVG" }).count(), charts);
        }));

    test("a saved chart is a drawing by itself and says that it is simulated", () =>
        withReport("simulated", { colorScheme: "dark" }, async (page) => {
            const { name, text } = await download(page, () => page.locator("#accuracy figure button").click());
            assert.equal(name, "accuracy-b_seq.svg");
            assert.match(text, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
            assert.match(text, /simulated<\/text>/);
            assert.doesNotMatch(text, /var\(--/);
        }));

    test("a badge stands on every chart of simulated results and on none of others", async () => {
        await withReport("simulated", {}, async (page) => {
            const charts = await page.locator(".chart svg").count();
            assert.ok(charts > 5);
            assert.equal(await page.locator(".simulated-badge").count(), charts);
        });
        await withReport("small", {}, async (page) => assert.equal(await page.locator(".simulated-badge").count(), 0));
    });
});

describe("the grid", () => {
    test("opens a cell by keyboard, walks it and gives the focus back on Escape", () =>
        withReport("small", {}, async (page) => {
            await page.locator(".grid [tabindex='0']").focus();
            for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "End", "Home", "ArrowRight"]) await page.keyboard.press(key);
            await page.keyboard.press("Enter");
            await page.locator(".viewer-body:not([aria-busy])").waitFor();
            assert.match(await page.locator("#viewer-title").innerText(), /p003 · sample 1 of 0 to 7/);
            await page.keyboard.press("ArrowRight");
            assert.match(await page.locator("#viewer-title").innerText(), /sample 2 of 0 to 7/);
            await page.keyboard.press("Escape");
            assert.equal(await page.locator("dialog[open]").count(), 0);
            assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /p003, sample 2/);
        }));

    test("has a mark and a word for every state, not colour alone", () =>
        withReport("failures", {}, async (page) => {
            for (const [word, mark] of [["right", "✓"], ["wrong", "×"], ["no answer", "–"], ["error", "!"]]) {
                const cell = page.locator(`.grid [role=gridcell][aria-label$=": ${word}"]`).first();
                assert.equal(await cell.innerText(), mark);
            }
        }));

    test("filters by text, state and run, and the address shows the same again", () =>
        withReport("small", {}, async (page) => {
            await page.locator("input[type=search]").fill("p01");
            await page.locator(".chips button", { hasText: "no answer" }).click();
            await page.getByLabel("Run", { exact: true }).selectOption("run-0");
            await page.waitForFunction(() => location.hash.includes("q=p01"));
            const hash = await page.evaluate(() => location.hash);
            const rows = await page.locator(".grid-row").count();
            assert.ok(rows < 10);
            await withReport("small", { hash }, async (again) => {
                assert.equal(await again.locator(".grid-row").count(), rows);
                assert.equal(await again.locator("input[type=search]").inputValue(), "p01");
            });
        }));

    test("says so when nothing matches, and shows all again", () =>
        withReport("small", { hash: "#q=nowhere" }, async (page) => {
            await page.getByRole("button", { name: "Show all" }).click();
            assert.match(await page.locator("#problems").innerText(), /40 problems of 40/);
        }));

    test("shows one cell a run where all samples would be too many", () =>
        withReport("sweep", {}, async (page) => {
            assert.match(await page.locator(".grid .cell").first().getAttribute("aria-label"), /p001, cot 8K: \d+ of 16 right/);
            await page.locator(".grid .cell").first().click();
            assert.equal(await page.locator(".grid-row").first().locator(".cell").count(), 16);
        }));

    test("saves its samples as CSV", () =>
        withReport("failures", { hash: "#state=e" }, async (page) => {
            const { text } = await download(page, () => page.locator("#problems .tools button").click());
            const rows = text.trimEnd().split("\r\n").slice(1);
            assert.ok(rows.length > 0);
            assert.ok(rows.every((row) => /,run-\d,\d,error,/.test(row)));
        }));
});

describe("a sample", () => {
    test("shows drafts, workspaces, who read what and the answer; one leads to the other", () =>
        withReport("small", { hash: "#r=run-6&p=p004&s=2" }, async (page) => {
            await page.locator(".round").first().waitFor();
            assert.equal(await page.locator(".round").first().locator(".call").count(), 9);
            await page.locator(".workspace").first().getByRole("button", { name: "r2.d1" }).click();
            const draft = page.locator(".call[open]");
            assert.match(await draft.innerText(), /r2\.d1/);
            await draft.getByRole("button", { name: "workspace 1" }).click();
            await picture(page, "sample");
        }));

    test("is opened by a link to one of its calls", () =>
        withReport("small", { hash: "#r=run-6&p=p004&s=2&c=r1.d3" }, async (page) => {
            assert.match(await page.locator(".call[open]").innerText(), /r1\.d3/);
        }));

    test("is opened from a failure's card", () =>
        withReport("failures", {}, async (page) => {
            await page.locator("#anchoring_collapse .examples button").first().click();
            await page.locator(".call[open]").waitFor();
        }));

    test("comes from files beside the report too", () =>
        withReport("beside", { hash: "#r=run-2&p=p033&s=1" }, async (page) => {
            await page.locator(".round").first().waitFor();
            assert.match(await page.locator("#viewer-title").innerText(), /p033/);
        }));

    test("that the report does not have is named, not silently passed over", () =>
        withReport("small", { hash: "#r=run-0&p=nowhere&s=2" }, async (page) => {
            assert.match(await page.locator("dialog").innerText(), /no sample 2 of problem nowhere in run run-0/);
            await page.keyboard.press("Escape");
            assert.equal(await page.locator("dialog[open]").count(), 0);
        }));

    test("whose details are damaged says so", async () => {
        const report = makeReport("single");
        report.samples.length = 0;
        const path = reports.write("damaged", report);
        const { page, close } = await openReport(browser, path, { hash: "#r=run-0&p=p001&s=0" });
        await page.locator(".viewer .error").waitFor();
        assert.match(await page.locator(".viewer .error").innerText(), /the report holds no details 0; was the file cut short\?/);
        await close();
    });
});

describe("training runs", () => {
    const chart = (page, title) => page.locator(".small-multiple", { has: page.getByRole("heading", { name: title, exact: true }) });

    test("one run: figures that belong together share a chart, and its text says where they ended", () =>
        withReport("training", {}, async (page) => {
            const { data } = makeReport("training");
            const last = (name) => data.runs[0].series.find((series) => series.name === name).last;
            const accuracy = chart(page, "Accuracy");
            assert.deepEqual(await accuracy.locator(".legend li").allInnerTexts(), ["●cot think=256", "■pdr:16 think=48"]);
            const text = await accuracy.locator("svg").getAttribute("aria-label");
            const shown = (last("eval/pdr:16 think=48/accuracy") * 100).toFixed(1);
            assert.match(text.replace(/\s/g, " "), new RegExp(`pdr:16 think=48: .* ${shown} % at step 500`));
            assert.deepEqual(await chart(page, "Reward rl").locator(".legend li").allInnerTexts(), ["●op", "■trace"]);
            assert.equal(await chart(page, "Loss by kind of example sft").locator(".legend li").count(), 6);
        }));

    test("the change of phase is marked where both are in sight", () =>
        withReport("training", {}, async (page) => {
            const words = (title) => chart(page, title).locator("svg text").allTextContents();
            assert.deepEqual((await words("Learning rate")).filter((word) => /^[a-z]+$/.test(word)), ["sft", "rl"]);
            assert.deepEqual((await words("Reward rl")).filter((word) => /^[a-z]+$/.test(word)), []);
        }));

    test("a figure that never changes has one tick, not many that read alike", () =>
        withReport("training", {}, async (page) => {
            const texts = await chart(page, "Rollouts without a reward rl").locator("svg text").allTextContents();
            assert.equal(texts.filter((text) => text === "0").length, 1);
        }));

    test("several runs: a chart a figure, a line a run, and a table that compares them", () =>
        withReport("training-runs", {}, async (page) => {
            for (const title of ["Reward: op rl", "Reward: trace rl", "Accuracy: cot think=256"]) {
                assert.deepEqual(await chart(page, title).locator(".legend li").allInnerTexts(), ["●base", "■long-trace", "▲no-op"]);
            }
            assert.equal(await page.locator("#runs tbody tr").count(), 3);
        }));

    test("say where the rollouts can be read", () =>
        withReport("training", {}, async (page) => {
            const text = await page.locator("#reinforcement").innerText();
            assert.match(text, /retort report runs\/base\/rollouts\.db/);
            assert.match(text, /retort show runs\/base\/rollouts\.db/);
        }));

    test("no figure is left out: what the page does not know stands under its own name", () =>
        withReport("training-long", {}, async (page) => {
            await page.locator("#other summary").click();
            assert.equal(await page.locator("#other .small-multiple").count(), 24);
            await page.getByRole("button", { name: "Show 16 more charts" }).click();
            assert.equal(await page.locator("#other .small-multiple").count(), 40);
            assert.match(await page.locator("footer").innerText(), /mean of a stretch of steps/);
        }));

    test("all figures are saved as CSV, unrounded", () =>
        withReport("training", {}, async (page) => {
            await page.locator("#figures details summary").first().click();
            const { text } = await download(page, () => page.getByRole("button", { name: "Save All figures as CSV" }).click());
            const { data } = makeReport("training");
            const loss = data.runs[0].series.find((series) => series.name === "loss");
            assert.ok(text.split("\r\n").includes(`loss,base,${loss.first},${loss.last},300,${loss.least},${loss.most},300`));
        }));

    test("warn beside the headline", () =>
        withReport("training-begun", {}, async (page) => {
            assert.match(await page.locator(".warnings").innerText(), /Not ended: it is at step 3/);
        }));

    test("their names and their configuration stay text", () =>
        withReport("training-hostile", {}, async (page) => {
            for (const fold of await page.locator("details.fold > summary").all()) await fold.click();
            assert.equal(await page.evaluate(() => window.hacked), undefined);
            assert.equal(await page.locator("img").count(), 0);
            assert.ok((await page.locator("#figures .text").first().innerText()).includes("<img src=x onerror="));
        }));
});

describe("foreign text stays text", () => {
    test("in the page and in an opened sample", () =>
        withReport("hostile", { hash: "#r=run-1&p=p006&s=1" }, async (page) => {
            await page.locator(".round").first().waitFor();
            for (const call of await page.locator(".call > summary").all()) await call.click();
            assert.equal(await page.evaluate(() => window.hacked), undefined);
            assert.equal(await page.locator("img").count(), 0);
            assert.ok((await page.locator(".call .text").first().innerText()).includes("<img src=x onerror="));
            assert.equal(await page.title(), "Marbles </script><script>window.hacked = 1</script>");
        }));

    test("in CSV, where a spreadsheet would run it", () =>
        withReport("hostile", {}, async (page) => {
            const { text } = await download(page, () => page.locator("#problems .tools button").click());
            assert.ok(text.includes(`"'=HYPERLINK(""http://example.com"";""x"")"`));
        }));

    test("the policy lets no other script run", () =>
        withReport("small", {}, async (page) => {
            const policy = await page.locator("meta[http-equiv]").getAttribute("content");
            assert.match(policy, /default-src 'none'; script-src 'sha256-[^']+' 'self' file:/);
            const ran = await page.evaluate(() => {
                const script = document.createElement("script");
                script.textContent = "window.hacked = 4";
                document.body.append(script);
                return window.hacked;
            }).catch(() => undefined);
            assert.equal(ran, undefined);
        }).catch((error) => assert.match(String(error), /Content Security Policy/)));
});

describe("size", () => {
    test("500 problems, 4 runs of 16 samples: only what is in sight is in the document, and it is there in 3 s", () =>
        withReport("large", {}, async (page) => {
            const painted = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
            assert.ok(painted < 3000, `painted after ${painted} ms`);
            assert.ok((await page.locator(".grid-row").count()) < 60);
            await page.locator(".grid").evaluate((grid) => grid.scrollTo(0, 9000));
            await page.getByText("p350", { exact: true }).waitFor();
        }));

    test("on paper all rows of the grid are there, in light", () =>
        withReport("small", { colorScheme: "dark" }, async (page) => {
            await page.emulateMedia({ media: "print", colorScheme: "dark" });
            await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
            assert.equal(await page.locator(".grid-row").count(), 40);
            assert.match(await page.locator("#accuracy .chart").innerHTML(), /#0b62a8/);
            assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
            await picture(page, "paper", { fullPage: true });
        }));
});

describe("small parts", () => {
    test("tokens are shown in three figures at most", async () => {
        const { tokens, percent, points } = await load("src/format.ts");
        assert.deepEqual([0, 412, 999.6, 8192, 9960, 40000, 172032, 1.8e6].map(tokens), ["0", "412", "1000", "8.2K", "10K", "40K", "172K", "1.8M"]);
        assert.equal(percent(0.0744).replace(/\s/, " "), "7.4 %");
        assert.deepEqual([0.074, -0.02, -0.0001].map(points), ["+7.4", "−2.0", "0.0"]);
    });

    test("the grid's rows follow state, text, answers and difficulty", async () => {
        const { gridView, rowIndex } = await load("src/view.ts");
        const { data } = makeReport("failures");
        const index = rowIndex(data);
        const view = (filters) => gridView(data, index, { runs: [6], states: "", query: "", order: "suite", ...filters });
        const { grid } = data.runs[6];
        const cells = (row) => [...grid.states.slice(row * grid.columns, (row + 1) * grid.columns)];
        const right = (row) => cells(row).filter((state) => state === "r").length / cells(row).filter((state) => state !== ".").length;
        assert.deepEqual(view({ states: "e" }).rows, grid.rows.filter((row) => cells(row).includes("e")));
        assert.deepEqual(view({ query: "P007" }).rows, [6]);
        const { reference } = data.problems[2];
        assert.ok(view({ query: reference }).rows.includes(2));
        const shares = view({ order: "hardest" }).rows.map(right);
        assert.deepEqual(shares, [...shares].sort((a, b) => a - b));
        assert.equal(view({ query: "nowhere" }).rows.length, 0);
    });

    test("addresses survive being written and read", async () => {
        const { formatRoute, parseRoute } = await load("src/route.ts");
        const route = { run: "a&b", problem: "p #1=%", sample: 3, call: "r1.d0", only: "x", state: "we", query: "ü <b>" };
        assert.deepEqual(parseRoute(formatRoute(route)), route);
        assert.equal(parseRoute("#s=-1&state=<x>").sample, 0);
        assert.equal(parseRoute("#state=<x>").state, "");
    });

    test("CSV quotes what needs it and leaves numbers alone", async () => {
        const { csv } = await load("src/csv.ts");
        assert.equal(csv(["a", "b"], [["x,\"y\"", -3], ["-3", null], ["-x", "+1.5"]]), 'a,b\r\n"x,""y""",-3\r\n-3,\r\n\'-x,+1.5\r\n');
    });

    test("the built page asks no network for anything", () => {
        const page = readFileSync(new URL("../dist/report.html", import.meta.url), "utf8");
        assert.doesNotMatch(page, /(?:src|href)="(?!data:)/);
    });
});

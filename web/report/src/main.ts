// The page of a report: reads the data that the program put into it and shows it.
import "../../common/base.css";
import "./style.css";

import { accuracySection, differencesSection } from "./accuracy";
import { distillersSection, workspacesSection } from "./compare";
import type { ReportData } from "./data";
import type { TrainingData } from "./training_data";
import { el } from "../../common/dom";
import { failuresSection } from "./failures";
import { foot, head } from "./head";
import { startTheme } from "./palette";
import { problemsSection } from "./problems";
import { roundsSection } from "./rounds";
import { startRoute } from "./route";
import { trainingPage } from "./training";
import { Viewer } from "./viewer";

const kVersion = 1;

function read(): ReportData | TrainingData {
    const text = document.getElementById("retort-data")?.textContent;
    if (!text) throw new Error("this is the empty template; `retort report JOURNAL --out FILE.html` fills it");
    const data = JSON.parse(text) as ReportData | TrainingData;
    if (data.version !== kVersion) {
        throw new Error(`the data are of version ${String(data.version)}, the page is for version ${kVersion}; make the report again`);
    }
    return data;
}

function show(data: ReportData, page: HTMLElement): void {
    document.title = data.title;
    const empty =
        data.runs.length === 0 && el("p", { class: "empty" }, "No runs in it yet: retort eval --suite FILE.jsonl --journal run.db");
    const problems = problemsSection(data);
    const viewer = new Viewer(data, problems.focus);
    const sections = [
        empty,
        data.runs.length > 0 && accuracySection(data),
        differencesSection(data),
        roundsSection(data),
        distillersSection(data),
        workspacesSection(data),
        failuresSection(data),
        problems.node,
    ];
    const about =
        `Made by ${data.program}. Intervals are 95 %, by bootstrap over problems. Samples that ended with an error or without ` +
        "an answer count as wrong.";
    page.replaceChildren(head(data), el("main", {}, sections), foot(about), viewer.node);
    startRoute();
    void viewer.follow();
}

function start(): void {
    const page = document.getElementById("page") ?? document.body;
    startTheme();
    try {
        const data = read();
        if ("kind" in data) trainingPage(data, page);
        else show(data, page);
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        page.replaceChildren(el("p", { class: "broken" }, `The report cannot be shown: ${reason}.`));
        throw error;
    }
}

start();

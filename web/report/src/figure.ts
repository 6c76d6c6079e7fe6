// A chart in its frame: drawn at the width that there is, again when that or the theme changes, saved as SVG in the
// light colours. A chart of simulated results carries its badge inside the drawing, so that a saved one has it too.
import { button, el, svg } from "../../common/dom";
import { save } from "./csv";
import { onTheme, palette, theme, type Palette } from "./palette";

export interface Chart {
    name: string; // of a saved file
    label: string; // what is seen, for those who do not see it
    simulated: boolean;
    draw: (colours: Palette, width: number) => SVGSVGElement;
}

const kSavedWidth = 760;
const kBadge = { width: 78, height: 18 };

// The hatching has a name of its own in each drawing: names are shared by the whole page.
let hatchings = 0;

function hatching(colours: Palette, id: string): SVGElement {
    const stripe = svg("rect", { width: 3, height: 6, fill: colours.soft, "fill-opacity": 0.35 });
    const turned = { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
    return svg("defs", {}, svg("pattern", turned, stripe));
}

function badge(colours: Palette, width: number): SVGElement {
    hatchings += 1;
    const id = `hatching-${hatchings}`;
    const box = { width: kBadge.width, height: kBadge.height, rx: 3 };
    const place = { transform: `translate(${width - kBadge.width - 2},1)`, class: "simulated-badge" };
    const text = { x: kBadge.width / 2, y: 13, "text-anchor": "middle", "font-size": 11, "font-weight": 600 };
    return svg(
        "g",
        place,
        hatching(colours, id),
        svg("rect", { ...box, fill: colours.ground }),
        svg("rect", { ...box, fill: `url(#${id})`, stroke: colours.soft }),
        svg("text", { ...text, fill: colours.ink, stroke: colours.ground, "stroke-width": 3, "paint-order": "stroke" },
            "simulated"),
    );
}

function drawn(chart: Chart, colours: Palette, width: number): SVGSVGElement {
    const drawing = chart.draw(colours, width);
    // One picture with one text: names of its parts ("line", "dot") would only disturb.
    for (const part of drawing.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", chart.label);
    if (chart.simulated) drawing.append(badge(colours, Number(drawing.getAttribute("width") ?? width)));
    return drawing;
}

function saved(chart: Chart): string {
    const colours = palette("light");
    const drawing = drawn(chart, colours, kSavedWidth);
    drawing.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    drawing.prepend(svg("rect", { width: "100%", height: "100%", fill: colours.ground }));
    return new XMLSerializer().serializeToString(drawing);
}

export interface Frame {
    node: HTMLElement;
    redraw: () => void;
}

export function figure(chart: () => Chart, caption = ""): Frame {
    const ground = el("div", { class: "chart" });
    let width = 0;
    const redraw = () => {
        if (width > 0) ground.replaceChildren(drawn(chart(), palette(theme()), width));
    };
    new ResizeObserver(([entry]) => {
        const next = Math.floor(entry?.contentRect.width ?? 0);
        if (next === width) return;
        width = next;
        redraw();
    }).observe(ground);
    onTheme(redraw);
    const toSvg = () => save(`${chart().name}.svg`, "image/svg+xml", saved(chart()));
    const tools = el("div", { class: "tools" }, button("SVG", toSvg, { title: "Save this chart as SVG" }));
    return { node: el("figure", {}, ground, el("figcaption", {}, caption, tools)), redraw };
}

// Stability: how the loss curves where a run is, which rate it bears there, and where it goes at
// others.

import { createField } from "lab/fields.js";
import { h } from "lab/dom.js";
import { lineChart } from "lab/charts.js";
import { cellMap } from "lab/cells.js";
import { runTexts } from "lab/runs.js";
import { short } from "lab/axes.js";
import { stepScale } from "lab/scales.js";
import { palette } from "lab/colors.js";
import { without } from "lab/state.js";
import { createChoice, emptiness, math, part } from "lab/panels/parts.js";
import { createWork } from "lab/panels/work.js";

const most = 6; // runs

let lab;
let ctx;
let parts;
let chart = null;
let map = null;
let texts = []; // of the map's runs, by rows
let adds = false; // whether a cell adds a run

export const panel = {
  id: "stability",
  title: "Stability",
  mount(root, of) {
    lab = of;
    const none = emptiness(h("p", {}, "The Hessian is known for surfaces of one or two parameters. The objective here is a network: its panel has the sharpness."));
    const facts = h("p", { id: "stability-facts" });
    const formula = h("p", { class: "formula", id: "stability-formula" });
    const about = h("p", { class: "soft", id: "stability-about" });
    const gauge = h("div", { class: "gauge", id: "stability-gauge", role: "img" });
    const modes = h("div", { id: "stability-modes" });
    const option = createField({
      id: "stability-map", label: "Across: the rate. Upwards:", kind: "word", words: [],
      value: () => parts?.shown ?? "", set: (name) => lab.set({ map: name }),
    });
    const choice = createChoice("stability-cell", "A cell", [["set", "changes the run"], ["add", "adds a run"]], (value) => (adds = value === "add"));
    choice.show("set");
    const place = h("div", { id: "stability-place" });
    const work = createWork(root, "stability", "Curvature");
    const filling = createWork(root, "stability-cells", "Rows of the map");
    const all = h("div", {},
      part("Where the run is", facts, formula, gauge, about, work.element),
      h("section", { id: "stability-axes", hidden: true }, h("h3", {}, "Along the axes of the curvature"), modes),
      part("Rate and one more option", h("div", { class: "row" }, option.element, choice.element), place, filling.element));
    parts = { none, facts, formula, about, gauge, modes, option, work, filling, place, all, shown: "" };
    root.append(none, all);
  },
  update(next) {
    ctx = next;
    parts.none.hidden = !ctx.state.network;
    parts.all.hidden = ctx.state.network;
    if (!ctx.race) {
      parts.work.on(null);
      parts.filling.on(null);
      return;
    }
    const { numbers, view } = ctx;
    parts.work.on(`${numbers} ${view.sel} ${view.step}`, showLimit, 30);
    const others = without(numbers, ["run"]);
    parts.filling.on(`${others} ${ctx.race.value.runs[view.sel].text} ${lab.get("map") ?? ""}`, fillMap);
  },
};

async function showLimit({ going }) {
  const { sel: run, step } = ctx.view;
  const { value, arrays } = await lab.ask("stability", { run, step, channel: "stability" }, ctx.query);
  if (!going()) return;
  const fact = (name, text, bad = false) => h("span", { class: bad ? "fact bad" : "fact" }, name, " ", h("b", {}, text));
  parts.facts.replaceChildren(
    fact("step", String(value.step)),
    fact("largest curvature L", short(Number(value.L))),
    value.values.length > 1 ? fact("least", short(Number(value.values.at(-1)))) : "",
    fact("rate", value.lr, value.above),
    fact("limit", value.limit ? short(Number(value.limit)) : "none", value.above));
  parts.formula.replaceChildren(math(value.formula ?? ""));
  parts.about.textContent = value.about;
  showGauge(value);
  showModes(arrays, value.step);
}

/** The rate on a log scale around the limit, red beyond it. */
function showGauge({ limit, lr, above }) {
  const { gauge } = parts;
  gauge.hidden = !limit || !(Number(lr) > 0);
  if (gauge.hidden) return;
  const [l, r] = [Math.log10(Number(limit)), Math.log10(Number(lr))];
  const reach = Math.max(1, Math.abs(r - l) * 1.15);
  const at = 50 + (50 * (r - l)) / reach;
  gauge.style.setProperty("--stable", "50%");
  const mark = h("span", { style: `left: ${at}%` });
  const name = h("small", { class: "rate", style: `left: ${Math.min(90, Math.max(10, at))}%` }, `rate ${lr}`);
  gauge.replaceChildren(mark, name, h("small", { class: "limit" }, `limit ${short(Number(limit))}`));
  gauge.setAttribute("aria-label", `The rate ${lr} is ${above ? "above" : "below"} the limit ${short(Number(limit))}.`);
}

/** How far the run is from the minimum along each axis, and what theory foresees. */
function showModes(arrays, cursor) {
  const section = parts.modes.parentElement;
  section.hidden = !arrays.c1;
  if (!arrays.c1) return;
  const series = [];
  for (const i of [1, 2]) {
    if (!arrays[`c${i}`]) continue;
    const color = palette().runs[i - 1];
    const which = arrays.c2 ? (i === 1 ? "steepest axis" : "flattest axis") : "distance";
    series.push({ label: which, values: arrays[`c${i}`].map(Math.abs), style: { color, dash: i === 1 ? [] : [9, 4] } });
    if (arrays[`theory${i}`]) series.push({ label: `${which}, foreseen`, values: arrays[`theory${i}`], style: { color, dash: [1, 3] } });
  }
  const content = { title: "Distance from the minimum", x: "step", series, log: true, cursor };
  if (chart) chart.update(content);
  else chart = lineChart(parts.modes, content);
}

async function fillMap({ going, progress }) {
  const { sel: run } = ctx.view;
  const { query } = ctx;
  let values = null;
  texts = [];
  let rows = 1;
  for (let row = 0; row < rows; row++) {
    const { value, arrays } = await lab.ask("map", { run, from: row, to: row + 1 }, query);
    if (!going()) return;
    const { x, y } = value;
    rows = y.values.length;
    if (row === 0) {
      values = new Float32Array(x.values.length * rows).fill(NaN);
      beginMap(value, rows);
    }
    values.set(arrays.cells, row * x.values.length);
    texts[row] = value.texts[0];
    map.update({ values });
    progress(row + 1, rows);
  }
}

function beginMap({ x, y, options }, rows) {
  parts.shown = y.name;
  const select = parts.option.element.querySelector("select");
  select.replaceChildren(...options.map((o) => h("option", { value: o }, o)));
  select.value = y.name;
  const { label } = ctx.race.value.runs[ctx.view.sel];
  const steps = Number(ctx.state.keys.steps.text);
  const content = {
    title: `${label}: steps to the goal`, width: x.values.length, height: rows, values: [],
    x: { name: "rate", values: x.values }, y, scale: stepScale(steps), onChoose: choose,
  };
  if (map) map.update(content);
  else map = cellMap(parts.place, { id: "stability-picture", ...content });
}

/** Makes a cell's run the one looked at, or adds it. */
function choose(column, row) {
  const text = texts[row]?.[column];
  if (!text) return;
  const runs = runTexts(ctx, lab);
  const { sel } = ctx.view;
  if (adds && runs.length < most) lab.set({ run: [...runs, text], rates: null });
  else lab.set({ run: runs.with(sel, text), rates: null });
}

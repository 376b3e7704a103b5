// Schedules: the rate of each step under the loss, what a schedule computes, and the rate that a
// short run finds.

import { arg, read, withArg } from "lab/call.js";
import { createSchedule } from "lab/schedule.js";
import { h } from "lab/dom.js";
import { lineChart } from "lab/charts.js";
import { palette } from "lab/colors.js";
import { runTexts } from "lab/runs.js";
import { short } from "lab/axes.js";
import { button, emptiness, lossesOf, math, part } from "lab/panels/parts.js";
import { createWork } from "lab/panels/work.js";

let lab;
let ctx;
let parts;
let charts = null;
let curve = null;
let found = ""; // the suggestion, with two digits
let drawn = "";

export const panel = {
  id: "schedule",
  title: "Schedule",
  mount(root, of) {
    lab = of;
    const editor = createSchedule({ id: "schedule", label: "Schedule", value: () => arg(text(), "Schedule") ?? "", set: (value, options) => setRun(withArg(text(), "Schedule", value), options) }, lab.catalog.schedules);
    const none = emptiness(h("p", { id: "schedule-none" }));
    const title = h("h3", { id: "schedule-title" });
    const examples = h("div", { class: "row", role: "group", "aria-label": "Schedules to begin with" });
    const place = h("div", { id: "schedule-charts" });
    const formulas = h("div", { id: "schedule-formulas" });
    const findPlace = h("div", { id: "schedule-find" });
    const suggestion = h("p", { id: "schedule-suggestion" });
    const take = button("schedule-take", "", () => setRun(withArg(text(), "LR", found)), { class: "primary" });
    const works = { formulas: createWork(root, "schedule-formulas", "Formulas"), find: createWork(root, "schedule-find", "Rates") };
    const all = h("div", {},
      h("section", {}, title, examples, editor.element), place,
      part("What it computes", formulas, works.formulas.element),
      part("Which rate to begin with",
        h("p", { class: "soft" }, "A short run whose rate grows from step to step: the loss falls, and then explodes. The rate where it falls fastest is a good one, of a run without a schedule too."),
        findPlace, works.find.element, h("div", { class: "row" }, suggestion, take)));
    parts = { editor, none, title, examples, place, formulas, findPlace, suggestion, take, works, all };
    root.append(none, all);
  },
  update(next) {
    ctx = next;
    const { none, all, works, editor } = parts;
    const run = ctx.race?.value.runs[ctx.view.sel];
    const why = ctx.state.network ? "The rates of a network's training stand in its panel. Choose a surface to see schedules step by step."
      : run && !lab.catalog.methods.find((m) => m.name === run.method)?.rule ? `${run.label} is no rule with a rate that a schedule could change. Look at another run.` : "";
    none.hidden = !why;
    none.firstElementChild.textContent = why;
    all.hidden = Boolean(why);
    if (why || !run) {
      for (const w of Object.values(works)) w.on(null);
      return;
    }
    parts.title.textContent = `Schedule of ${run.label}`;
    showExamples();
    editor.update({ ...ctx, problems: ctx.problems.filter((p) => p.key === "run" && text().includes(p.text)) }, new Set());
    showCharts();
    works.formulas.on(run.text, showFormulas, 0);
    works.find.on(`${ctx.numbers} ${ctx.view.sel}`, findRate);
  },
};

/** The text of the run looked at. */
const text = () => runTexts(ctx, lab)[ctx.view.sel] ?? "";

function setRun(to, options) {
  lab.set({ run: runTexts(ctx, lab).with(ctx.view.sel, to) }, options);
}

/** Schedules that suit the number of steps. */
function showExamples() {
  const steps = Number(ctx.state.keys.steps.text);
  const warm = Math.max(1, Math.round(steps / 10));
  const third = Math.max(1, Math.round(steps / 3));
  const list = [
    ["constant", "Constant", null],
    ["step", "In steps", `StepDecay(StepSize=${third},Gamma=0.1)`],
    ["cosine", "Cosine", `Cosine(TMax=${steps})`],
    ["warmup", "Warm-up, then cosine", `Warmup(Steps=${warm},StartFactor=0.01,Then=Cosine(TMax=${steps - warm || 1}))`],
    ["restarts", "Restarts", `CosineWarmRestarts(T0=${third})`],
    ["cycle", "One cycle", `OneCycle(TotalSteps=${steps})`],
  ];
  const now = JSON.stringify([steps, arg(text(), "Schedule")]);
  if (parts.examples.dataset.now === now) return;
  parts.examples.dataset.now = now;
  const focused = document.activeElement?.id;
  const name = read(arg(text(), "Schedule") ?? "").name;
  parts.examples.replaceChildren(...list.map(([id, label, schedule]) =>
    button(`schedule-${id}`, label, () => setRun(withArg(text(), "Schedule", schedule)), { "aria-pressed": String(read(schedule ?? "").name === name) })));
  if (focused && parts.examples.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused).focus();
}

function showCharts() {
  const { race, view } = ctx;
  const cursor = view.step;
  const now = `${ctx.numbers} ${view.axis}`;
  if (charts && now === drawn) {
    for (const c of charts) c.update({ cursor });
    return;
  }
  drawn = now;
  const losses = lossesOf(ctx);
  const labels = race.value.runs.map((run) => run.label);
  const onCursor = (step) => lab.set({ step: String(step) });
  const contents = [
    { title: losses.title, x: "step", log: losses.log, cursor, onCursor, height: 180, series: labels.map((label, i) => ({ label, values: losses.of(race.arrays[`loss/${i}`]) })) },
    { title: "Rate", x: "step", cursor, onCursor, height: 180, series: labels.map((label, i) => ({ label, values: race.arrays[`rate/${i}`] })) },
  ];
  if (charts) charts.forEach((c, i) => c.update(contents[i]));
  else charts = contents.map((c) => lineChart(parts.place, c));
}

async function showFormulas({ going }) {
  const { value } = await lab.ask("formulas", { run: ctx.view.sel, channel: "formulas" }, ctx.query);
  if (!going()) return;
  parts.formulas.replaceChildren(value.schedule ? tree(value.schedule) : h("p", { class: "soft" }, "The rate is the same in all steps."));
}

/** A schedule's formulas, with those of the schedules inside it. */
function tree({ name, lines, inner = [] }) {
  return h("div", { class: "nested" },
    h("p", {}, h("code", {}, name)),
    lines.map((l) => h("div", { class: "formula-line" }, h("div", { class: "formula" }, math(l.formula || l.symbol)), h("small", {}, l.about))),
    inner.map(tree));
}

async function findRate({ going }) {
  const { value, arrays } = await lab.ask("findrate", { run: ctx.view.sel, channel: "findrate" }, ctx.query);
  if (!going()) return;
  const color = palette().runs[ctx.view.sel];
  const content = {
    title: "Loss at growing rates", x: "rate", at: arrays.rates, loglog: arrays.losses.every((v) => v > 0), height: 200, cursor: Number(value.suggest),
    series: [{ label: "loss", values: arrays.losses, style: { color, dash: [1, 3] } }, { label: "smoothed", values: arrays.smoothed, style: { color, dash: [] } }],
  };
  if (curve) curve.update(content);
  else curve = lineChart(parts.findPlace, content);
  found = String(Number(Number(value.suggest).toPrecision(2)));
  parts.suggestion.textContent = `It suggests ${short(Number(value.suggest))}. The loss falls fastest at ${short(Number(value.steepest))} and is lowest at ${short(Number(value.lowest))}.`;
  parts.take.textContent = `Take ${found}`;
  parts.take.disabled = !(Number(found) > 0);
}

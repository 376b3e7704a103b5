// The race: the loss of all runs, how each went, and whether the race is fair.

import { read, withArg } from "lab/call.js";
import { h } from "lab/dom.js";
import { lineChart } from "lab/charts.js";
import { runTexts } from "lab/runs.js";
import { short } from "lab/axes.js";
import { runStyle } from "lab/colors.js";
import { button, createChoice, emptiness, lossesOf, noteOf, part, runTable } from "lab/panels/parts.js";
import { createWork } from "lab/panels/work.js";

let lab;
let ctx;
let parts;
let chart = null;
let drawn = ""; // what the chart shows

export const panel = {
  id: "race",
  title: "Race",
  mount(root, of) {
    lab = of;
    const rates = createChoice("race-rates", "Rates", [["given", "as given"], ["best", "each at its best"]],
      (value) => lab.set({ rates: value === "best" ? "best" : null }));
    const axis = createChoice("race-axis", "Axes", [["log", "log loss"], ["loglog", "log both"], ["linear", "linear"]],
      (value) => lab.set({ axis: value === "log" ? null : value }));
    const level = button("race-level", "", levelRates);
    const fair = h("p", { class: "soft", id: "race-fair" });
    const place = h("div", { id: "race-chart" });
    const table = runTable("race-runs", "How each run went", lab, [
      ["#lr", "rate", (run) => run.lr],
      ["#reached", "steps to the goal", (run) => (run.reached >= 0 ? String(run.reached) : "–")],
      ["#final", "final loss", (run) => run.final],
      ["#factor", "factor of a step", (run) => (run.theory ? short(Number(run.theory.factor)) : "–")],
      ["note", "note", noteOf],
    ]);
    const trials = h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Trials" });
    const behind = h("details", { id: "race-trials", hidden: true }, h("summary", {}, "The trials"), trials);
    const work = createWork(root, "race-trials", "Trials found");
    const theory = h("p", { class: "soft", id: "race-theory" });
    parts = { rates, axis, level, fair, place, table, trials, behind, work, theory };
    const none = emptiness(
      h("p", {}, "The runs train a network: their curves are in its panel."),
      button("race-network", "Network", () => lab.set({ tab: "network" })));
    const all = h("div", {},
      h("div", { class: "row" }, rates.element, level, axis.element), fair, place, theory,
      part("Runs", table.element, behind, work.element));
    Object.assign(parts, { none, all });
    root.append(none, all);
  },
  update(next) {
    ctx = next;
    const { rates, axis, level, fair } = parts;
    rates.show(ctx.rated ? "best" : "given");
    axis.show(ctx.view.axis);
    parts.none.hidden = !ctx.state.network;
    parts.all.hidden = ctx.state.network;
    const texts = runTexts(ctx, lab);
    const first = ctx.race?.value.runs[ctx.view.sel];
    level.textContent = first ? `Give all the rate ${first.lr}` : "Give all one rate";
    level.disabled = !first || texts.length < 2;
    fair.textContent = fairness(texts.length);
    parts.behind.hidden = !ctx.rated;
    if (!ctx.race) return;
    showChart();
    parts.table.show(ctx.race.value.runs, ctx.view.sel);
    if (ctx.rated) parts.work.on(ctx.numbers, showTrials);
  },
};

function fairness(count) {
  if (count < 2) return "One run races against nobody: add another one.";
  if (!ctx.rated) return "A race at given rates says as much about the rates as about the rules. Fair is the best rate of each, found by as many trials.";
  return `Each run has the best of the rates that ${ctx.race?.value.budget ?? lab.get("budget")} trials tried.`;
}

/** Gives all runs the rate of the one looked at. */
function levelRates() {
  const { lr } = ctx.race.value.runs[ctx.view.sel];
  const hasRate = (text) => lab.catalog.methods.find((m) => m.name === read(text).name)?.options.some((o) => o.name === "LR");
  lab.set({ rates: null, run: runTexts(ctx, lab).map((text) => (hasRate(text) ? withArg(text, "LR", lr) : text)) });
}

function showChart() {
  const { race, view } = ctx;
  const losses = lossesOf(ctx);
  const series = race.value.runs.map((run, i) => ({ label: run.label, values: losses.of(race.arrays[`loss/${i}`]) }));
  race.value.runs.forEach((run, i) => {
    const values = race.arrays[`theory/${i}`];
    if (values) series.push({ label: `${run.label}, ${run.theory.bound ? "bound" : "foreseen"}`, values: losses.of(values), style: { color: runStyle(i).color, dash: [1, 3] } });
  });
  parts.theory.textContent = wordsOfTheory();
  const now = [ctx.numbers, view.axis, document.documentElement.dataset.theme].join();
  const cursor = view.step;
  if (chart && now === drawn) {
    chart.update({ cursor });
    return;
  }
  drawn = now;
  const content = {
    title: losses.title, x: "step", series, cursor,
    log: view.axis === "log", loglog: view.axis === "loglog", height: 260,
    onCursor: (step) => lab.set({ step: String(step) }),
  };
  if (chart) chart.update(content);
  else chart = lineChart(parts.place, content);
}

/** What is known of the rates of a quadratic, of the run looked at. */
function wordsOfTheory() {
  const { theory, label } = ctx.race.value.runs[ctx.view.sel];
  if (!theory) return "";
  const best = theory.best && Number(theory.bestLR) > 0
    ? ` The least that is possible is ${short(Number(theory.best))}, at rate ${short(Number(theory.bestLR))}${Number(theory.bestMomentum) > 0 ? ` and momentum ${short(Number(theory.bestMomentum))}` : ""}.`
    : "";
  return `${label}: each step multiplies the distance from the minimum by ${short(Number(theory.factor))} at most${theory.bound ? "" : ", in the long run"}, and the loss by its square.${best}`;
}

/** The rates that were tried for each run. */
async function showTrials({ going }) {
  const { value } = await lab.ask("tune", {}, ctx.query);
  if (!going()) return;
  const columns = value.trials.map((list, i) => [...list].sort((a, b) => Number(a.lr) - Number(b.lr)).map((t) => ({ ...t, best: t.lr === value.rates[i] })));
  const most = Math.max(0, ...columns.map((c) => c.length));
  const text = (t) => (t ? `${t.lr}: ${t.diverged ? "diverges" : t.reached >= 0 ? `${t.reached} steps` : short(Number(t.loss))}` : "");
  parts.trials.replaceChildren(h("table", {}, h("caption", {}, "Each rate with the steps to the goal, or the loss at the end"),
    h("thead", {}, h("tr", {}, ctx.race.value.runs.map((run) => h("th", { scope: "col" }, run.label)))),
    h("tbody", {}, Array.from({ length: most }, (_, r) => h("tr", {}, columns.map((c) => h("td", { class: c[r]?.best ? "best" : null }, text(c[r]))))))));
}

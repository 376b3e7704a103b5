// Noise: what the gradients of mini-batches say where a run is, where other seeds lead, and what a
// batch's size costs.

import { createField } from "lab/fields.js";
import { h } from "lab/dom.js";
import { lineChart } from "lab/charts.js";
import { vectorCloud } from "lab/plots.js";
import { palette, runStyle } from "lab/colors.js";
import { short } from "lab/axes.js";
import { button, emptiness, lossesOf, part } from "lab/panels/parts.js";
import { pathPicture } from "lab/panels/paths.js";
import { createWork } from "lab/panels/work.js";

const pieceOfFan = 10; // seeds asked for at once

let lab;
let ctx;
let parts;
const pictures = {}; // by their names, made when there is something to show

export const panel = {
  id: "noise",
  title: "Noise",
  mount(root, of) {
    lab = of;
    const field = (id, key, label) =>
      createField({ id, label, kind: "integer", value: () => lab.get(key) || ctx.state.keys[key].text, set: (text) => lab.set({ [key]: text }), owns: (p) => p.key === key });
    const batch = field("noise-batch", "batch", "Samples in a batch");
    const seed = field("noise-seed", "seed", "Seed");
    const seeds = field("noise-seeds", "fan", "Number of seeds");
    const fifty = button("noise-fifty", "50 seeds", () => lab.set({ fan: "50" }));
    const other = button("noise-next-seed", "Another seed", () => lab.set({ seed: String(BigInt(ctx.state.keys.seed.text) + 1n) }));
    const sizes = h("div", { class: "row", role: "group", "aria-label": "Sizes of batches" });
    const problem = (id, f, label) => button(id, label, () => lab.set({ f, at: null, box: null, step: null, batch: "8" }));
    const none = emptiness(
      h("p", {}, "This objective is no mean over samples: its gradient is known, without noise. These two have samples:"),
      h("p", { class: "row" }, problem("noise-regression", "regression", "Linear regression"), problem("noise-logistic", "logistic", "Logistic regression")));
    const network = emptiness(h("p", {}, "The network trains on mini-batches, too: its panel has the losses of each. What is below is for objectives of two parameters."));
    const place = (id) => h("div", { id });
    const [cloud, fan, losses, path, bySteps, byReads] = ["noise-cloud", "noise-fan", "noise-fan-losses", "noise-sizes", "noise-by-steps", "noise-by-reads"].map((id) => place(`${id}-place`));
    const facts = h("p", { id: "noise-facts" });
    const fanFacts = h("p", { id: "noise-fan-facts" });
    const works = { cloud: createWork(root, "noise-cloud", "Gradients"), fan: createWork(root, "noise-fan", "Seeds"), sizes: createWork(root, "noise-sizes", "Sizes") };
    const all = h("div", {},
      h("div", { class: "row" }, batch.element, sizes, seed.element, other),
      h("div", { class: "halves" },
        part("Gradients of mini-batches", h("p", { class: "soft" }, "Each dot is where the gradient of one mini-batch points from where the run is."), facts, cloud, works.cloud.element),
        part("Other seeds", h("div", { class: "row" }, seeds.element, fifty), fanFacts, fan, losses, works.fan.element)),
      part("Batch, mini-batch, single samples",
        h("p", { class: "soft" }, "The same run with batches of three sizes: the loss over the steps, and over the samples that they read."),
        h("div", { class: "halves" }, bySteps, byReads), path, works.sizes.element));
    parts = { batch, seed, seeds, sizes, none, network, cloud, fan, losses, path, bySteps, byReads, facts, fanFacts, works, all };
    root.append(none, network, all);
  },
  update(next) {
    ctx = next;
    const { none, network, all, works } = parts;
    const samples = !ctx.state.network && ctx.state.samples > 0;
    network.hidden = !ctx.state.network;
    none.hidden = ctx.state.network || samples;
    all.hidden = !samples;
    if (!samples || !ctx.race) {
      for (const w of Object.values(works)) w.on(null);
      return;
    }
    for (const f of [parts.batch, parts.seed, parts.seeds]) f.update(ctx, new Set());
    showSizes();
    const { numbers, view } = ctx;
    const fan = Number(ctx.state.keys.fan.text);
    const batch = Number(ctx.state.keys.batch.text);
    parts.facts.hidden = parts.cloud.hidden = batch === 0 || batch >= ctx.state.samples; // that have no noise
    works.cloud.on(`${numbers} ${view.sel} ${view.step}`, showCloud, 40);
    works.sizes.on(`${numbers} ${ctx.ground} ${view.sel}`, compareSizes);
    parts.fan.hidden = parts.losses.hidden = parts.fanFacts.hidden = fan === 0;
    works.fan.on(fan ? `${numbers} ${ctx.ground} ${view.sel} ${fan}` : null, showFan);
  },
};

/** Buttons for sizes that differ: all, a few, one. */
function showSizes() {
  const { samples } = ctx.state;
  const now = ctx.state.keys.batch.text;
  const words = [["0", "all"], ["32", "32"], ["8", "8"], ["1", "1"]].filter(([v]) => Number(v) < samples);
  const focused = document.activeElement?.id;
  parts.sizes.replaceChildren(...words.map(([v, title]) => button(`noise-batch-${v}`, title, () => lab.set({ batch: v === "0" ? null : v }), { "aria-pressed": String(v === now) })));
  if (focused?.startsWith("noise-batch-")) document.getElementById(focused)?.focus();
}

/** Makes a picture, or gives it what is new. */
function picture(name, make, content) {
  if (pictures[name]) pictures[name].update(content);
  else pictures[name] = make(content);
}

async function showCloud({ going }) {
  const { sel: run, step } = ctx.view;
  const { value, arrays } = await lab.ask("noise", { run, step, channel: "noise" }, ctx.query);
  if (!going()) return;
  const fact = (name, values) => h("span", { class: "fact", title: values.join(", ") }, name, " ", h("b", {}, values.map((v) => short(Number(v))).join(", ")));
  parts.facts.replaceChildren(
    h("span", { class: "fact" }, "batches of ", h("b", {}, String(value.batch)), ` of ${value.samples}`),
    fact("gradient of all", value.full), fact("mean of the batches", value.mean), fact("standard deviation", value.std));
  const [full, mean] = [value.full.map(Number), value.mean.map(Number)];
  picture("cloud", (c) => vectorCloud(parts.cloud, c), {
    id: "noise-cloud", title: `Gradients at step ${value.step}`, x: arrays.gx, y: arrays.gy,
    named: [{ label: "all samples", x: full[0], y: full[1], kind: "gradient" }, { label: "mean of the batches", x: mean[0], y: mean[1], kind: "velocity" }],
  });
}

async function showFan({ going, progress }) {
  const { sel: run } = ctx.view;
  const { query, surface } = ctx;
  const total = Number(ctx.state.keys.fan.text);
  const tracks = [];
  const losses = [];
  for (let from = 0; from < total; from += pieceOfFan) {
    const to = Math.min(total, from + pieceOfFan);
    const { value, arrays } = await lab.ask("fan", { run, from, to }, query);
    if (!going()) return;
    for (let i = from; i < to; i++) {
      tracks.push({ label: `seed ${value.seeds[i - from]}`, x: arrays[`x/${i}`], y: arrays[`y/${i}`], style: { ...runStyle(run), dash: [] }, alpha: 0.35 });
      losses.push(arrays[`loss/${i}`]);
    }
    picture("fan", (c) => pathPicture(parts.fan, c), { id: "noise-fan", title: `The run with ${tracks.length} seeds`, reply: surface, tracks });
    progress(to, total);
  }
  showSpread(losses);
}

/** The lowest, the middle and the highest loss of all seeds at each step. */
function showSpread(losses) {
  const steps = Math.max(...losses.map((l) => l.length));
  const [low, middle, high] = [0, 1, 2].map(() => new Float64Array(steps));
  for (let t = 0; t < steps; t++) {
    const sorted = losses.map((l) => l[Math.min(t, l.length - 1)]).sort((a, b) => a - b);
    low[t] = sorted[0];
    middle[t] = sorted[sorted.length >> 1];
    high[t] = sorted[sorted.length - 1];
  }
  const color = palette().runs[ctx.view.sel];
  const { title, log, of } = lossesOf(ctx);
  picture("losses", (c) => lineChart(parts.losses, c), {
    title: `${title}, of all seeds`, x: "step", log,
    series: [["highest", high, [2, 4]], ["median", middle, []], ["lowest", low, [9, 4]]].map(([label, values, dash]) => ({ label, values: of(values), style: { color, dash } })),
  });
  const ends = [low, middle, high].map((v) => short(v[steps - 1]));
  parts.fanFacts.textContent = `The last losses lie between ${ends[0]} and ${ends[2]}, half of them below ${ends[1]}.`;
}

async function compareSizes({ going }) {
  const { sel: run } = ctx.view;
  const { surface } = ctx;
  const { value, arrays } = await lab.ask("sizes", { run }, ctx.query);
  if (!going()) return;
  const { samples } = value;
  const names = value.batches.map((b) => (b === samples ? `all ${b}` : b === 1 ? "single samples" : `batches of ${b}`));
  const { title, log, of } = lossesOf(ctx);
  const losses = names.map((_, i) => of(arrays[`loss/${i}`]));
  picture("bySteps", (c) => lineChart(parts.bySteps, c), {
    title: `${title}, over steps`, x: "step", log, series: names.map((label, i) => ({ label, values: losses[i] })),
  });
  const at = readsOf(arrays, names.length);
  picture("byReads", (c) => lineChart(parts.byReads, c), {
    title: `${title}, over samples`, x: "samples read", log, at,
    series: names.map((label, i) => ({ label, values: at.map((n) => lossBehind(arrays[`read/${i}`], losses[i], n)) })),
  });
  picture("path", (c) => pathPicture(parts.path, c), {
    id: "noise-sizes", title: "The paths of the three sizes", reply: surface,
    tracks: names.map((label, i) => ({ label, x: arrays[`x/${i}`], y: arrays[`y/${i}`], style: runStyle(i) })),
  });
}

/** Numbers of samples at which losses are compared, as far as the size reaches that reads the second most. */
function readsOf(arrays, count) {
  const ends = Array.from({ length: count }, (_, i) => arrays[`read/${i}`].at(-1)).sort((a, b) => b - a);
  const most = Math.max(1, ends[1] ?? ends[0]);
  return Array.from({ length: 201 }, (_, k) => Math.round((k * most) / 200));
}

/** The last loss that is known when n samples are read, none beyond the last one. */
function lossBehind(reads, losses, n) {
  if (n > reads.at(-1)) return NaN;
  let i = 0;
  while (i + 1 < reads.length && reads[i + 1] <= n) i++;
  return losses[i];
}

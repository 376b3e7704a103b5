// A network's training: its curves, what it makes of the plane or of digits, and its loss around it.

import { withArg } from "lab/call.js";
import { h } from "lab/dom.js";
import { lineChart } from "lab/charts.js";
import { runStyle } from "lab/colors.js";
import { createBoundary } from "lab/panels/boundary.js";
import { createSlices } from "lab/panels/slices.js";
import { button, emptiness, noteOf, part, runTable } from "lab/panels/parts.js";
import { createWork } from "lab/panels/work.js";

let lab;
let ctx;
let parts;
let charts = null;
let paused = false;
let trained = null; // the last answer, of the numbers that it has with it

export const panel = {
  id: "network",
  title: "Network",
  mount(root, of) {
    lab = of;
    const data = [["spirals", "Spirals"], ["xor", "XOR"], ["circles", "Circles"], ["digits", "Digits"]];
    const choose = (id, value) => lab.set(ctx.state.network
      ? { f: withArg(ctx.state.objective.text, "Data", value), step: null }
      : { f: `network(Data=${value})`, at: null, box: null, step: null, batch: "16", steps: "600", sel: null, run: ["Adam(LR=0.02)", "SGD(LR=0.2)"] });
    const starters = (id) => data.map(([value, title]) => button(`${id}-${value}`, title, () => choose(id, value)));
    const none = emptiness(
      h("p", {}, "The objective is a surface of one or two parameters. A network has hundreds; it learns to tell apart:"),
      h("div", { class: "row" }, starters("network-begin")));
    const switches = starters("network-data");
    const pause = button("network-pause", "Pause", () => {
      paused = !paused;
      lab.redraw();
    });
    const facts = h("p", { id: "network-facts" });
    const table = runTable("network-runs", "How each run trains", lab, [
      ["#lr", "rate", (r) => r.lr], ["#loss", "loss", (r) => r.loss], ["#accuracy", "accuracy", (r) => r.accuracy],
      ["#validation", "validation loss", (r) => r.validation || "–"], ["#validationAccuracy", "validation accuracy", (r) => r.validationAccuracy || "–"],
      ["note", "note", noteOf],
    ]);
    const step = h("input", { type: "range", id: "network-step", min: 0, "aria-label": "Step of the network that is shown",
      oninput: () => lab.set({ step: step.value }, { replace: true }), onchange: () => lab.set({ step: step.value }) });
    const count = h("output", { id: "network-step-count", for: "network-step" });
    const work = createWork(root, "network", "Steps");
    const curves = h("div", { class: "halves", id: "network-curves" });
    const boundary = createBoundary(root, lab);
    const slices = createSlices(root, lab);
    const all = h("div", {},
      h("div", { class: "row", role: "group", "aria-label": "Data" }, switches, pause),
      facts, work.element, table.element,
      h("section", {}, curves),
      part("What it has learnt", h("div", { class: "row stepper" }, step, count), boundary.element),
      slices.element);
    parts = { none, switches, data, pause, facts, table, step, count, work, curves, boundary, slices, all };
    root.append(none, all);
  },
  update(next) {
    ctx = next;
    const { none, all, work, boundary, slices } = parts;
    none.hidden = ctx.state.network;
    all.hidden = !ctx.state.network;
    if (!ctx.state.network) {
      for (const p of [work, boundary, slices]) p.on(null);
      return;
    }
    const chosen = ctx.state.objective.options.find((o) => o.name === "Data")?.text;
    parts.switches.forEach((b, i) => b.setAttribute("aria-pressed", String(parts.data[i][0] === chosen)));
    parts.pause.textContent = paused ? "Train on" : "Pause";
    parts.pause.setAttribute("aria-pressed", String(paused));
    if (trained?.numbers !== ctx.numbers) trained = null;
    parts.pause.disabled = Boolean(trained?.value.done);
    work.on(paused ? null : ctx.numbers, train);
    showStep();
    if (trained) follow();
  },
};

/** The run looked at. */
const selected = () => Math.min(ctx.view.sel, ctx.state.runs.length - 1);

function showStep() {
  const steps = Number(ctx.state.keys.steps.text);
  const at = Math.min(ctx.view.step, trained?.value.step ?? steps);
  parts.step.max = String(steps);
  parts.step.value = String(at);
  parts.count.value = `step ${at}`;
}

/** Trains in pieces, each short enough that the page stays alive. */
async function train({ going, progress }) {
  const { numbers, query } = ctx;
  for (;;) {
    const { value, arrays } = await lab.ask("train", { ms: 40 }, query);
    if (!going()) return;
    trained = { numbers, value, arrays };
    progress(value.step, value.steps);
    follow();
    if (value.done) break;
  }
  parts.pause.disabled = true;
  lab.say(trained.value.runs.map((r) => `${r.label}: loss ${r.loss}, accuracy ${r.accuracy}`).join(". "));
}

/** Shows what the training has come to. */
function follow() {
  const { value } = trained;
  const fact = (name, text, id) => h("span", { class: "fact" }, name, " ", h("b", id ? { id } : {}, String(text)));
  parts.facts.replaceChildren(
    fact("step", `${value.step} of ${value.steps}`), fact("epoch", value.epoch), fact("samples", value.samples),
    fact("in a batch", value.batch), fact("to validate", value.validates), fact("parameters", value.parameters),
    value.hash ? fact("hash", value.hash, "network-hash") : "");
  parts.table.show(value.runs, selected());
  showStep();
  showCurves();
  const subject = `${trained.numbers} ${selected()}`;
  const shown = value.done ? Math.min(ctx.view.step, value.step) : -1;
  parts.boundary.on(`${subject} ${value.done ? shown : value.step}`, { ctx, run: selected(), step: shown });
  parts.slices.on(value.done ? subject : null, { ctx, run: selected(), label: value.runs[selected()].label });
}

let drawn = "";

function showCurves() {
  const { value, arrays } = trained;
  const cursor = ctx.view.step;
  const now = `${trained.numbers} ${value.step} ${selected()} ${ctx.view.axis}`;
  if (now === drawn) {
    for (const c of charts) c.update({ cursor });
    return;
  }
  drawn = now;
  const runs = value.runs.map((r) => r.label);
  const at = runs.map((_, i) => arrays[`at/${i}`]).reduce((a, b) => (b.length > a.length ? b : a));
  const both = (of, ofValidation) => runs.flatMap((label, i) => [
    { label, values: arrays[`${of}/${i}`], style: runStyle(i) },
    ...(arrays[`${ofValidation}/${i}`] ? [{ label: `${label}, validation`, values: arrays[`${ofValidation}/${i}`], style: { color: runStyle(i).color, dash: [1, 3] } }] : []),
  ]);
  const onCursor = (step) => lab.set({ step: String(step) });
  const layers = Array.from({ length: value.layers }, (_, l) => ({ label: `layer ${l + 1}`, values: arrays[`norm/${selected()}/${l}`], style: { ...runStyle(l), mark: undefined } }));
  const contents = [
    { title: "Loss", x: "step", at, cursor, onCursor, log: ctx.view.axis !== "linear", series: both("loss", "validation") },
    { title: "Accuracy", x: "step", at, cursor, onCursor, series: both("accuracy", "validationAccuracy") },
    { title: `Norm of the gradient in each layer, ${runs[selected()]}`, x: "step", at: arrays[`at/${selected()}`], cursor, onCursor, log: true, series: layers },
  ];
  if (charts) charts.forEach((c, i) => c.update(contents[i]));
  else charts = contents.map((c) => {
    const place = h("div");
    parts.curves.append(place);
    return lineChart(place, c);
  });
}

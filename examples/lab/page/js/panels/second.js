// Second order, and what is near it: methods that know the curvature beside those that do not, as
// experiments that one click adds; and the minima that a run ends at.

import { read, withArg } from "lab/call.js";
import { h } from "lab/dom.js";
import { cellMap } from "lab/cells.js";
import { classScale } from "lab/scales.js";
import { decimal, short } from "lab/axes.js";
import { mark } from "lab/pen.js";
import { runTexts } from "lab/runs.js";
import { without } from "lab/state.js";
import { button, emptiness, noteOf, part, runTable } from "lab/panels/parts.js";
import { createWork } from "lab/panels/work.js";

const most = 6; // runs
const [width, height] = [48, 36];
const rowsOfPiece = 2;

/** What can be added: id, title, the run, why, and for which objectives if not for all. */
const experiments = [
  ["newton", "Newton", "Newton", "Solves for the step by the Hessian: on a quadratic it arrives at once. It goes to a saddle as gladly as to a minimum."],
  ["saddle-free", "Newton, saddle-free", "Newton(Absolute=1)", "The magnitudes of the eigenvalues: each axis at its own rate, but always downhill."],
  ["damped", "Newton, damped", "Newton(Damping=1)", "Something added to the curvature: shorter steps, nearer to descent."],
  ["natural", "Natural gradient", "NaturalGradient", "The Fisher matrix of a model instead of the Hessian: it is never negative.", "model"],
  ["lbfgs", "L-BFGS", "LBFGS", "Learns the curvature from the last gradients, with a line search for each step."],
  ["diagonal", "Preconditioned", "Preconditioned", "Descent with the coordinates scaled by the Hessian's diagonal at the start."],
  ["whole", "Preconditioned, whole", "Preconditioned(Full=1)", "By the whole Hessian at the start: axes that lie across are straightened, too."],
  ["proximal", "Proximal step, L1", "SGD(L1=1)", "Descent, and then a step that shrinks each coordinate: some become exactly 0."],
];

let lab;
let ctx;
let parts;
let map = null;

export const panel = {
  id: "second",
  title: "Second order",
  mount(root, of) {
    lab = of;
    const none = emptiness(h("p", {}, "The Hessian of a network would have as many rows and columns as it has parameters. These methods run on surfaces; the objective here is a network."));
    const adders = experiments.map(([id, title, run, why, only]) => ({
      only,
      run,
      button: button(`second-${id}`, `Add: ${title}`, () => addRun(run), { "aria-describedby": `second-${id}-about` }),
      about: h("small", { id: `second-${id}-about` }, why),
    }));
    const clear = button("second-clear", "Only the run looked at", () => lab.set({ run: [runTexts(ctx, lab)[ctx.view.sel]], sel: null }));
    const table = runTable("second-runs", "How each run went", lab, [
      ["#reached", "steps to the goal", (run) => (run.reached >= 0 ? String(run.reached) : "–")],
      ["#final", "final loss", (run) => run.final],
      ["#x", "x", (run) => run.x],
      ["#y", "y", (run) => (ctx.state.dim > 1 ? run.y : "")],
      ["note", "note", noteOf],
    ]);
    const place = h("div", { id: "second-map" });
    const work = createWork(root, "second-basins", "Rows of the map");
    const basins = part("Where runs end",
      h("p", { class: "soft", id: "second-basins-about" }), place, work.element);
    const all = h("div", {},
      h("div", { class: "adders" }, adders.map((a) => h("div", {}, a.button, a.about))),
      h("div", { class: "row" }, clear),
      part("Runs", table.element), basins);
    parts = { none, adders, clear, table, place, work, basins, all };
    root.append(none, all);
  },
  update(next) {
    ctx = next;
    parts.none.hidden = !ctx.state.network;
    parts.all.hidden = ctx.state.network;
    if (!ctx.race) {
      parts.work.on(null);
      return;
    }
    const texts = runTexts(ctx, lab);
    for (const a of parts.adders) {
      a.button.parentElement.hidden = a.only === "model" && !ctx.state.samples;
      a.button.disabled = texts.length >= most || texts.includes(runToAdd(a.run));
    }
    parts.clear.disabled = texts.length < 2;
    parts.table.show(ctx.race.value.runs, ctx.view.sel);
    const { minima } = ctx.surface.value;
    const mapped = ctx.state.dim === 2 && minima.length > 0;
    parts.basins.hidden = !mapped;
    const run = ctx.race.value.runs[ctx.view.sel];
    parts.basins.querySelector("p").textContent = `Each cell begins ${run.label} there: its colour is the minimum that it ends at${minima.length > 1 ? "" : ", of which there is one"}. Grey is a run that diverges, or is not near a minimum after ${ctx.race.value.steps} steps. A cell can be made the start.`;
    const others = without(ctx.numbers, ["run", "at"]);
    parts.work.on(mapped ? `${others} ${run.text} ${ctx.ground}` : null, fillBasins);
  },
};

/** The proximal step has the rate of the descent that it is compared with. */
function runToAdd(run) {
  const descent = runTexts(ctx, lab).find((text) => read(text).name === "SGD" && text !== run);
  return read(run).name === "SGD" && descent ? withArg(descent, "L1", "1") : run;
}

function addRun(run) {
  lab.set({ run: [...runTexts(ctx, lab), runToAdd(run)] });
}

async function fillBasins({ going, progress }) {
  const { sel: run } = ctx.view;
  const { query } = ctx;
  const { box, minima } = ctx.surface.value;
  const names = minima.map((p, i) => `minimum ${i + 1} at ${short(p.x)}, ${short(p.y)}`);
  const values = new Float32Array(width * height).fill(NaN);
  const content = {
    title: `Where ${ctx.race.value.runs[run].label} ends`, width, height, values, scale: classScale(names, "not near a minimum"),
    x: { name: "x", from: box.x0, to: box.x1 }, y: { name: "y", from: box.y0, to: box.y1 },
    over: (pen, s, colors) => minima.forEach((p) => mark(pen, "star", s.px(p.x), s.py(p.y), 8, { fill: colors.ink, color: colors.halo, width: 1.5 })),
    onChoose: (column, row) => begin(box, column, row),
  };
  if (map) map.update(content);
  else map = cellMap(parts.place, { id: "second-basins", ...content });
  for (let from = 0; from < height; from += rowsOfPiece) {
    const to = Math.min(height, from + rowsOfPiece);
    const { arrays } = await lab.ask("basins", { ...box, run, width, height, from, to }, query);
    if (!going()) return;
    values.set(arrays.cells, from * width);
    map.update({ values });
    progress(to, height);
  }
}

/** Makes a cell's middle the start. */
function begin(box, column, row) {
  const [w, h] = [(box.x1 - box.x0) / width, (box.y1 - box.y0) / height];
  lab.set({ at: `${decimal(box.x0 + (column + 0.5) * w, w / 10)},${decimal(box.y0 + (row + 0.5) * h, h / 10)}` });
}

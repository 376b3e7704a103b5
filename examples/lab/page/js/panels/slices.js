// The loss of a trained network around its parameters: slices in two directions, and the largest
// curvature along its way.

import { cellMap } from "lab/cells.js";
import { h } from "lab/dom.js";
import { heightScale } from "lab/plane.js";
import { lineChart } from "lab/charts.js";
import { lossScale } from "lab/scales.js";
import { mark } from "lab/pen.js";
import { runStyle } from "lab/colors.js";
import { short } from "lab/axes.js";
import { createChoice, part } from "lab/panels/parts.js";
import { createWork } from "lab/panels/work.js";

const side = 31; // cells
const sharpest = 3; // points of sharpness asked for at once

/** @param {import("lab/lab.js").Lab} lab */
export function createSlices(root, lab) {
  const choice = createChoice("network-slice", "Directions", [["random", "random"], ["pca", "of the path"], ["hessian", "steepest curvature"]],
    (kind) => lab.set({ slice: kind === "random" ? null : kind }));
  const shares = h("p", { id: "network-shares" });
  const [place, sharpPlace] = [h("div", { id: "network-slice-place" }), h("div", { id: "network-sharpness" })];
  const words = h("p", { class: "soft", id: "network-sharpness-about" });
  const works = { slice: createWork(root, "network-slice", "Rows of the slice"), sharp: createWork(root, "network-sharpness", "Points of sharpness") };
  const element = h("div", { hidden: true },
    part("A slice of the loss", h("div", { class: "row" }, choice.element), shares, place, works.slice.element),
    part("Sharpness", words, sharpPlace, works.sharp.element));
  let map = null;
  let chart = null;
  let about = null; // {ctx, run, label}

  async function cut({ going, progress }) {
    const { ctx, run, label } = about;
    const kind = ctx.state.keys.slice.text;
    const values = new Float32Array(side * side).fill(NaN);
    for (let row = 0; row < side; row++) {
      const reply = await lab.ask("slice", { run, kind, width: side, height: side, from: row, to: row + 1 }, ctx.query);
      if (!going()) return;
      values.set(reply.arrays.grid, row * side);
      if (row % 4 === 0 || row === side - 1) showSlice(reply, values, label);
      progress(row + 1, side);
    }
  }

  function showSlice({ value, arrays }, values, label) {
    const known = values.filter(Number.isFinite);
    if (known.length === 0) return;
    const [low, high] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
    const { box } = value;
    const [first, second] = value.shares.map((s) => `${short(100 * Number(s))} %`);
    shares.textContent = `The two directions explain ${first} and ${second} of how the path varies; the middle is where it ends, with loss ${value.loss}.`;
    const content = {
      title: `Loss around ${label} at step ${value.step}`, width: side, height: side, values, smooth: true,
      x: { name: "first direction", from: box.x0, to: box.x1 }, y: { name: "second direction", from: box.y0, to: box.y1 },
      scale: lossScale(heightScale({ grid: known, least: low }), low, high),
      over: (pen, s, colors) => drawPath(pen, s, colors, arrays, about.run),
    };
    if (map) map.update(content);
    else map = cellMap(place, { id: "network-slice-map", ...content });
  }

  async function sharpen({ going, progress }) {
    const { ctx, run, label } = about;
    for (;;) {
      const { value, arrays } = await lab.ask("sharpness", { run, points: 31, more: sharpest }, ctx.query);
      if (!going()) return;
      progress(value.done, value.total);
      showSharpness(value, arrays, label, run);
      if (value.done >= value.total) return;
    }
  }

  function showSharpness(value, arrays, label, run) {
    const style = runStyle(run);
    const series = [{ label: "largest curvature", values: arrays.sharpness, style: { ...style, mark: undefined } }];
    if (arrays.limit) series.push({ label: "what the rate bears", values: arrays.limit, style: { color: style.color, dash: [1, 3] } });
    words.textContent = !value.limited
      ? "The rule divides by what it has seen of the gradients: its rate has no limit in the curvature alone."
      : value.full ? "With all samples in each step the curvature often grows until it is what the rate bears, and stays there: the edge of stability."
        : "The steps have a part of the samples each, so that the limit says less: choose batches of all samples to see the edge of stability.";
    const content = { title: `Largest curvature of the loss, ${label}`, x: "step", at: arrays.at, series, log: true };
    if (chart) chart.update(content);
    else chart = lineChart(sharpPlace, content);
  }

  return {
    element,
    /** Begins with a trained run, or ends: null. */
    on(subject, next) {
      element.hidden = subject === null;
      if (next) about = next;
      const kind = about?.ctx.state.keys.slice.text;
      if (kind) choice.show(kind);
      works.slice.on(subject && `${subject} ${kind}`, cut);
      works.sharp.on(subject, sharpen, 600);
    },
  };
}

/** The path as it lies on the slice, and where it ends. */
function drawPath(pen, s, colors, { x, y }, run) {
  const line = [];
  for (let i = 0; i < x.length; i++) line.push(s.px(x[i]), s.py(y[i]));
  const { color } = runStyle(run, colors);
  pen.line(line, { color: colors.halo, width: 4, alpha: 0.7 });
  pen.line(line, { color, width: 2 });
  mark(pen, "circle", line.at(-2), line.at(-1), 5, { fill: color, color: colors.halo, width: 1.5 });
}

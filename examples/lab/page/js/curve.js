// Draws an objective of one parameter: the curve of its loss, with runs as points on it.

import { drawAxes, ticks } from "lab/axes.js";
import { mark } from "lab/pen.js";
import { rampColor } from "lab/colors.js";
import { drawMinimum, lossAt } from "lab/plane.js";

/** The box that shows a curve: the parameter across, the loss upwards, with room around it. */
export function curveBox(surface, x0 = surface.box.x0, x1 = surface.box.x1) {
  let low = Infinity;
  let high = -Infinity;
  eachPoint(surface, (x, loss) => {
    if (x < x0 || x > x1 || !isFinite(loss)) return;
    low = Math.min(low, loss);
    high = Math.max(high, loss);
  });
  if (!(high > low)) [low, high] = isFinite(low) ? [low - 1, low + 1] : [0, 1];
  return { x0, x1, y0: low - 0.08 * (high - low), y1: high + 0.04 * (high - low) };
}

export function drawCurve(pen, scale, surface, colors) {
  const { frame, box } = scale;
  const line = [];
  eachPoint(surface, (x, loss) => {
    if (isFinite(loss)) line.push(scale.px(x), Math.min(1e5, Math.max(-1e5, scale.py(loss))));
  });
  pen.clip(frame.x, frame.y, frame.w, frame.h, () => {
    for (const t of ticks(box.y0, box.y1, Math.floor(frame.h / 50))) {
      pen.line([frame.x, scale.py(t.value), frame.x + frame.w, scale.py(t.value)], { color: colors.rule, width: 0.7 });
    }
    const below = frame.y + frame.h;
    if (line.length) {
      pen.polygon([line[0], below, ...line, line[line.length - 2], below], { fill: rampColor(0.25, colors), alpha: 0.25 });
    }
    pen.line(line, { color: colors.ink, width: 1.8, alpha: 0.75 });
    const foot = (p, shape, r, style) => mark(pen, shape, scale.px(p.x), scale.py(lossAt(surface, p.x)), r, style);
    for (const p of surface.minima) drawMinimum(pen, surface, p, scale.px(p.x), scale.py(lossAt(surface, p.x)), colors);
    for (const p of surface.maxima) foot(p, "ring", 5.5, { color: colors.ink, width: 1.8 });
    for (const p of surface.saddles) foot(p, "cross", 4.5, { color: colors.ink, width: 1.8 });
  });
  drawAxes(pen, scale, colors, { x: "x", y: "loss" });
}

function eachPoint({ grid, width, box }, fn) {
  for (let i = 0; i < width; i++) fn(box.x0 + ((box.x1 - box.x0) * i) / (width - 1), grid[i]);
}

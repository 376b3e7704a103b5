// Draws an objective of two parameters: a heat map of the loss, contour lines, the points where the
// gradient is zero, and axes.

import { mark } from "lab/pen.js";
import { drawAxes, short } from "lab/axes.js";
import { ramp, raster } from "lab/colors.js";
import { cellImage } from "lab/scales.js";

/**
 * The engine's answer to "surface" as the pictures use it. The grid's numbers stand at the corners of
 * its cells, the first and the last on the box's border.
 */
export function surfaceOf(reply) {
  const { value, arrays } = reply;
  const flat = arrays.contours ?? [];
  const contours = [];
  for (let i = 0; i + 1 < flat.length; i += 2 + 2 * flat[i + 1]) {
    contours.push({ level: flat[i], points: flat.subarray(i + 2, i + 2 + 2 * flat[i + 1]) });
  }
  const high = arrays.grid.reduce((a, v) => (v > a && v < Infinity ? v : a), -Infinity);
  return { ...value, grid: arrays.grid, high, contours, reply, serial: ++serial };
}
let serial = 0;

/** The loss at x, between the numbers beside it, for one parameter. */
export function lossAt({ grid, width, box }, x) {
  const at = ((x - box.x0) / (box.x1 - box.x0)) * (width - 1);
  const i = Math.min(width - 2, Math.max(0, Math.floor(at)));
  return grid[i] + (grid[i + 1] - grid[i]) * (at - i);
}

/** The loss at (x, y), between the four numbers of the grid around it. */
export function valueAt({ grid, width, height, box }, x, y) {
  const within = (v, n) => Math.min(n - 2, Math.max(0, Math.floor(v)));
  const u = ((x - box.x0) / (box.x1 - box.x0)) * (width - 1);
  const v = ((y - box.y0) / (box.y1 - box.y0)) * (height - 1);
  const [i, j] = [within(u, width), within(v, height)];
  const row = (k) => grid[k * width + i] + (grid[k * width + i + 1] - grid[k * width + i]) * (u - i);
  return row(j) + (row(j + 1) - row(j)) * (v - j);
}

/**
 * Cells that are shown instead of the loss, such as basins. The serial is another one for other cells.
 * @typedef {{serial: number, width: number, height: number, values: ArrayLike<number>,
 *   box: import("lab/axes.js").Box, scale: import("lab/scales.js").Scale}} Layer
 */

/** Draws all of the picture that does not change from step to step. */
export function drawPlane(pen, scale, surface, colors, layer) {
  const { frame } = scale;
  const { box } = surface;
  pen.clip(frame.x, frame.y, frame.w, frame.h, () => {
    if (layer) {
      const [x, y] = [scale.px(layer.box.x0), scale.py(layer.box.y1)];
      pen.image(cellImage(layer, colors), x, y, scale.px(layer.box.x1) - x, scale.py(layer.box.y0) - y, false);
    } else {
      // A pixel of the map lies around its number, so the map reaches half a pixel beyond the box.
      const dx = (box.x1 - box.x0) / (surface.width - 1) / 2;
      const dy = (box.y1 - box.y0) / (surface.height - 1) / 2;
      const [x, y] = [scale.px(box.x0 - dx), scale.py(box.y1 + dy)];
      pen.image(heatMap(surface, colors), x, y, scale.px(box.x1 + dx) - x, scale.py(box.y0 - dy) - y);
    }
    drawContours(pen, scale, surface, colors);
    drawPoints(pen, scale, surface, colors);
  });
  drawAxes(pen, scale, colors, { x: "x", y: "y" });
}

function heatMap(surface, colors) {
  if (surface.map?.colors === colors) return surface.map.canvas;
  const table = ramp(colors);
  const share = heightScale(surface);
  const canvas = raster(surface.width, surface.height, (i) => {
    const k = 3 * Math.round(255 * share(surface.grid[i]));
    return table.subarray(k, k + 3);
  });
  surface.map = { canvas, colors };
  return canvas;
}

/**
 * How high a loss stands in its picture, 0 to 1. Losses with a least value are shown on a log scale of
 * what is above it, or the valley's floor would be one colour; others as they are.
 */
export function heightScale(surface) {
  const values = Array.from(surface.grid).filter(isFinite).sort((a, b) => a - b);
  if (values.length === 0) return () => 1;
  const clamp = (t) => (Number.isNaN(t) ? 1 : Math.min(1, Math.max(0, t)));
  const [low, high] = [values[0], values[values.length - 1]];
  const least = Math.min(surface.least, low);
  if (!isFinite(least)) return (v) => clamp((v - low) / (high - low || 1));
  const floor = Math.max(values[Math.floor(values.length / 12)] - least, (high - least) * 1e-6) || 1;
  const from = Math.log((low - least) / floor + 1);
  const span = Math.log((high - least) / floor + 1) - from || 1;
  return (v) => clamp((Math.log(Math.max(0, v - least) / floor + 1) - from) / span);
}

/** What a layer says of (x, y) in words, or nothing where it has no cell yet. */
export function layerText({ values, width, height, box, scale }, x, y) {
  const column = Math.floor(((x - box.x0) / (box.x1 - box.x0)) * width);
  const row = Math.floor(((y - box.y0) / (box.y1 - box.y0)) * height);
  if (column < 0 || column >= width || row < 0 || row >= height) return "";
  const v = values[row * width + column];
  return v === undefined || Number.isNaN(v) ? "" : scale.text(v);
}

function drawContours(pen, scale, surface, colors) {
  const { contours, levels } = surface;
  const labels = [];
  const taken = surface.minima.map((p) => ({ x: scale.px(p.x), y: scale.py(p.y) }));
  contours.forEach(({ level, points }) => {
    const line = new Float64Array(points.length);
    for (let i = 0; i < points.length; i += 2) {
      line[i] = scale.px(points[i]);
      line[i + 1] = scale.py(points[i + 1]);
    }
    pen.line(line, { color: colors.ink, width: 0.8, alpha: 0.34 });
    const at = labels.length < 8 ? labelPlace(line, scale.frame, taken) : undefined;
    if (!at) return;
    taken.push(at);
    labels.push({ ...at, text: short(levels[level]) });
  });
  for (const { x, y, text } of labels) {
    pen.text(text, x, y, { color: colors.muted, halo: colors.halo, size: 10.5, align: "middle", baseline: "middle" });
  }
}

/** A point of a long line that is well inside the frame and away from what is taken, or undefined. */
function labelPlace(line, frame, taken) {
  let length = 0;
  for (let i = 2; i < line.length; i += 2) length += Math.hypot(line[i] - line[i - 2], line[i + 1] - line[i - 1]);
  if (length < 130) return undefined;
  for (let i = 2 * Math.floor(line.length / 6); i < line.length; i += 8) {
    const [x, y] = [line[i], line[i + 1]];
    const inner = x > frame.x + 26 && x < frame.x + frame.w - 26 && y > frame.y + 14 && y < frame.y + frame.h - 14;
    if (inner && taken.every((l) => Math.hypot(l.x - x, l.y - y) > 58)) return { x, y };
  }
  return undefined;
}

/** Minima are stars, the lowest ones filled; saddle points crosses; maxima rings. Many are drawn small. */
function drawPoints(pen, scale, surface, colors) {
  const many = surface.minima.length + surface.maxima.length + surface.saddles.length > 50;
  const size = many ? 0.5 : 1;
  const draw = (shape, p, r) => {
    const [x, y] = [scale.px(p.x), scale.py(p.y)];
    mark(pen, shape, x, y, size * r, { color: colors.halo, width: 4.5 * size, alpha: 0.8 });
    mark(pen, shape, x, y, size * r, { color: colors.ink, width: 1.8 * size });
  };
  for (const p of surface.saddles) draw("cross", p, 4.5);
  for (const p of surface.maxima) draw("ring", p, 5.5);
  for (const p of surface.minima) drawMinimum(pen, surface, p, scale.px(p.x), scale.py(p.y), colors, many);
}

/** A star for a minimum at a place of the drawing, filled if there is no lower one. */
export function drawMinimum(pen, surface, p, x, y, colors, small = false) {
  const loss = surface.dim === 1 ? lossAt(surface, p.x) : valueAt(surface, p.x, p.y);
  const lowest = loss - surface.least < 3e-3 * (surface.high - surface.least);
  mark(pen, "star", x, y, lowest ? 9 : small ? 4.5 : 7, {
    fill: lowest ? colors.ink : colors.halo, color: lowest ? colors.halo : colors.ink, width: small ? 1 : 1.4,
  });
}

// A line chart as SVG, since uPlot draws on canvases only.

import { SvgPen, mark } from "lab/pen.js";
import { palette } from "lab/colors.js";
import { decades, drawAxes, frameOf, scaleOf, ticks } from "lab/axes.js";

/**
 * @param {import("lab/charts.js").Chart} chart
 * @param {(number|null)[][]} data places and lines, null where a line has a gap
 * @param {(i: number) => {color: string, dash: number[], mark?: string}} styleOf line i
 * @returns {string}
 */
export function chartSvg(chart, data, styleOf, width = 640, height = 360) {
  const colors = palette();
  const pen = new SvgPen(width, height, colors.paper);
  const logY = chart.log || chart.loglog;
  const place = (log) => (log ? Math.log10 : (v) => v);
  const [atX, atY] = [place(chart.loglog), place(logY)];
  const [xs, ...lines] = data;
  const [x0, x1] = ends(xs.map(atX));
  const [y0, y1] = ends(lines.flat().filter((v) => v !== null).map(atY));
  const room = 0.04 * (y1 - y0);
  const s = scaleOf(frameOf(width, height, { left: 60, top: 30, bottom: 62 }), { x0, x1, y0: y0 - room, y1: y1 + room });
  const { frame, box } = s;
  const xTicks = chart.loglog ? decades(x0, x1, 8) : ticks(x0, x1, 8);
  const yTicks = logY ? decades(box.y0, box.y1, 8) : ticks(box.y0, box.y1, 6);
  for (const t of yTicks) pen.line([frame.x, s.py(t.value), frame.x + frame.w, s.py(t.value)], { color: colors.rule, width: 0.7 });
  lines.forEach((line, i) => {
    const { color, dash } = styleOf(i);
    let piece = [];
    line.forEach((v, t) => {
      if (v !== null) piece.push(s.px(atX(xs[t])), s.py(atY(v)));
      if (v !== null && t + 1 < line.length) return;
      pen.line(piece, { color, dash, width: 1.8 });
      piece = [];
    });
  });
  drawAxes(pen, s, colors, { x: chart.x, y: chart.y ?? "", xTicks, yTicks });
  pen.text(chart.title, width / 2, 8, { color: colors.ink, size: 13, bold: true, align: "middle", baseline: "top" });
  drawLegend(pen, chart.series, styleOf, colors);
  return pen.finish(chart.title);
}

/** The least and the most, never equal. */
function ends(values) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(low <= high)) return [0, 1];
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

/** Labels from left to right, as wide as their letters are at most. */
function drawLegend(pen, series, styleOf, colors) {
  let x = 20;
  const y = pen.height - 12;
  series.forEach(({ label }, i) => {
    const { color, dash, mark: shape } = styleOf(i);
    pen.line([x, y, x + 30, y], { color, dash, width: 2 });
    if (shape) mark(pen, shape, x + 15, y, 4, { fill: color });
    pen.text(label, x + 36, y, { color: colors.ink, size: 11, baseline: "middle" });
    x += 52 + 6.4 * label.length;
  });
}

// Line charts on uPlot, each with a table of its numbers behind it.

import uPlot from "uplot";
import { onTheme, palette, runStyle, swatch } from "lab/colors.js";
import { CanvasPen, mark } from "lab/pen.js";
import { decades, short } from "lab/axes.js";
import { tableBehind } from "lab/tables.js";
import { chartSvg } from "lab/chartsvg.js";

/**
 * @typedef {object} Chart
 * @property {string} title said to screen readers and written above
 * @property {string} x name of the horizontal axis
 * @property {string} [y] name of the vertical axis
 * @property {ArrayLike<number>} [at] horizontal places, 0, 1, 2, ... if there are none
 * @property {{label: string, values: ArrayLike<number>, style?: {color: string, dash: number[], mark?: string}}[]} series that of run i if there is no style
 * @property {boolean} [log] vertical axis
 * @property {boolean} [loglog] both axes
 * @property {number} [cursor] horizontal place that a line marks
 * @property {(at: number) => void} [onCursor] called with the place that the reader clicks
 * @property {number} [height]
 *
 * Fills element with a chart. Returns update, which takes a whole new Chart or the parts that have
 * changed, and destroy.
 * @param {HTMLElement} element
 * @param {Chart} chart
 */
export function lineChart(element, chart) {
  const figure = document.createElement("figure");
  figure.className = "chart";
  const caption = document.createElement("figcaption");
  const body = document.createElement("div");
  body.style.contain = "inline-size"; // or a wide chart would keep its place from shrinking
  const note = document.createElement("p");
  note.className = "note";
  const legend = document.createElement("ul");
  legend.className = "legend";
  figure.append(caption, body, legend, note);
  element.append(figure);
  const table = tableBehind(figure, () => tableOf(chart));

  let plot = null;
  let shape = "";
  let cut = { data: [], lost: 0 };

  function build() {
    plot?.destroy();
    plot = new uPlot(options(chart, body), cut.data, body);
    plot.root.setAttribute("role", "img");
    drawLegend();
  }

  const styleOf = (i) => chart.series[i].style ?? runStyle(i);

  function drawLegend() {
    legend.replaceChildren(...chart.series.map((s, i) => {
      const item = document.createElement("li");
      item.innerHTML = swatch(i, styleOf(i));
      item.append(` ${s.label} `, document.createElement("span"));
      return item;
    }));
  }

  /** Writes beside each label its value under the pointer, or else at the cursor. */
  function readValues() {
    const idx = plot?.cursor.idx ?? cut.data[0].findIndex((x) => x >= (chart.cursor ?? Infinity));
    legend.querySelectorAll("span").forEach((span, i) => {
      const v = cut.data[i + 1]?.[idx];
      span.textContent = v === null || v === undefined ? "" : short(v);
    });
  }

  function update(change) {
    const data = change.series || change.at || "log" in change || "loglog" in change;
    chart = { ...chart, ...change };
    if (data || !plot) {
      cut = dataOf(chart);
      note.textContent = cut.lost ? `Left out: ${cut.lost} ${cut.lost === 1 ? "value" : "values"} that a log scale has no place for, 0 or below.` : "";
      note.hidden = !cut.lost;
      // A chart of the same shape takes new numbers; another one is built anew.
      const next = [chart.log, chart.loglog, chart.x, chart.y, ...chart.series.map((s) => [s.label, s.style?.color, s.style?.dash])].join();
      if (next !== shape || !plot) {
        shape = next;
        build();
      } else plot.setData(cut.data);
      table.refresh();
    } else plot.redraw(false, false);
    caption.textContent = chart.title;
    plot.root.setAttribute("aria-label", words(chart));
    readValues();
  }

  /** Draws the line that marks the cursor, and listens for clicks that move it. */
  function options(c, body) {
    const log = c.log || c.loglog;
    return {
      width: Math.max(160, body.clientWidth),
      height: c.height ?? 220,
      scales: {
        x: { time: false, distr: c.loglog ? 3 : 1, range: c.loglog ? logRange : xRange },
        y: { distr: log ? 3 : 1, range: log ? logRange : yRange },
      },
      axes: [axis(c.x, 34, c.loglog), axis(c.y ?? "", 56, log)],
      series: [
        {},
        ...c.series.map((s, i) => ({
          stroke: () => styleOf(i).color,
          dash: styleOf(i).dash,
          width: 1.8,
          points: { show: false },
        })),
      ],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7 } },
      hooks: {
        draw: [(u) => drawCursor(u, chart.cursor, styleOf)],
        setCursor: [readValues],
        ready: [(u) => u.over.addEventListener("click", () => {
          const at = u.cursor.idx === null ? null : u.data[0][u.cursor.idx];
          if (at !== null && at !== undefined) chart.onCursor?.(at);
        })],
      },
    };
  }

  const resized = new ResizeObserver(() => {
    const width = Math.max(160, body.clientWidth);
    if (plot && plot.width !== width) plot.setSize({ width, height: plot.height });
  });
  resized.observe(body);
  const stopTheme = onTheme(() => {
    plot.redraw(false); // or a chart that is not drawn yet would forget its ends
    drawLegend();
    readValues();
  });
  update(chart);

  return {
    update,
    /** The chart as SVG text. */
    svg: () => chartSvg(chart, cut.data, styleOf),
    destroy() {
      resized.disconnect();
      stopTheme();
      plot.destroy();
      figure.remove();
    },
  };
}

/** The numbers as uPlot takes them: null where a scale has no place, and how many those are. */
export function dataOf({ at, series, log, loglog }) {
  const length = Math.max(0, at?.length ?? 0, ...series.map((s) => s.values.length));
  const keep = [];
  for (let i = 0; i < length; i++) {
    if (!loglog || (at ? at[i] : i) > 0) keep.push(i);
  }
  let lost = 0;
  const lines = series.map(({ values }) => keep.map((i) => {
    const v = i < values.length ? values[i] : null;
    if (v === null || !Number.isFinite(v)) return null;
    if ((log || loglog) && v <= 0) {
      lost++;
      return null;
    }
    return v;
  }));
  return { data: [keep.map((i) => (at ? at[i] : i)), ...lines], lost };
}

function axis(label, size, log) {
  return {
    stroke: () => palette().muted,
    grid: { stroke: () => palette().rule, width: 0.7 },
    ticks: { stroke: () => palette().rule, width: 1 },
    font: "11px system-ui, sans-serif",
    label,
    labelFont: "12px system-ui, sans-serif",
    labelSize: 18,
    size,
    values: (u, list) => list.map(short),
    // uPlot's own places on a log scale end at 1e-32.
    ...(log ? { splits: (u, i, low, high) => powers(low, high), filter: (u, splits) => splits } : {}),
  };
}

/** Powers of ten, or a few more numbers where there are less than two of those. */
function powers(low, high) {
  const whole = decades(Math.log10(low), Math.log10(high), 7).map((t) => 10 ** t.value);
  if (whole.length > 1) return whole;
  const from = 10 ** Math.floor(Math.log10(low));
  return [1, 2, 5, 10, 20, 50].map((m) => m * from).filter((v) => v >= low && v <= high);
}

const xRange = (u, low, high) => (high > low ? [low, high] : [low ?? 0, (low ?? 0) + 1]);

function yRange(u, low, high) {
  if (low === null || high === null) return [0, 1];
  const room = 0.06 * (high - low) || Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}

/** A little beyond the numbers, at least a factor of 10 in all. */
function logRange(u, low, high) {
  if (!(low > 0) || !(high > 0)) return [0.1, 1];
  const room = (high / low) ** 0.04;
  return high / low < 10 ? [low / 10 ** 0.5, high * 10 ** 0.5] : [low / room, high * room];
}

/** A line at the cursor, and on each series the mark that its run has in the picture. */
function drawCursor(u, at, styleOf) {
  if (at === undefined || at === null) return;
  const ratio = globalThis.devicePixelRatio || 1;
  const x = u.valToPos(at, "x", true);
  const { left, top, width, height } = u.bbox;
  if (!(x >= left - 1 && x <= left + width + 1)) return;
  const pen = new CanvasPen(u.ctx);
  pen.line([x, top, x, top + height], { color: palette().accent, width: 1.2 * ratio });
  const idx = u.data[0].findIndex((v) => v >= at);
  u.data.slice(1).forEach((values, i) => {
    const v = values[idx];
    const { color, mark: shape } = styleOf(i);
    if (!shape || v === null || v === undefined) return;
    mark(pen, shape, x, u.valToPos(v, "y", true), 4.5 * ratio, { fill: color, color: palette().halo, width: ratio });
  });
}

/** The chart in words: each line's first, last and lowest value. */
function words({ title, x, series }) {
  const parts = series.map(({ label, values }) => {
    const seen = Array.from(values).filter(Number.isFinite);
    if (seen.length === 0) return `${label}: no values`;
    const least = seen.reduce((a, b) => Math.min(a, b));
    return `${label}: from ${short(seen[0])} to ${short(seen[seen.length - 1])}, lowest ${short(least)}`;
  });
  return `${title}, over ${x}. ${parts.join("; ")}.`;
}

/** The table behind a chart: at most 100 places, evenly chosen, with the last one. */
function tableOf({ title, x, at, series }) {
  const length = Math.max(0, at?.length ?? 0, ...series.map((s) => s.values.length));
  const every = Math.max(1, Math.ceil(length / 100));
  const rows = [];
  for (let i = 0; i < length; i += every) rows.push(i);
  if (length && rows[rows.length - 1] !== length - 1) rows.push(length - 1);
  return {
    caption: title,
    head: [x, ...series.map((s) => s.label)],
    rows: rows.map((i) => [short(at ? at[i] : i), ...series.map((s) => (i < s.values.length ? short(s.values[i]) : ""))]),
  };
}

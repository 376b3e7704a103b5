// Maps of cells: steps to the target for rates and options, basins, decision boundaries, slices of a
// loss. A map can be pointed at, walked through by keys, and its cells chosen.

import { createFigure } from "lab/figure.js";
import { drawAxes, frameOf, scaleOf } from "lab/axes.js";
import { cellImage } from "lab/scales.js";

/**
 * @typedef {{name: string, values: string[]}|{name: string, from: number, to: number}} Axis texts of
 * the cells in order, or numbers at the map's borders
 *
 * @typedef {object} Cells
 * @property {string} id
 * @property {string} title
 * @property {number} width cells across
 * @property {number} height
 * @property {ArrayLike<number>} values row 0 is the lowest; those that are missing are not there yet
 * @property {Axis} x
 * @property {Axis} y
 * @property {import("lab/scales.js").Scale} scale what the values mean
 * @property {(column: number, row: number) => void} [onChoose] a click, or Enter
 * @property {(pen: object, scale: object, colors: object) => void} [over] paints on top
 * @property {boolean} [smooth] whether cells blend into each other
 *
 * @param {HTMLElement} root
 * @param {Cells} cells
 */
export function cellMap(root, cells) {
  let at = null; // the cell looked at, [column, row]
  let image = null;
  let painted = "";

  const figure = createFigure(root, {
    id: cells.id,
    title: () => cells.title,
    words: () => `${cells.x.name} across, ${cells.y.name} upwards: ${cells.scale.words(cells.values)}.` +
      (cells.onChoose ? " Arrow keys look at cells, Enter chooses one." : " Arrow keys look at cells."),
    paint,
    table,
  });
  const { canvas, readout, below } = figure;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "map");

  const box = () => {
    const ends = (axis, n) => ("from" in axis ? [axis.from, axis.to] : [0, n]);
    const [x0, x1] = ends(cells.x, cells.width);
    const [y0, y1] = ends(cells.y, cells.height);
    return { x0, x1, y0, y1 };
  };
  const scaleFor = (width, height) => scaleOf(frameOf(width, height, { left: 62 }), box());
  const valueOf = (column, row) => cells.values[row * cells.width + column];

  function paint(pen, colors) {
    const s = scaleFor(pen.width, pen.height);
    const { frame } = s;
    pen.rect(frame.x, frame.y, frame.w, frame.h, { fill: colors.rule, alpha: 0.4 });
    pen.image(imageOf(colors), frame.x, frame.y, frame.w, frame.h, !!cells.smooth);
    const [w, h] = [frame.w / cells.width, frame.h / cells.height];
    if (w > 7 && h > 7) {
      // What colour alone would tell is also written.
      for (let i = 0; i < cells.values.length; i++) {
        const sign = cells.scale.sign?.(cells.values[i]);
        if (!sign) continue;
        const [x, y] = [frame.x + ((i % cells.width) + 0.5) * w, frame.y + frame.h - (Math.floor(i / cells.width) + 0.5) * h];
        pen.text(sign, x, y, { color: colors.ink, size: 11, align: "middle", baseline: "middle" });
      }
    }
    pen.clip(frame.x, frame.y, frame.w, frame.h, () => cells.over?.(pen, s, colors));
    if (at) {
      const [x, y] = [frame.x + at[0] * w, frame.y + frame.h - (at[1] + 1) * h];
      pen.rect(x, y, w, h, { color: colors.halo, width: 4 });
      pen.rect(x, y, w, h, { color: colors.ink, width: 2 });
    }
    drawAxes(pen, s, colors, {
      x: cells.x.name,
      y: cells.y.name,
      xTicks: ticksOf(cells.x, frame.w / 46),
      yTicks: ticksOf(cells.y, frame.h / 26),
    });
  }

  function imageOf(colors) {
    const key = `${colors.paper} ${serial}`;
    if (key !== painted) image = cellImage(cells, colors);
    painted = key;
    return image;
  }
  let serial = 0;

  function look(column, row) {
    const within = (v, n) => Math.min(n - 1, Math.max(0, v));
    at = [within(column, cells.width), within(row, cells.height)];
    readout.value = textAt(...at);
    figure.repaint();
  }

  function textAt(column, row) {
    const v = valueOf(column, row);
    const value = v === undefined || Number.isNaN(v) ? "not computed yet" : cells.scale.text(v);
    return `${cells.x.name} ${placeText(cells.x, column, cells.width)}, ${cells.y.name} ${placeText(cells.y, row, cells.height)}: ${value}`;
  }

  function cellUnder(event) {
    const rect = canvas.getBoundingClientRect();
    const { frame } = scaleFor(rect.width, rect.height);
    const column = Math.floor(((event.clientX - rect.left - frame.x) / frame.w) * cells.width);
    const row = Math.floor(((frame.y + frame.h - (event.clientY - rect.top)) / frame.h) * cells.height);
    return column >= 0 && column < cells.width && row >= 0 && row < cells.height ? [column, row] : null;
  }

  canvas.addEventListener("pointermove", (event) => {
    const cell = cellUnder(event);
    if (cell) look(...cell);
  });
  canvas.addEventListener("pointerleave", () => {
    if (document.activeElement === canvas) return;
    at = null;
    readout.value = "";
    figure.repaint();
  });
  canvas.addEventListener("click", (event) => {
    const cell = cellUnder(event);
    if (!cell) return;
    look(...cell);
    cells.onChoose?.(...cell);
  });
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = steps[event.key];
    if (step) look((at?.[0] ?? -step[0]) + step[0], (at?.[1] ?? -step[1]) + step[1]);
    else if (event.key === "Enter" && at) cells.onChoose?.(...at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function table() {
    const columns = chosen(cells.width, 24);
    const rows = chosen(cells.height, 24).reverse();
    return {
      caption: `${cells.title}: ${cells.y.name} down, ${cells.x.name} across`,
      head: ["", ...columns.map((c) => placeText(cells.x, c, cells.width))],
      rows: rows.map((r) => [placeText(cells.y, r, cells.height), ...columns.map((c) => {
        const v = valueOf(c, r);
        return v === undefined || Number.isNaN(v) ? "" : cells.scale.text(v);
      })]),
    };
  }

  function drawLegend() {
    below.replaceChildren(cells.scale.legend());
  }
  drawLegend();

  return {
    /** Takes the parts of Cells that have changed. */
    update(change) {
      cells = { ...cells, ...change };
      serial++;
      drawLegend();
      figure.refresh();
    },
    svg: figure.svg,
    destroy: figure.destroy,
  };
}

/** At most count of the numbers below n, evenly chosen. */
function chosen(n, count) {
  const every = Math.ceil(n / count);
  return Array.from({ length: Math.ceil(n / every) }, (_, i) => i * every);
}

/** Text of cell i's place on an axis of n cells. */
function placeText(axis, i, n) {
  if (axis.values) return axis.values[i];
  const v = axis.from + ((i + 0.5) / n) * (axis.to - axis.from);
  return String(Number(v.toPrecision(3))).replace("-", "−");
}

/** Ticks in the middle of cells that have texts, at most count of them; undefined for numbers. */
function ticksOf(axis, count) {
  if (!axis.values) return undefined;
  return chosen(axis.values.length, Math.max(2, Math.floor(count))).map((i) => ({ value: i + 0.5, text: axis.values[i] }));
}

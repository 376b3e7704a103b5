// Two small plots: a cloud of vectors from one point, and bars.

import { createFigure } from "lab/figure.js";
import { drawAxes, frameOf, scaleOf, short } from "lab/axes.js";
import { drawArrowhead } from "lab/paths.js";

/**
 * A cloud of vectors, such as the gradients of many mini-batches, with some that have a name.
 * @typedef {object} Cloud
 * @property {string} id
 * @property {string} title
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} y
 * @property {{label: string, x: number, y: number, kind: string}[]} named arrows; kind is a colour's and a dash's
 *
 * @param {HTMLElement} root
 * @param {Cloud} cloud
 */
export function vectorCloud(root, cloud) {
  const dashes = { gradient: [], velocity: [7, 3], step: [], decay: [2, 3] };

  function paint(pen, colors) {
    let most = 0;
    const wider = (x, y) => (most = Math.max(most, Math.abs(x) || 0, Math.abs(y) || 0));
    for (let i = 0; i < cloud.x.length; i++) wider(cloud.x[i], cloud.y[i]);
    for (const { x, y } of cloud.named) wider(x, y);
    most = 1.1 * most || 1;
    const frame = frameOf(pen.width, pen.height);
    // One scale for both directions, or angles would lie.
    const [kx, ky] = [Math.max(1, frame.w / frame.h), Math.max(1, frame.h / frame.w)];
    const s = scaleOf(frame, { x0: -most * kx, x1: most * kx, y0: -most * ky, y1: most * ky });
    const [ox, oy] = [s.px(0), s.py(0)];
    pen.line([frame.x, oy, frame.x + frame.w, oy], { color: colors.rule });
    pen.line([ox, frame.y, ox, frame.y + frame.h], { color: colors.rule });
    for (let i = 0; i < cloud.x.length; i++) {
      if (!isFinite(cloud.x[i]) || !isFinite(cloud.y[i])) continue;
      pen.circle(s.px(cloud.x[i]), s.py(cloud.y[i]), 2.4, { fill: colors.accent, alpha: 0.4 });
    }
    cloud.named.forEach(({ label, x, y, kind }, i) => {
      const [tx, ty] = [s.px(x), s.py(y)];
      const length = Math.hypot(tx - ox, ty - oy);
      if (!(length > 0)) return;
      const [ux, uy] = [(tx - ox) / length, (ty - oy) / length];
      const color = colors.arrows[kind];
      pen.line([ox, oy, tx - 8 * ux, ty - 8 * uy], { color: colors.halo, width: 4.5, alpha: 0.8 });
      pen.line([ox, oy, tx - 8 * ux, ty - 8 * uy], { color, width: 2.2, dash: dashes[kind] });
      drawArrowhead(pen, tx, ty, ux, uy, 10, { fill: color, color: colors.halo });
      pen.text(label, tx, ty + (uy < 0 ? -9 - 14 * i : 16 + 14 * i), { color, halo: colors.halo, align: "middle", bold: true });
    });
    drawAxes(pen, s, colors, { x: "x", y: "y" });
  }

  const figure = createFigure(root, {
    id: cloud.id,
    title: () => cloud.title,
    words: () => `${cloud.x.length} vectors. ${cloud.named.map((n) => `${n.label} ${short(n.x)}, ${short(n.y)}`).join("; ")}.`,
    paint,
    table: () => ({
      caption: cloud.title,
      head: ["vector", "x", "y"],
      rows: [
        ...cloud.named.map((n) => [n.label, short(n.x), short(n.y)]),
        ...Array.from(cloud.x, (x, i) => [String(i), short(x), short(cloud.y[i])]),
      ],
    }),
  });
  return { ...figure, update: (change) => ((cloud = { ...cloud, ...change }), figure.refresh()) };
}

/**
 * Bars from left to right, each with its number. On a log scale they begin a little below the least.
 * @typedef {object} Bars
 * @property {string} id
 * @property {string} title
 * @property {{label: string, value: number, text?: string, color?: string}[]} bars
 * @property {boolean} [log]
 *
 * @param {HTMLElement} root
 * @param {Bars} content
 */
export function barChart(root, content) {
  const textOf = (bar) => bar.text ?? short(bar.value);

  function paint(pen, colors) {
    const { bars, log } = content;
    const seen = bars.map((b) => b.value).filter((v) => isFinite(v) && (!log || v > 0));
    const place = log ? Math.log : (v) => v;
    const least = log ? place(Math.min(...seen)) - 1 : Math.min(0, ...seen);
    const most = log ? place(Math.max(...seen)) : Math.max(0, ...seen);
    const names = Math.min(150, 12 + 7 * Math.max(0, ...bars.map((b) => b.label.length)));
    const room = Math.max(40, pen.width - names - 90);
    const at = (v) => names + (room * (v - least)) / (most - least || 1);
    const height = pen.height / Math.max(1, bars.length);
    bars.forEach((bar, i) => {
      const y = (i + 0.5) * height;
      pen.text(bar.label, names - 8, y, { color: colors.ink, align: "end", baseline: "middle", size: 12 });
      const shown = isFinite(bar.value) && (!log || bar.value > 0);
      const from = at(log ? least : 0);
      const to = shown ? at(place(bar.value)) : from;
      const fill = bar.color ?? colors.accent;
      if (shown) pen.rect(Math.min(from, to), y - 0.3 * height, Math.max(1, Math.abs(to - from)), 0.6 * height, { fill });
      pen.text(textOf(bar), Math.max(from, to) + 6, y, { color: colors.muted, baseline: "middle", size: 12 });
    });
  }

  const figure = createFigure(root, {
    id: content.id,
    title: () => content.title,
    words: () => `${content.bars.map((b) => `${b.label} ${textOf(b)}`).join(", ")}.`,
    height: 26 * Math.max(1, content.bars.length),
    paint,
    table: () => ({ caption: content.title, head: ["", "value"], rows: content.bars.map((b) => [b.label, textOf(b)]) }),
  });
  return {
    ...figure,
    update(change) {
      content = { ...content, ...change };
      figure.canvas.style.height = `${26 * Math.max(1, content.bars.length)}px`;
      figure.refresh();
    },
  };
}

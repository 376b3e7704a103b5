// What a network says of its inputs: on the plane of two of them, or of digits, also drawn ones.

import { barChart } from "lab/plots.js";
import { cellMap } from "lab/cells.js";
import { createFigure } from "lab/figure.js";
import { h } from "lab/dom.js";
import { leaningScale } from "lab/scales.js";
import { mark } from "lab/pen.js";
import { createPad } from "lab/panels/pad.js";
import { createWork } from "lab/panels/work.js";

const [width, height] = [56, 56];

/** @param {import("lab/lab.js").Lab} lab */
export function createBoundary(root, lab) {
  const work = createWork(root, "network-boundary", "Boundary");
  const [plane, pages, guesses] = ["network-plane", "network-page", "network-guess"].map((id) => h("div", { id }));
  const drawing = h("div", { class: "halves", hidden: true });
  let map = null;
  let page = null;
  let bars = null;
  let pad = null;
  let about = null; // what is asked about: {ctx, run, step}

  async function show({ going }) {
    const { ctx, run, step } = about;
    const reply = await lab.ask("boundary", { run, step, width, height, pictures: 40, channel: "boundary" }, ctx.query);
    if (!going()) return;
    const flat = reply.value.kind === "plane";
    plane.hidden = !flat;
    pages.hidden = drawing.hidden = flat;
    if (flat) showPlane(reply);
    else showDigits(reply);
  }

  function showPlane({ value, arrays }) {
    const { box } = value;
    const content = {
      title: `Classes at step ${value.step}`, width, height, values: arrays.grid, smooth: true,
      x: { name: "first input", from: box.x0, to: box.x1 }, y: { name: "second input", from: box.y0, to: box.y1 },
      scale: leaningScale("class 0", "class 1"),
      over: (pen, s, colors) => drawSamples(pen, s, colors, value.train, arrays),
    };
    if (map) map.update(content);
    else map = cellMap(plane, { id: "network-boundary", ...content });
  }

  function showDigits(reply) {
    if (page) page.show(reply);
    else page = digitPage(pages, reply);
    if (!pad || pad.side !== reply.value.side) {
      pad = createPad(reply.value.side, guess);
      drawing.replaceChildren(pad.element, guesses);
    }
    guess();
  }

  async function guess() {
    const { ctx, run, step } = about;
    if (pad.empty()) {
      guesses.hidden = true;
      pad.say("Draw a digit, by pointer or by the arrow keys with the space bar.");
      return;
    }
    try {
      const { value, arrays } = await lab.ask("guess", { run, step, pixels: pad.pixels(), channel: "guess" }, ctx.query);
      guesses.hidden = false;
      pad.say(`It takes this for a ${value.best}, with probability ${value.sure}.`);
      const content = { title: "Probability of each digit", bars: Array.from(arrays.p, (v, i) => ({ label: String(i), value: v })) };
      if (bars) bars.update(content);
      else bars = barChart(guesses, { id: "network-guess-bars", ...content });
    } catch (err) {
      lab.fail(err);
    }
  }

  return {
    element: h("div", {}, plane, pages, drawing, work.element),
    /** Shows what a run says after a step; -1 is the present one. */
    on(subject, next) {
      if (next) about = next;
      work.on(subject, show, 0);
    },
  };
}

/** The samples: circles and squares, those to validate empty. */
function drawSamples(pen, s, colors, train, { px, py, label }) {
  for (let i = 0; i < px.length; i++) {
    const color = colors.runs[label[i] ? 0 : 1];
    const style = i < train ? { fill: color, color: colors.halo, width: 1 } : { fill: colors.paper, color, width: 1.3 };
    mark(pen, label[i] ? "square" : "circle", s.px(px[i]), s.py(py[i]), 3, style);
  }
}

/** Digits with what the network takes them for. */
function digitPage(root, reply) {
  const across = 10;
  const rows = () => Math.ceil(reply.value.count / across);

  function paint(pen, colors) {
    const { value, arrays } = reply;
    const cell = Math.min(pen.width / across, 64);
    const ink = 0.7 * cell;
    for (let i = 0; i < value.count; i++) {
      const [x, y] = [(i % across) * cell, Math.floor(i / across) * (cell + 4)];
      const right = arrays.guess[i] === arrays.label[i];
      const dot = ink / value.side;
      const first = i * value.side ** 2;
      const seen = arrays.pixels.subarray(first, first + value.side ** 2);
      const [low, high] = [Math.min(...seen), Math.max(...seen)];
      for (let k = 0; k < value.side ** 2; k++) {
        const alpha = (seen[k] - low) / (high - low || 1);
        if (alpha > 0.05) pen.rect(x + 2 + (k % value.side) * dot, y + 2 + Math.floor(k / value.side) * dot, dot + 0.5, dot + 0.5, { fill: colors.ink, alpha });
      }
      pen.text(`${right ? "" : "✗ "}${arrays.guess[i]}`, x + 2 + ink + 2, y + ink, { color: right ? colors.good : colors.bad, size: 12, bold: !right, align: "start", baseline: "bottom" });
    }
  }

  const wrong = () => Array.from(reply.arrays.label).filter((l, i) => l !== reply.arrays.guess[i]).length;
  const figure = createFigure(root, {
    id: "network-digits",
    title: () => `${reply.value.validates ? "Digits that it has never seen" : "Digits that it trains with"}, at step ${reply.value.step}: ${wrong()} of ${reply.value.count} wrong`,
    height: 4 * 68,
    paint,
    table: () => ({
      caption: "Digits", head: ["picture", "digit", "taken for", "probability"],
      rows: Array.from(reply.arrays.label, (l, i) => [String(i + 1), String(l), String(reply.arrays.guess[i]), reply.arrays.sure[i].toFixed(3)]),
    }),
  });
  return {
    show(next) {
      reply = next;
      figure.canvas.style.height = `${rows() * 68}px`;
      figure.refresh();
    },
  };
}

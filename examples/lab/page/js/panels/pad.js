// A pad to draw a small picture on, with a pointer or with keys.

import { h } from "lab/dom.js";
import { onTheme, palette } from "lab/colors.js";
import { penOn } from "lab/pen.js";
import { button } from "lab/panels/parts.js";

const pen = 1.15; // the line's half width, in pixels of the picture

/**
 * @param {number} side of the picture, in its pixels
 * @param {() => void} changed
 */
export function createPad(side, changed) {
  const ink = new Float64Array(side * side); // from 0 to 1
  let at = [Math.floor(side / 2), Math.floor(side / 2)]; // of the keys
  let from = null; // where the pointer's line has come to
  const canvas = h("canvas", { id: "network-pad", class: "pad", tabIndex: 0, role: "application", "aria-roledescription": "drawing pad", "aria-label": "Drawing pad. Arrow keys move, space draws or erases a dot." });
  const said = h("p", { id: "network-pad-said", role: "status" });
  const clear = button("network-pad-clear", "Clear", () => {
    ink.fill(0);
    shown();
  });
  const element = h("div", {}, h("h3", {}, "Draw one"), canvas, h("div", { class: "row" }, clear), said);

  function paint() {
    if (!canvas.clientWidth) return;
    const colors = palette();
    const p = penOn(canvas, canvas.clientWidth, canvas.clientHeight);
    const dot = p.width / side;
    p.rect(0, 0, p.width, p.height, { fill: colors.paper });
    ink.forEach((v, i) => v > 0 && p.rect((i % side) * dot, Math.floor(i / side) * dot, dot + 0.5, dot + 0.5, { fill: colors.ink, alpha: v }));
    if (document.activeElement === canvas) p.rect(at[0] * dot, at[1] * dot, dot, dot, { color: colors.accent, width: 2 });
  }

  function shown() {
    paint();
    changed();
  }

  /** Draws a line, as the digits to train with are drawn. */
  function line([x0, y0], [x1, y1]) {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const square = dx * dx + dy * dy;
    for (let i = 0; i < ink.length; i++) {
      const [x, y] = [(i % side) + 0.5, Math.floor(i / side) + 0.5];
      const t = square > 0 ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square)) : 0;
      ink[i] = Math.max(ink[i], Math.min(1, pen - Math.hypot(x - x0 - t * dx, y - y0 - t * dy)));
    }
  }

  const place = (event) => {
    const rect = canvas.getBoundingClientRect();
    return [((event.clientX - rect.left) / rect.width) * side, ((event.clientY - rect.top) / rect.height) * side];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    from = place(event);
    line(from, from);
    shown();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = place(event);
    line(from, to);
    from = to;
    shown();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (from = null));

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (move) {
      at = at.map((v, k) => Math.min(side - 1, Math.max(0, v + move[k])));
      paint();
    } else if (event.key === " ") {
      const i = at[1] * side + at[0];
      ink[i] = ink[i] > 0 ? 0 : 1;
      shown();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  for (const name of ["focus", "blur"]) canvas.addEventListener(name, paint);
  new ResizeObserver(paint).observe(canvas);
  onTheme(paint);

  return {
    element,
    side,
    pixels: () => Array.from(ink),
    empty: () => ink.every((v) => v === 0),
    say: (text) => (said.textContent = text),
  };
}

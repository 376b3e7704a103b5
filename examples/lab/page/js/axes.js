// Scales from numbers to pixels, ticks, axes, and numbers as short text.

/**
 * A frame is the rectangle of a drawing that shows a box of the plane.
 * @typedef {{x: number, y: number, w: number, h: number}} Frame
 * @typedef {{x0: number, x1: number, y0: number, y1: number}} Box
 */

/** The frame that leaves room for axes around a drawing of width and height. */
export function frameOf(width, height, { left = 46, right = 12, top = 24, bottom = 36 } = {}) {
  return { x: left, y: top, w: Math.max(1, width - left - right), h: Math.max(1, height - top - bottom) };
}

/** Functions from the box to the frame, px and py, and back, x and y. */
export function scaleOf(frame, box) {
  const kx = frame.w / (box.x1 - box.x0);
  const ky = frame.h / (box.y1 - box.y0);
  return {
    frame,
    box,
    px: (x) => frame.x + (x - box.x0) * kx,
    py: (y) => frame.y + frame.h - (y - box.y0) * ky,
    x: (px) => box.x0 + (px - frame.x) / kx,
    y: (py) => box.y0 + (frame.y + frame.h - py) / ky,
  };
}

/** About count round numbers from a to b, but two at least, each {value, text}. */
export function ticks(a, b, count) {
  const span = b - a;
  if (!(span > 0) || !isFinite(span)) return [];
  const power = 10 ** Math.floor(Math.log10(span / count));
  const wide = [1, 2, 5, 10].findIndex((m) => m * power * count >= span * 0.999);
  // One number alone would not say how long the axis is.
  const inside = (step) => Math.floor(b / step + 1e-9) - Math.ceil(a / step - 1e-9) + 1;
  const steps = [10, 5, 2, 1, 0.5].map((m) => m * power).slice(3 - wide);
  const step = steps.find((s) => inside(s) > 1) ?? steps.at(-1);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const out = [];
  for (let k = Math.ceil(a / step - 1e-9); k * step <= b + 1e-9 * span; k++) {
    out.push({ value: k * step, text: tickText(k * step, digits) });
  }
  return out;
}

/** At most count powers of ten from 10^a to 10^b, each {value: its exponent, text}. */
export function decades(a, b, count) {
  const [low, high] = [Math.ceil(a - 1e-9), Math.floor(b + 1e-9)];
  const every = Math.max(1, Math.ceil((high - low + 1) / count));
  const out = [];
  for (let k = Math.ceil(low / every) * every; k <= high; k += every) out.push({ value: k, text: short(10 ** k) });
  return out;
}

function tickText(v, digits) {
  const size = Math.abs(v);
  if (size >= 1e5 || digits > 5) return short(v);
  return v.toFixed(digits).replace(/^-(?=0(\.0*)?$)/, "").replace("-", "−");
}

/** A number with three digits, for reading, not for computing with. */
export function short(v) {
  if (Number.isNaN(v)) return "not a number";
  if (!isFinite(v)) return v > 0 ? "∞" : "−∞";
  const size = Math.abs(v);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5)
    ? v.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e")
    : String(Number(v.toPrecision(3)));
  return text.replaceAll("-", "−");
}

/** Decimal text of v with no more digits than a step of the given size needs. */
export function decimal(v, step) {
  const digits = Math.min(20, Math.max(0, Math.ceil(-Math.log10(step))));
  const text = v.toFixed(digits);
  const shorter = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return shorter === "-0" ? "0" : shorter;
}

/** Draws the frame's border, ticks and the axes' names. y may be left out, or be a list of ticks. */
export function drawAxes(pen, scale, colors, { x = "", y = "", yTicks, xTicks } = {}) {
  const { frame, box } = scale;
  const below = frame.y + frame.h;
  for (const t of xTicks ?? ticks(box.x0, box.x1, Math.max(2, Math.floor(frame.w / 70)))) {
    const px = scale.px(t.value);
    pen.line([px, below, px, below + 4], { color: colors.muted });
    pen.text(t.text, px, below + 7, { color: colors.muted, size: 11, align: "middle", baseline: "top" });
  }
  for (const t of yTicks ?? ticks(box.y0, box.y1, Math.max(2, Math.floor(frame.h / 50)))) {
    const py = scale.py(t.value);
    pen.line([frame.x - 4, py, frame.x, py], { color: colors.muted });
    pen.text(t.text, frame.x - 7, py, { color: colors.muted, size: 11, align: "end", baseline: "middle" });
  }
  pen.rect(frame.x, frame.y, frame.w, frame.h, { color: colors.rule });
  if (x) pen.text(x, frame.x + frame.w, below + 20, { color: colors.muted, align: "end", baseline: "top", size: 12 });
  if (y) pen.text(y, 4, 5, { color: colors.muted, baseline: "top", size: 12 });
}

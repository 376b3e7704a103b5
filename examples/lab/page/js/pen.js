// Two pens with the same methods: one draws on a canvas, the other writes SVG. Whatever is painted
// with a pen can so be taken away as a file that scales. Coordinates are CSS pixels; lists of points
// are flat, x0, y0, x1, y1, ...
//
// Style of lines and areas: {color, width = 1, dash, fill, alpha = 1}. Style of text: {color,
// size = 12, align = "start" | "middle" | "end", baseline = "alphabetic" | "middle" | "top", bold,
// halo (a colour around the letters), turn (degrees)}.

const family = "system-ui, sans-serif";

/** A pen on an empty canvas, whose pixels are set to what the size needs. */
export function penOn(canvas, width, height, ratio = globalThis.devicePixelRatio || 1) {
  const w = Math.max(1, Math.round(width * ratio));
  const h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return new CanvasPen(context, width, height);
}

export class CanvasPen {
  /** @param {CanvasRenderingContext2D} context that is drawn on in its own coordinates */
  constructor(context, width, height) {
    this.ink = context;
    this.width = width;
    this.height = height;
    context.lineJoin = "round";
    context.lineCap = "butt";
  }

  line(points, style) {
    if (points.length < 4) return;
    this.#trace(points);
    this.#stroke(style);
  }

  polygon(points, style) {
    if (points.length < 6) return;
    this.#trace(points);
    this.ink.closePath();
    this.#fill(style);
    this.#stroke(style);
  }

  circle(x, y, r, style) {
    this.ink.beginPath();
    this.ink.arc(x, y, r, 0, 2 * Math.PI);
    this.#fill(style);
    this.#stroke(style);
  }

  rect(x, y, w, h, style) {
    this.polygon([x, y, x + w, y, x + w, y + h, x, y + h], style);
  }

  text(string, x, y, style) {
    const { color, size = 12, align = "start", baseline = "alphabetic", bold, halo, turn = 0 } = style;
    const ink = this.ink;
    ink.save();
    ink.translate(x, y);
    if (turn) ink.rotate((turn * Math.PI) / 180);
    ink.font = `${bold ? "600 " : ""}${size}px ${family}`;
    ink.textAlign = align === "middle" ? "center" : align;
    ink.textBaseline = baseline;
    if (halo) {
      ink.strokeStyle = halo;
      ink.lineWidth = 3;
      ink.setLineDash([]);
      ink.strokeText(string, 0, 0);
    }
    ink.fillStyle = color;
    ink.fillText(string, 0, 0);
    ink.restore();
  }

  /** Draws a canvas, with hard edges between its pixels unless smooth. */
  image(source, x, y, w, h, smooth = true) {
    this.ink.imageSmoothingEnabled = smooth;
    this.ink.imageSmoothingQuality = "high";
    this.ink.drawImage(source, x, y, w, h);
  }

  /** Calls paint with all that it draws cut to a rectangle. */
  clip(x, y, w, h, paint) {
    this.ink.save();
    this.ink.beginPath();
    this.ink.rect(x, y, w, h);
    this.ink.clip();
    paint();
    this.ink.restore();
  }

  #trace(points) {
    this.ink.beginPath();
    this.ink.moveTo(points[0], points[1]);
    for (let i = 2; i + 1 < points.length; i += 2) this.ink.lineTo(points[i], points[i + 1]);
  }

  #fill({ fill, alpha = 1 }) {
    if (!fill) return;
    this.ink.globalAlpha = alpha;
    this.ink.fillStyle = fill;
    this.ink.fill();
    this.ink.globalAlpha = 1;
  }

  #stroke({ color, width = 1, dash = [], alpha = 1 }) {
    if (!color) return;
    this.ink.globalAlpha = alpha;
    this.ink.strokeStyle = color;
    this.ink.lineWidth = width;
    this.ink.setLineDash(dash);
    this.ink.stroke();
    this.ink.globalAlpha = 1;
  }
}

export class SvgPen {
  #out = [];
  #clips = 0;

  constructor(width, height, background) {
    this.width = width;
    this.height = height;
    if (background) this.rect(0, 0, width, height, { fill: background });
  }

  line(points, style) {
    if (points.length < 4) return;
    this.#out.push(`<polyline points="${list(points)}" ${paint({ ...style, fill: undefined })}/>`);
  }

  polygon(points, style) {
    if (points.length < 6) return;
    this.#out.push(`<polygon points="${list(points)}" ${paint(style)}/>`);
  }

  circle(x, y, r, style) {
    this.#out.push(`<circle cx="${short(x)}" cy="${short(y)}" r="${short(r)}" ${paint(style)}/>`);
  }

  rect(x, y, w, h, style) {
    this.#out.push(`<rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" ${paint(style)}/>`);
  }

  text(string, x, y, style) {
    const { color, size = 12, align = "start", baseline = "alphabetic", bold, halo, turn } = style;
    const base = { alphabetic: "alphabetic", middle: "central", top: "text-before-edge" }[baseline];
    const place = `x="${short(x)}" y="${short(y)}"` +
      (turn ? ` transform="rotate(${short(turn)} ${short(x)} ${short(y)})"` : "");
    const around = halo ? ` stroke="${escape(halo)}" stroke-width="3" paint-order="stroke"` : "";
    this.#out.push(`<text ${place} fill="${escape(color)}" font-size="${short(size)}" text-anchor="${align}" ` +
      `dominant-baseline="${base}"${bold ? ' font-weight="600"' : ""}${around}>${escape(string)}</text>`);
  }

  image(source, x, y, w, h, smooth = true) {
    const rendering = smooth ? "" : ' style="image-rendering:pixelated"';
    this.#out.push(`<image x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" ` +
      `preserveAspectRatio="none"${rendering} href="${source.toDataURL("image/png")}"/>`);
  }

  clip(x, y, w, h, paintInside) {
    const id = `clip${this.#clips++}`;
    this.#out.push(`<clipPath id="${id}"><rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}"/></clipPath>`,
      `<g clip-path="url(#${id})">`);
    paintInside();
    this.#out.push("</g>");
  }

  /** The file's text. The title is what a screen reader says of the picture; one without is decoration. */
  finish(title) {
    const role = title ? 'role="img"' : 'aria-hidden="true"';
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${short(this.width)} ${short(this.height)}" ` +
      `width="${short(this.width)}" height="${short(this.height)}" ${role} font-family="${family}">\n` +
      `${title ? `<title>${escape(title)}</title>\n` : ""}${this.#out.join("\n")}\n</svg>\n`;
  }
}

/** Hundredths of a pixel are more than a screen shows. */
const short = (v) => String(Math.round(v * 100) / 100);

function list(points) {
  const out = [];
  for (let i = 0; i + 1 < points.length; i += 2) out.push(`${short(points[i])},${short(points[i + 1])}`);
  return out.join(" ");
}

function paint({ color, width = 1, dash, fill, alpha = 1 }) {
  const out = [`fill="${fill ? escape(fill) : "none"}"`];
  if (color) out.push(`stroke="${escape(color)}" stroke-width="${short(width)}" stroke-linejoin="round"`);
  if (color && dash?.length) out.push(`stroke-dasharray="${dash.join(" ")}"`);
  if (alpha !== 1) out.push(`opacity="${short(alpha)}"`);
  return out.join(" ");
}

const escape = (s) => String(s).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

/**
 * Draws a mark around (x, y). The shapes are those of the runs, and star, cross and ring for
 * minima, saddle points and maxima.
 */
export function mark(pen, shape, x, y, r, style) {
  switch (shape) {
    case "circle":
      return pen.circle(x, y, r, style);
    case "ring":
      pen.circle(x, y, r, { ...style, fill: undefined });
      return pen.circle(x, y, r / 4, { fill: style.color });
    case "cross":
      pen.line([x - r, y - r, x + r, y + r], style);
      return pen.line([x - r, y + r, x + r, y - r], style);
    case "plus":
      return pen.polygon(plus.map((v, i) => (i % 2 ? y : x) + 1.15 * r * v), style);
    case "star":
      return pen.polygon(regular(x, y, r, 10, 0.45), style);
    case "square":
      return pen.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r, style);
    case "diamond":
      return pen.polygon(regular(x, y, 1.25 * r, 4), style);
    case "triangle":
      return pen.polygon(regular(x, y, 1.2 * r, 3), style);
    case "pentagon":
      return pen.polygon(regular(x, y, 1.1 * r, 5), style);
  }
  throw new Error(`no mark ${shape}`);
}

/** Corners of a regular polygon, every second one at share inner of the radius. */
function regular(x, y, r, n, inner = 1) {
  const points = [];
  for (let i = 0; i < n; i++) {
    const turn = (2 * Math.PI * i) / n;
    const away = i % 2 ? r * inner : r;
    points.push(x + away * Math.sin(turn), y - away * Math.cos(turn));
  }
  return points;
}

const arm = 0.36;
const plus = [
  arm, -1, arm, -arm, 1, -arm, 1, arm, arm, arm, arm, 1, -arm, 1, -arm, arm, -1, arm, -1, -arm, -arm, -arm, -arm, -1,
];

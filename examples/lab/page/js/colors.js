// Colours and line styles. A run is told by its dash and its mark as well as by its colour, and the
// colours are far apart for colour-blind readers, too, so that nothing is lost to them or on a grey print.

import { SvgPen, mark } from "lab/pen.js";

const light = {
  paper: "#ffffff", ink: "#1d232b", muted: "#525b66", rule: "#d5dae1", halo: "#ffffff", accent: "#0b5fb0",
  bad: "#b3261e", good: "#1a7a4c",
  runs: ["#0b5fb0", "#ba5413", "#912a6b", "#01220e", "#533e05", "#410059"],
  arrows: { gradient: "#b3261e", velocity: "#0b5fb0", step: "#1d232b", decay: "#96318a" },
  // Deep is strong, high fades into the paper: [lightness, chroma, hue in degrees] in OKLCH.
  ramp: [[0.62, 0.115, 262], [0.985, 0.035, 98]],
};

const dark = {
  paper: "#171b21", ink: "#eceff3", muted: "#a9b2bd", rule: "#39424d", halo: "#0c0f13", accent: "#7cbcff",
  bad: "#ff8a80", good: "#6fd6a4",
  runs: ["#7cbcff", "#f19e51", "#df518e", "#01fed7", "#f7f218", "#9865fe"],
  arrows: { gradient: "#ff8a80", velocity: "#7cbcff", step: "#eceff3", decay: "#f19fe0" },
  ramp: [[0.56, 0.115, 262], [0.19, 0.02, 300]],
};

const dashes = [[], [9, 4], [2, 4], [10, 3, 2, 3], [5, 3], [14, 5]];
const marks = ["circle", "square", "triangle", "diamond", "pentagon", "plus"];

/** Whether the page is dark: by its own switch, or else by the reader's system. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "dark" || chosen === "light") return chosen === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** The colours of the present theme. */
export const palette = () => (isDark() ? dark : light);

/** Calls fn when the theme changes. Returns a function that ends this. */
export function onTheme(fn) {
  const media = matchMedia("(prefers-color-scheme: dark)");
  const watch = new MutationObserver(fn);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  media.addEventListener("change", fn);
  return () => {
    watch.disconnect();
    media.removeEventListener("change", fn);
  };
}

/**
 * How run i is drawn.
 * @returns {{color: string, dash: number[], mark: string}}
 */
export function runStyle(i, colors = palette()) {
  const k = i % colors.runs.length;
  return { color: colors.runs[k], dash: dashes[k], mark: marks[k] };
}

/** A short stretch of a run's line with its mark, as SVG text, for legends. */
export function swatch(i, style = runStyle(i)) {
  const pen = new SvgPen(34, 14);
  pen.line([1, 7, 33, 7], { color: style.color, width: 2.2, dash: style.dash });
  if (style.mark) mark(pen, style.mark, 17, 7, 4.5, { fill: style.color });
  return pen.finish("");
}

/**
 * 256 colours from the lowest value to the highest, as bytes r, g, b. Lightness, chroma and hue are
 * linear in OKLCH (Ottosson 2020), where equal steps look equal.
 * @returns {Uint8Array}
 */
export function ramp(colors = palette()) {
  let table = ramps.get(colors);
  if (table) return table;
  table = new Uint8Array(3 * 256);
  const [from, to] = colors.ramp;
  for (let i = 0; i < 256; i++) {
    const [l, c, h] = from.map((v, k) => v + ((to[k] - v) * i) / 255);
    table.set(oklch(l, c, h), 3 * i);
  }
  ramps.set(colors, table);
  return table;
}
const ramps = new Map();

/** The colour at share t of the ramp, as text. */
export function rampColor(t, colors = palette()) {
  const table = ramp(colors);
  const i = 3 * Math.round(255 * Math.min(1, Math.max(0, t)));
  return `rgb(${table[i]},${table[i + 1]},${table[i + 2]})`;
}

/** Bytes r, g, b of a colour written #rrggbb or rgb(r,g,b). */
export function bytesOf(color) {
  if (color[0] !== "#") return color.slice(4, -1).split(",").map(Number);
  const v = Number.parseInt(color.slice(1), 16);
  return [v >> 16, (v >> 8) & 255, v & 255];
}

/**
 * A canvas with a pixel for each number of a grid, row 0 at the bottom.
 * @param {(i: number) => ArrayLike<number>|null} bytesAt r, g, b of number i, or null for a clear pixel
 */
export function raster(width, height, bytesAt) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const ink = canvas.getContext("2d");
  const pixels = ink.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const bytes = bytesAt(i);
    if (!bytes) continue;
    const p = 4 * ((height - 1 - Math.floor(i / width)) * width + (i % width));
    pixels.data.set(bytes, p);
    pixels.data[p + 3] = 255;
  }
  ink.putImageData(pixels, 0, 0);
  return canvas;
}

/** The colour with share of a and the rest of b. */
export function mix(a, b, share) {
  const [x, y] = [bytesOf(a), bytesOf(b)];
  return `rgb(${x.map((v, i) => Math.round(v * share + y[i] * (1 - share))).join(",")})`;
}

/** Bytes r, g, b of a colour in OKLCH. */
function oklch(l, c, h) {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ].map((v) => {
    const u = Math.min(1, Math.max(0, v));
    return Math.round(255 * (u <= 0.0031308 ? 12.92 * u : 1.055 * u ** (1 / 2.4) - 0.055));
  });
}

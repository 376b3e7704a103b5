// What the numbers of a map of cells mean: their colour, their text, and a legend.

import { bytesOf, mix, onTheme, palette, rampColor, raster } from "lab/colors.js";
import { short } from "lab/axes.js";

/**
 * @typedef {object} Scale
 * @property {(v: number, colors: object) => string} color
 * @property {(v: number) => string} text
 * @property {(values: ArrayLike<number>) => string} words on all of the map, without a full stop
 * @property {() => HTMLElement} legend
 * @property {(v: number) => string|undefined} [sign] written into a cell that is large enough
 */

/** Steps to the target, few to most on a log scale; −1 diverged, −2 not arrived, −3 no run that can be. @returns {Scale} */
export function stepScale(most) {
  const share = (v) => Math.log(1 + v) / Math.log(1 + Math.max(1, most));
  const counted = (n, what) => (n ? `${n} ${what}` : "");
  const words = { "-1": "diverged", "-2": "target not reached", "-3": "cannot be" };
  const signs = { "-1": "×", "-2": "–" };
  return {
    color: (v, colors) => (v === -1 ? mix(colors.bad, colors.paper, 0.35) : v === -3 ? colors.paper : v < 0 ? colors.rule : rampColor(0.05 + 0.85 * share(v), colors)),
    text: (v) => words[v] ?? `${v} ${v === 1 ? "step" : "steps"}`,
    words(values) {
      const all = Array.from(values);
      const arrived = all.filter((v) => v >= 0);
      const fewest = arrived.length ? `fewest steps ${Math.min(...arrived)}` : "";
      return [counted(arrived.length, "cells arrive"), fewest, counted(all.filter((v) => v === -1).length, "diverge"),
        counted(all.filter((v) => v === -2).length, "do not arrive")].filter(Boolean).join(", ");
    },
    legend: () => legendOf((colors) => [
      bar((t) => rampColor(0.05 + 0.85 * t, colors), "0 steps", `${most}`),
      patch(colors.rule, "– not reached"),
      patch(mix(colors.bad, colors.paper, 0.35), "× diverged"),
    ]),
    sign: (v) => signs[v],
  };
}

/**
 * One of some classes; −1 for none of them, which has a name, too. Classes have the runs' colours, paler.
 * @returns {Scale}
 */
export function classScale(names, none) {
  const color = (v, colors) => (v < 0 ? colors.rule : mix(colors.runs[v % colors.runs.length], colors.paper, v < colors.runs.length ? 0.55 : 0.3));
  return {
    color,
    text: (v) => (v < 0 ? none : names[v]),
    words(values) {
      const all = Array.from(values);
      return names.map((name, i) => `${name}: ${Math.round((100 * all.filter((v) => v === i).length) / Math.max(1, all.length))} %`).join(", ");
    },
    legend: () => legendOf((colors) => [...names.map((name, i) => patch(color(i, colors), name)), patch(color(-1, colors), none)]),
  };
}

/** Between two opposites, −1 and 1, such as a classifier's leaning. @returns {Scale} */
export function leaningScale(negative, positive) {
  const color = (v, colors) => {
    const t = Math.min(1, Math.abs(v));
    return mix(colors.runs[v < 0 ? 1 : 0], colors.paper, 0.08 + 0.62 * t);
  };
  return {
    color,
    text: (v) => `${v < 0 ? negative : positive}, ${short(Math.abs(v))}`,
    words: (values) => `${Math.round((100 * Array.from(values).filter((v) => v < 0).length) / Math.max(1, values.length))} % ${negative}`,
    legend: () => legendOf((colors) => [bar((t) => color(2 * t - 1, colors), negative, positive)]),
  };
}

/** A loss from its least to its most, as plane.js colours it. share is heightScale's. @returns {Scale} */
export function lossScale(share, low, high) {
  return {
    color: (v, colors) => rampColor(share(v), colors),
    text: (v) => `loss ${short(v)}`,
    words: () => `loss from ${short(low)} to ${short(high)}`,
    legend: () => legendOf((colors) => [bar((t) => rampColor(t, colors), `loss ${short(low)}`, short(high))]),
  };
}

/** A canvas with a pixel for each cell; cells that are missing are clear. */
export function cellImage({ width, height, values, scale }, colors) {
  return raster(width, height, (i) => {
    const v = values[i];
    return v === undefined || Number.isNaN(v) ? null : bytesOf(scale.color(v, colors));
  });
}

/** A legend whose parts are made anew for each theme, while it is on the page. */
function legendOf(parts) {
  const list = document.createElement("ul");
  list.className = "legend";
  const fill = () => {
    list.replaceChildren(...parts(palette()).map((part) => {
      const item = document.createElement("li");
      item.append(...part);
      return item;
    }));
  };
  fill();
  const stop = onTheme(() => (list.isConnected ? fill() : stop()));
  return list;
}

function patch(color, text) {
  const square = document.createElement("span");
  square.className = "patch";
  square.style.background = color;
  return [square, ` ${text}`];
}

function bar(color, low, high) {
  const strip = document.createElement("span");
  strip.className = "strip";
  const stops = Array.from({ length: 9 }, (_, i) => color(i / 8));
  strip.style.background = `linear-gradient(to right, ${stops.join(",")})`;
  return [`${low} `, strip, ` ${high}`];
}

// A figure: a picture on a canvas with its title, what is under the pointer in words, and a table of its
// numbers. It is painted anew when its size or the theme changes.

import { SvgPen, penOn } from "lab/pen.js";
import { onTheme, palette } from "lab/colors.js";
import { tableBehind } from "lab/tables.js";

/**
 * @typedef {object} Content
 * @property {string} id of the canvas
 * @property {() => string} title written above and said to screen readers
 * @property {() => string} [words] said after the title
 * @property {number} [height] in pixels, or square if there is none
 * @property {(pen: object, colors: object) => void} paint
 * @property {() => {caption: string, head: string[], rows: string[][]}} table
 *
 * @param {HTMLElement} parent
 * @param {Content} content
 */
export function createFigure(parent, { id, title, words = () => "", height, paint, table }) {
  const figure = document.createElement("figure");
  figure.className = "figure";
  const caption = document.createElement("figcaption");
  const canvas = document.createElement("canvas");
  canvas.id = id;
  canvas.setAttribute("role", "img");
  const readout = document.createElement("output");
  readout.className = "readout";
  readout.id = `${id}-readout`;
  const below = document.createElement("div");
  below.className = "below";
  figure.append(caption, canvas, readout, below);
  parent.append(figure);
  const data = tableBehind(figure, table);
  canvas.style.height = height ? `${height}px` : "";
  canvas.style.aspectRatio = height ? "" : "1";

  let request = 0;
  function now() {
    request = 0;
    if (!canvas.clientWidth) return;
    const colors = palette();
    const pen = penOn(canvas, canvas.clientWidth, canvas.clientHeight);
    pen.rect(0, 0, pen.width, pen.height, { fill: colors.paper });
    paint(pen, colors);
    caption.textContent = title();
    canvas.setAttribute("aria-label", `${title()}. ${words()}`);
  }
  function repaint() {
    if (!request) request = requestAnimationFrame(now);
  }
  const resized = new ResizeObserver(repaint);
  resized.observe(canvas);
  const stopTheme = onTheme(repaint);
  repaint();

  return {
    canvas,
    readout,
    below,
    /** Paints before the next frame. */
    repaint,
    /** Also shows that the numbers have changed. */
    refresh() {
      repaint();
      data.refresh();
    },
    /** The figure as SVG text. */
    svg() {
      const pen = new SvgPen(canvas.clientWidth, canvas.clientHeight, palette().paper);
      paint(pen, palette());
      return pen.finish(title());
    },
    destroy() {
      cancelAnimationFrame(request);
      resized.disconnect();
      stopTheme();
      figure.remove();
    },
  };
}

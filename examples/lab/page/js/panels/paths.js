// A small picture of an objective with paths that are not those of the race.

import { createFigure } from "lab/figure.js";
import { drawPlane, surfaceOf } from "lab/plane.js";
import { frameOf, scaleOf, short } from "lab/axes.js";
import { mark } from "lab/pen.js";

/**
 * @typedef {object} Track
 * @property {string} label
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} y
 * @property {{color: string, dash: number[], mark?: string}} style
 * @property {number} [alpha]
 *
 * @param {HTMLElement} root
 * @param {{id: string, title: string, reply: object, tracks: Track[]}} content reply is the engine's answer to "surface"
 */
export function pathPicture(root, content) {
  let surface = null;
  const figure = createFigure(root, {
    id: content.id,
    title: () => content.title,
    words: () => `${content.tracks.length} paths.`,
    height: 340,
    paint(pen, colors) {
      if (surface?.reply !== content.reply) surface = surfaceOf(content.reply);
      const scale = scaleOf(frameOf(pen.width, pen.height), surface.box);
      const { frame } = scale;
      drawPlane(pen, scale, surface, colors);
      pen.clip(frame.x, frame.y, frame.w, frame.h, () => {
        for (const { x, y, style, alpha = 1 } of content.tracks) {
          const line = [];
          for (let i = 0; i < x.length; i++) line.push(scale.px(x[i]), scale.py(y[i]));
          pen.line(line, { color: style.color, width: 1.6, dash: style.dash, alpha });
          mark(pen, style.mark ?? "circle", line.at(-2), line.at(-1), 4, { fill: style.color, color: colors.halo });
        }
      });
    },
    table: () => ({
      caption: `${content.title}: where the paths end`,
      head: ["path", "steps", "x", "y"],
      rows: content.tracks.map(({ label, x, y }) => [label, String(x.length - 1), short(x.at(-1)), short(y.at(-1))]),
    }),
  });
  return {
    update(change) {
      content = { ...content, ...change };
      figure.refresh();
    },
  };
}

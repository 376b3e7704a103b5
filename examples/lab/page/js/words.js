// The picture in words: for those who do not see it, and for what is under the pointer.

import { short } from "lab/axes.js";
import { layerText, lossAt, valueAt } from "lab/plane.js";
import { lastAt } from "lab/paths.js";

/** Where a position is, in words: without y for an objective of one parameter. */
export const placeText = (p, flat) => (flat ? short(p.x) : `${short(p.x)}, ${short(p.y)}`);

/** A run at a step in words. */
export function whereabouts(path, step, flat) {
  const t = lastAt(path, step);
  const gone = path.diverged >= 0 && step >= path.diverged ? `diverged at step ${path.diverged}, ` : "";
  return `${path.label}: ${gone}step ${t}, at ${placeText({ x: path.x[t], y: path.y[t] }, flat)}, loss ${short(path.loss[t])}`;
}

/** All that the picture shows. */
export function inWords(surface, box, paths, view) {
  const flat = surface.dim === 1;
  const parts = [
    `${surface.title}, x from ${short(box.x0)} to ${short(box.x1)}${flat ? "" : `, y from ${short(box.y0)} to ${short(box.y1)}`}`,
    `start at ${placeText(view.at, flat)}`,
    ...paths.map((p) => whereabouts(p, view.step, flat)),
    ...(view.layer ? [`share of the picture that ${view.layer.scale.words(view.layer.values)}`] : []),
  ];
  return `${parts.join(". ")}. Arrow keys move the start, Shift with them the view, plus and minus zoom, 0 shows all.`;
}

/** What is at (px, py): a run's position near it, or the place and its loss. */
export function underPointer(s, surface, paths, view, place, px, py) {
  const flat = surface.dim === 1;
  const [x, y] = [s.x(px), s.y(py)];
  const near = nearest(s, flat, paths, view, place, px, py);
  if (near) return near;
  if (flat) return `x ${short(x)}, loss ≈ ${short(lossAt(surface, x))}`;
  const layer = view.layer ? layerText(view.layer, x, y) : "";
  return `x ${short(x)}, y ${short(y)}, loss ≈ ${short(valueAt(surface, x, y))}${layer && `, ${layer}`}`;
}

function nearest(s, flat, paths, view, place, px, py) {
  let best = "";
  let least = 9;
  for (const path of paths) {
    for (let t = 0; t <= lastAt(path, view.step); t++) {
      const [x, y] = place(s)(path, t);
      const away = Math.hypot(x - px, y - py);
      if (away >= least) continue;
      least = away;
      best = whereabouts(path, t, flat);
    }
  }
  return best;
}

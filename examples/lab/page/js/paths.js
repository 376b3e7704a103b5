// The runs on a picture: their paths, where each is now, and the arrows of a step. A place function
// takes a run's path and a step and gives pixels, so the plane and the curve share this file.

import { mark } from "lab/pen.js";
import { runStyle } from "lab/colors.js";

/**
 * A run as the pictures see it, from the engine's answer to "race".
 * @typedef {{label: string, x: ArrayLike<number>, y: ArrayLike<number>, loss: ArrayLike<number>, diverged: number}} Path
 * @returns {Path[]}
 */
export function pathsOf(race) {
  if (!race) return [];
  return race.value.runs.map((run, i) => ({
    label: run.label,
    diverged: run.diverged ?? -1,
    x: race.arrays[`x/${i}`],
    y: race.arrays[`y/${i}`],
    loss: race.arrays[`loss/${i}`],
  }));
}

/** The last position at or before a step: runs that end early stay where they ended. */
export const lastAt = (path, step) => Math.min(step, path.x.length - 1);

/** Draws all paths up to a step, faint or veiled beyond it, and a mark on each one's present position. */
export function drawPaths(pen, frame, paths, step, chosen, colors, place, veiled = false) {
  const tracks = paths.map((path) => trackOf(path, place));
  const order = tracks.map((_, i) => i).sort((a, b) => (a === chosen) - (b === chosen)); // the chosen one on top
  pen.clip(frame.x, frame.y, frame.w, frame.h, () => {
    tracks.forEach((track, i) => {
      if (veiled) return;
      const { color } = runStyle(i, colors);
      pen.line(track, { color, width: 1, alpha: 0.35 });
    });
    order.forEach((i) => {
      const track = tracks[i];
      const seen = track.slice(0, 2 * (lastAt(paths[i], step) + 1));
      const { color, dash } = runStyle(i, colors);
      const width = i === chosen ? 2.6 : 1.9;
      pen.line(seen, { color: colors.halo, width: width + 2.2, alpha: 0.75 });
      pen.line(seen, { color, width, dash });
      drawDots(pen, seen, color, colors);
    });
  });
  const labels = [];
  order.forEach((i) => drawHead(pen, frame, tracks[i], paths[i], i, step, chosen, colors, labels));
}

/** Pixels of every position, far ones pulled in so that a canvas can still draw the line to them. */
function trackOf(path, place) {
  const track = new Float64Array(2 * path.x.length);
  for (let t = 0; t < path.x.length; t++) {
    const [px, py] = place(path, t);
    track[2 * t] = Math.min(1e5, Math.max(-1e5, px));
    track[2 * t + 1] = Math.min(1e5, Math.max(-1e5, py));
  }
  return track;
}

/** Dots tell steps that are far apart from a smooth line; close ones would only blur it. */
function drawDots(pen, track, color, colors) {
  let x = -1e9;
  let y = -1e9;
  for (let i = 0; i < track.length; i += 2) {
    const next = Math.hypot(track[i] - x, track[i + 1] - y);
    x = track[i];
    y = track[i + 1];
    if (next >= 9) pen.circle(x, y, 2.1, { fill: color, color: colors.halo, width: 0.8 });
  }
}

/** labels are the places of the texts so far, which another must not cover. */
function drawHead(pen, frame, track, path, i, step, chosen, colors, labels) {
  const { color, mark: shape } = runStyle(i, colors);
  const now = lastAt(path, step);
  const [x, y] = [track[2 * now], track[2 * now + 1]];
  if (inside(frame, x, y)) {
    mark(pen, shape, x, y, i === chosen ? 7 : 5.5, { fill: color, color: colors.halo, width: 1.5 });
    return;
  }
  // The run has left the picture: an arrowhead on the border where it did.
  let t = now;
  while (t > 0 && !inside(frame, track[2 * t], track[2 * t + 1])) t--;
  const exit = leave(frame, track[2 * t], track[2 * t + 1], track[2 * t + 2] ?? x, track[2 * t + 3] ?? y);
  const gone = path.diverged >= 0 && step >= path.diverged;
  drawArrowhead(pen, exit.x, exit.y, exit.dx, exit.dy, 11, { fill: color, color: colors.halo, width: 1.5 });
  if (!gone) return;
  const right = exit.x > frame.x + frame.w / 2;
  const at = { x: exit.x + (right ? -14 : 14), y: Math.min(frame.y + frame.h - 12, Math.max(frame.y + 14, exit.y)) };
  const up = at.y > frame.y + frame.h / 2;
  while (labels.some((l) => Math.abs(l.y - at.y) < 15 && Math.abs(l.x - at.x) < 150)) at.y += up ? -15 : 15;
  labels.push(at);
  pen.text(`${path.label} diverged`, at.x, at.y, {
    color, halo: colors.halo, align: right ? "end" : "start", baseline: "middle", size: 12, bold: true,
  });
}

const inside = (f, x, y) => x >= f.x - 1 && x <= f.x + f.w + 1 && y >= f.y - 1 && y <= f.y + f.h + 1;

/** Where the line from (x, y) to (u, v) leaves the frame, and its direction. */
function leave(frame, x, y, u, v) {
  const dx = u - x;
  const dy = v - y;
  let share = 1;
  if (dx > 0) share = Math.min(share, (frame.x + frame.w - x) / dx);
  if (dx < 0) share = Math.min(share, (frame.x - x) / dx);
  if (dy > 0) share = Math.min(share, (frame.y + frame.h - y) / dy);
  if (dy < 0) share = Math.min(share, (frame.y - y) / dy);
  share = Math.max(0, share);
  const length = Math.hypot(dx, dy) || 1;
  const clamp = (v, a, b) => Math.min(b, Math.max(a, v));
  return {
    x: clamp(x + share * dx, frame.x, frame.x + frame.w),
    y: clamp(y + share * dy, frame.y, frame.y + frame.h),
    dx: dx / length,
    dy: dy / length,
  };
}

/** A triangle with its point at (x, y), looking along (dx, dy), a unit vector. */
export function drawArrowhead(pen, x, y, dx, dy, size, style) {
  const bx = x - size * dx;
  const by = y - size * dy;
  const half = 0.45 * size;
  pen.polygon([x, y, bx - half * dy, by + half * dx, bx + half * dy, by - half * dx], style);
}

const arrowDash = { gradient: [], velocity: [7, 3], step: [], decay: [2, 3] };

/**
 * Draws the arrows of a step from (x, y). They are vectors of the plane; those too long or too short to
 * be read are drawn at a length that can be.
 * @param {{kind: "gradient"|"velocity"|"step"|"decay", dx: number, dy: number}[]} arrows in pixels
 */
export function drawArrows(pen, frame, x, y, arrows, colors) {
  const most = 0.4 * Math.min(frame.w, frame.h);
  for (const { kind, dx, dy } of arrows) {
    const length = Math.hypot(dx, dy);
    if (!(length > 0) || !isFinite(length)) continue;
    const drawn = Math.min(most, Math.max(22, length));
    const [ux, uy] = [dx / length, dy / length];
    const [tx, ty] = [x + drawn * ux, y + drawn * uy];
    const color = colors.arrows[kind];
    const shaft = [x, y, tx - 8 * ux, ty - 8 * uy];
    const width = kind === "step" ? 3 : 2;
    pen.line(shaft, { color: colors.halo, width: width + 2.5, alpha: 0.8 });
    pen.line(shaft, { color, width, dash: arrowDash[kind] });
    drawArrowhead(pen, tx, ty, ux, uy, 10, { fill: color, color: colors.halo, width: 1 });
    pen.text(kind, tx + 9 * ux, ty + 9 * uy, {
      color, halo: colors.halo, size: 12, bold: true, align: ux < -0.3 ? "end" : ux > 0.3 ? "start" : "middle", baseline: "middle",
    });
  }
}

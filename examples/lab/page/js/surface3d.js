// The picture in three dimensions: the loss as a landscape, with the runs on it. The landscape is
// WebGL's; paths, marks and axes are drawn over it with the same pen as in two dimensions, fainter where
// a hill stands before them.

import { SvgPen, mark, penOn } from "lab/pen.js";
import { onTheme, palette, runStyle } from "lab/colors.js";
import { short } from "lab/axes.js";
import { drawMinimum, heightScale, surfaceOf, valueAt } from "lab/plane.js";
import { lastAt, pathsOf } from "lab/paths.js";
import { whereabouts } from "lab/words.js";
import { watchPointers } from "lab/gestures.js";
import { cameraAt } from "lab/camera.js";
import { createMesh } from "lab/mesh.js";

const rest = { turn: 0.6, tilt: 0.75, away: 3.8 };

/**
 * @param {HTMLElement} root that has a size
 * @param {(why: string) => void} onLost called when the landscape is to be drawn and cannot be, and when it gets lost
 */
export function createSurface3d(root, onLost) {
  const ground = document.createElement("canvas");
  const canvas = document.createElement("canvas");
  canvas.id = "surface3d";
  for (const c of [ground, canvas]) Object.assign(c.style, { position: "absolute", inset: "0", width: "100%", height: "100%" });
  root.append(ground, canvas);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "landscape");

  let mesh = createMesh(ground);
  let eye = { ...rest };
  let surface = null;
  let share = null;
  let heights = null;
  let paths = [];
  let view = { step: 0, run: 0, at: { x: 0, y: 0 } };
  let request = 0;
  let loaded = "";

  let why = "This browser draws no landscapes (WebGL 2): here is the map.";
  ground.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    mesh = null;
    why = "The browser has taken the landscape away: here is the map.";
    onLost(why);
  });
  ground.addEventListener("webglcontextrestored", () => {
    mesh = createMesh(ground);
    loaded = "";
    repaint();
  });

  const clampAngle = (v) => Math.min(1.5, Math.max(0.12, v));

  /** From the plane and a loss to the landscape's cube. */
  function lift(x, y, loss) {
    const { box } = surface;
    return [(2 * (x - box.x0)) / (box.x1 - box.x0) - 1, (2 * (y - box.y0)) / (box.y1 - box.y0) - 1, share(loss) - 0.5];
  }
  const onGround = ([x, y]) => Math.abs(x) <= 1.0001 && Math.abs(y) <= 1.0001;

  /** Whether the landscape stands between a place and the eye. */
  function hidden(place, from) {
    const step = 0.04;
    const d = from.map((v, k) => v - place[k]);
    const length = Math.hypot(...d);
    for (let t = step; t < 3; t += step) {
      const [x, y, z] = place.map((v, k) => v + (d[k] / length) * t);
      if (Math.abs(x) > 1 || Math.abs(y) > 1 || z > 0.5) return false;
      const i = Math.round(((x + 1) / 2) * (surface.width - 1));
      const j = Math.round(((y + 1) / 2) * (surface.height - 1));
      if (heights[j * surface.width + i] - 0.5 > z + 0.02) return true;
    }
    return false;
  }

  function load(colors) {
    const key = `${surface.serial} ${colors.paper}`;
    if (loaded === key) return;
    loaded = key;
    mesh.load(heights, surface.width, surface.height, (surface.levels ?? []).map(share));
    mesh.paint(colors);
  }

  function over(pen, colors, camera) {
    const pixel = (place) => {
      const [u, v] = camera.project(...place);
      return [u * pen.width, v * pen.height];
    };
    drawFloor(pen, colors, pixel);
    const text = { color: colors.ink, halo: colors.halo, size: 12 };
    for (const p of surface.minima) {
      const place = lift(p.x, p.y, valueAt(surface, p.x, p.y));
      if (onGround(place) && !hidden(place, camera.eye)) drawMinimum(pen, surface, p, ...pixel(place), colors);
    }
    const start = lift(view.at.x, view.at.y, valueAt(surface, view.at.x, view.at.y));
    if (onGround(start)) {
      const [x, y] = pixel(start);
      mark(pen, "circle", x, y, 7, { color: colors.ink, width: 2 });
      pen.text("start", x + 11, y - 8, text);
    }
    paths.forEach((path, i) => drawPath(pen, colors, camera, pixel, path, i));
  }

  /** A run in pieces, each as it is seen: before the landscape, behind it, or outside of it. */
  function drawPath(pen, colors, camera, pixel, path, i) {
    const { color, dash, mark: shape } = runStyle(i, colors);
    const now = lastAt(path, view.step);
    let piece = [];
    let behind = false;
    let head = null;
    const draw = () => {
      if (!behind) pen.line(piece, { color: colors.halo, width: 4, alpha: 0.7 });
      pen.line(piece, { color, width: behind ? 1.2 : 2, dash, alpha: behind ? 0.4 : 1 });
    };
    for (let t = 0; t <= now; t++) {
      const place = lift(path.x[t], path.y[t], path.loss[t]);
      if (!onGround(place)) {
        draw();
        piece = [];
        continue;
      }
      const covered = hidden(place, camera.eye);
      if (covered !== behind && piece.length) {
        piece.push(...pixel(place));
        draw();
        piece = [];
      }
      behind = covered;
      head = pixel(place);
      piece.push(...head);
    }
    draw();
    if (!head) return;
    mark(pen, shape, ...head, i === (view.run ?? 0) ? 7 : 5.5, { fill: color, color: colors.halo, width: 1.5 });
    if (path.diverged >= 0 && view.step >= path.diverged) {
      pen.text(`${path.label} diverged`, head[0] + 10, head[1], { color, halo: colors.halo, bold: true, baseline: "middle" });
    }
  }

  /** The edges of the ground with the numbers of its corners. */
  function drawFloor(pen, colors, pixel) {
    const { box } = surface;
    const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x, y]) => pixel([x, y, -0.5]));
    const lowest = corners.reduce((a, c, i) => (c[1] > corners[a][1] ? i : a), 0);
    for (const next of [(lowest + 1) % 4, (lowest + 3) % 4]) {
      pen.line([...corners[lowest], ...corners[next]], { color: colors.muted });
      const alongX = (lowest < 2) === (next < 2);
      const at = (t) => corners[lowest].map((v, k) => v + (corners[next][k] - v) * t);
      const side = corners[next][0] > corners[lowest][0] ? "start" : "end";
      const ends = alongX ? [box.x0, box.x1] : [box.y0, box.y1];
      const flipped = alongX ? lowest === 1 || lowest === 2 : lowest >= 2;
      const [a, b] = flipped ? [ends[1], ends[0]] : ends;
      const label = (t, text) => {
        const [x, y] = at(t);
        pen.text(text, x + (side === "start" ? 6 : -6), y + 6, { color: colors.muted, size: 11, align: side, baseline: "top" });
      };
      label(0.06, short(a));
      label(0.5, alongX ? "x" : "y");
      label(0.94, short(b));
    }
  }

  function paint() {
    request = 0;
    if (!surface || !mesh || !canvas.clientWidth) return;
    const colors = palette();
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const ratio = globalThis.devicePixelRatio || 1;
    const camera = cameraAt(eye.turn, eye.tilt, eye.away, width / height);
    load(colors);
    mesh.draw(camera.matrix, Math.round(width * ratio), Math.round(height * ratio));
    over(penOn(canvas, width, height, ratio), colors, camera);
    describe();
  }

  function repaint() {
    if (!request) request = requestAnimationFrame(paint);
  }

  function describe() {
    const runs = paths.map((p) => whereabouts(p, view.step, false));
    const text = `${surface.title} as a landscape, higher is more loss. ${runs.join(". ")}. Arrow keys turn it, plus and minus zoom, 0 turns it back.`;
    if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text);
  }

  function move(turn, tilt, away) {
    eye = { turn: eye.turn + turn, tilt: clampAngle(eye.tilt + tilt), away: Math.min(9, Math.max(2, eye.away * away)) };
    repaint();
  }
  function reset() {
    eye = { ...rest };
    repaint();
  }
  watchPointers(canvas, {
    grab: () => false,
    drag() {},
    pan: (dx, dy) => move(-dx / 150, dy / 150, 1),
    zoom: (factor) => move(0, 0, 1 / factor),
    settle() {},
    reset,
    hover() {},
  });
  const keys = {
    ArrowLeft: [0.1, 0, 1], ArrowRight: [-0.1, 0, 1], ArrowUp: [0, 0.08, 1], ArrowDown: [0, -0.08, 1],
    "+": [0, 0, 0.87], "=": [0, 0, 0.87], "-": [0, 0, 1.15],
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (keys[event.key]) move(...keys[event.key]);
    else if (event.key === "0") reset();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const resized = new ResizeObserver(repaint);
  resized.observe(canvas);
  const stopTheme = onTheme(repaint);

  return {
    /** Takes what createPicture's draw takes. */
    draw(race, reply, next) {
      if (!mesh) {
        onLost(why);
        return;
      }
      if (reply !== surface?.reply) {
        surface = surfaceOf(reply);
        share = heightScale(surface);
        heights = Float32Array.from(surface.grid, share);
      }
      paths = pathsOf(race);
      view = next;
      repaint();
    },
    zoomIn: () => move(0, 0, 0.87),
    zoomOut: () => move(0, 0, 1.15),
    reset,
    /** The picture as SVG text; the landscape in it is an image. */
    svg() {
      paint();
      const [width, height] = [canvas.clientWidth, canvas.clientHeight];
      const pen = new SvgPen(width, height, palette().paper);
      pen.image(ground, 0, 0, width, height);
      over(pen, palette(), cameraAt(eye.turn, eye.tilt, eye.away, width / height));
      return pen.finish(surface.title);
    },
    destroy() {
      cancelAnimationFrame(request);
      resized.disconnect();
      stopTheme();
      ground.remove();
      canvas.remove();
    },
  };
}

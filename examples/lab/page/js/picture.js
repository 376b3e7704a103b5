// The picture: an objective with the runs on it. It draws what the engine has answered and turns
// what is done to it into changes of the experiment's text: dragging sets at, zooming sets box.

import { SvgPen, mark, penOn } from "lab/pen.js";
import { decimal, frameOf, scaleOf, short } from "lab/axes.js";
import { drawPlane, lossAt, surfaceOf } from "lab/plane.js";
import { inWords, placeText, underPointer } from "lab/words.js";
import { curveBox, drawCurve } from "lab/curve.js";
import { drawArrows, drawPaths, lastAt, pathsOf } from "lab/paths.js";
import { watchKeys, watchPointers } from "lab/gestures.js";
import { onTheme, palette } from "lab/colors.js";

/**
 * What is shown of an experiment.
 * @typedef {object} View
 * @property {number} step
 * @property {number} [run] looked at, drawn stronger
 * @property {{x: number, y: number}} at where the runs begin
 * @property {{kind: string, x: number, y: number}[]} [arrows] vectors of the plane, of the run looked at
 * @property {boolean} [veiled] whether what is ahead of the step stays hidden
 * @property {import("lab/plane.js").Layer|null} [layer] shown under the contours instead of the loss
 *
 * @param {HTMLCanvasElement} canvas that its parent gives a size
 * @param {{set: (changes: object, options?: {replace?: boolean}) => void}} lab
 */
export function createPicture(canvas, lab) {
  const readout = document.createElement("output");
  readout.className = "readout";
  readout.id = `${canvas.id || "picture"}-readout`;
  canvas.after(readout);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "picture");
  canvas.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight ArrowUp ArrowDown + - 0");

  let surface = null;
  let paths = [];
  let view = { step: 0, run: 0, at: { x: 0, y: 0 } };
  let box = null; // shown; ahead of the surface's while a zoom goes on
  let drag = null; // where the start is being dragged to
  let pointer = null;
  let frameRequest = 0;
  const still = { canvas: document.createElement("canvas"), key: "" };

  let known = [640, 480];
  /** The canvas's size, or the last one while it is hidden. */
  function size() {
    if (canvas.clientWidth) known = [canvas.clientWidth, canvas.clientHeight];
    return known;
  }

  const curved = () => surface.dim === 1;

  function scale() {
    const [width, height] = size();
    return scaleOf(frameOf(width, height), curved() ? curveBox(surface, box.x0, box.x1) : box);
  }

  /** Where the start is drawn, in pixels. */
  function startAt(s) {
    const at = drag ?? view.at;
    return [s.px(at.x), s.py(curved() ? lossAt(surface, at.x) : at.y)];
  }

  const place = (s) => (path, t) => [s.px(path.x[t]), s.py(curved() ? path.loss[t] : path.y[t])];

  function drawStill(pen, s, colors) {
    pen.rect(0, 0, pen.width, pen.height, { fill: colors.paper });
    if (curved()) drawCurve(pen, s, surface, colors);
    else drawPlane(pen, s, surface, colors, view.layer);
  }

  function drawMoving(pen, s, colors, step = view.step) {
    const [x, y] = startAt(s);
    drawPaths(pen, s.frame, paths, step, view.run ?? 0, colors, place(s), view.veiled);
    pen.clip(s.frame.x, s.frame.y, s.frame.w, s.frame.h, () => {
      mark(pen, "circle", x, y, 8, { color: colors.halo, width: 5, alpha: 0.8 });
      mark(pen, "circle", x, y, 8, { color: colors.ink, width: 2 });
      mark(pen, "circle", x, y, 2, { fill: colors.ink });
      pen.text("start", x + 12, y - 10, { color: colors.ink, halo: colors.halo, size: 12 });
    });
    const path = paths[view.run ?? 0];
    if (!path || !view.arrows?.length || curved() || step !== view.step) return;
    const from = place(s)(path, lastAt(path, step));
    const arrows = view.arrows.map((a) => ({
      kind: a.kind,
      dx: s.px(path.x[0] + a.x) - s.px(path.x[0]),
      dy: s.py(path.y[0] + a.y) - s.py(path.y[0]),
    }));
    drawArrows(pen, s.frame, ...from, arrows, colors);
  }

  function paint() {
    frameRequest = 0;
    if (!surface || !canvas.clientWidth) return;
    const [width, height] = size();
    const colors = palette();
    const s = scale();
    const ratio = globalThis.devicePixelRatio || 1;
    const key = [width, height, ratio, surface.serial, view.layer?.serial, colors.paper, box.x0, box.x1, box.y0, box.y1].join();
    if (still.key !== key) {
      drawStill(penOn(still.canvas, width, height, ratio), s, colors);
      still.key = key;
    }
    const pen = penOn(canvas, width, height, ratio);
    pen.image(still.canvas, 0, 0, width, height);
    drawMoving(pen, s, colors);
    describe();
  }

  /** Draws before the next frame, once however often it is called. */
  function repaint() {
    if (!frameRequest) frameRequest = requestAnimationFrame(paint);
  }

  function describe() {
    const text = inWords(surface, box, paths, view);
    if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text);
  }

  function tell() {
    readout.value = surface && pointer ? underPointer(scale(), surface, paths, view, place, ...pointer) : "";
  }

  /** Text of a place, with the digits that a pixel tells apart. */
  function atText(p) {
    const [width, height] = size();
    const x = decimal(p.x, (box.x1 - box.x0) / width);
    return curved() ? x : `${x},${decimal(p.y, (box.y1 - box.y0) / height)}`;
  }

  /** Moves the start. Of the moves of one gesture only the last is one that undo takes back. */
  function moveStart(p, last) {
    view = { ...view, at: p };
    lab.set({ at: atText(p) }, { replace: !last });
    repaint();
  }

  function zoom(factor, px, py) {
    if (!surface) return;
    const s = scale();
    const [cx, cy] = [s.x(px ?? s.frame.x + s.frame.w / 2), curved() ? 0 : s.y(py ?? s.frame.y + s.frame.h / 2)];
    const wide = (box.x1 - box.x0) / factor;
    const least = 1e-6 * Math.max(1, Math.abs(cx), Math.abs(cy));
    if (wide < least || wide > 1e6) return;
    box = {
      x0: cx - (cx - box.x0) / factor, x1: cx + (box.x1 - cx) / factor,
      y0: cy - (cy - box.y0) / factor, y1: cy + (box.y1 - cy) / factor,
    };
    repaint();
  }

  function pan(dx, dy) {
    if (!surface) return;
    const s = scale();
    const [mx, my] = [s.x(0) - s.x(dx), curved() ? 0 : s.y(0) - s.y(dy)];
    box = { x0: box.x0 + mx, x1: box.x1 + mx, y0: box.y0 + my, y1: box.y1 + my };
    repaint();
  }

  let settling = 0;
  function settle() {
    clearTimeout(settling);
    settling = setTimeout(() => {
      settling = 0;
      const [width, height] = size();
      const step = [(box.x1 - box.x0) / width / 10, (box.y1 - box.y0) / height / 10];
      lab.set({ box: [box.x0, box.x1, box.y0, box.y1].map((v, i) => decimal(v, step[i >> 1])).join(",") });
    }, 180);
  }

  function reset() {
    clearTimeout(settling);
    settling = 0;
    if (surface) box = { ...surface.box };
    lab.set({ box: null });
    repaint();
  }

  watchPointers(canvas, {
    grab(x, y) {
      if (!surface) return false;
      const [sx, sy] = startAt(scale());
      return Math.hypot(x - sx, y - sy) < 22;
    },
    drag(x, y, done) {
      const s = scale();
      const inside = (v, a, b) => Math.min(b, Math.max(a, v));
      const at = { x: inside(s.x(x), box.x0, box.x1), y: curved() ? 0 : inside(s.y(y), box.y0, box.y1) };
      drag = done ? null : at;
      moveStart(at, done);
    },
    pan,
    zoom,
    settle,
    cancel() {
      if (!settling) box = { ...surface.box };
      repaint();
    },
    reset,
    hover(x, y) {
      pointer = x === null ? null : [x, y];
      if (surface && pointer) {
        const [sx, sy] = startAt(scale());
        canvas.style.cursor = Math.hypot(x - sx, y - sy) < 22 ? "grab" : "crosshair";
      }
      tell();
    },
  });

  watchKeys(canvas, {
    move(dx, dy) {
      if (!surface) return;
      const { x, y } = drag ?? view.at;
      drag = { x: x + 0.01 * dx * (box.x1 - box.x0), y: curved() ? 0 : y + 0.01 * dy * (box.y1 - box.y0) };
      moveStart(drag, false);
      readout.value = `start at ${placeText(view.at, curved())}`;
    },
    moved() {
      const at = drag;
      drag = null;
      if (at) moveStart(at, true);
    },
    pan(dx, dy) {
      const { frame } = scale();
      pan(-0.1 * dx * frame.w, 0.1 * dy * frame.h);
      settle();
    },
    zoom(factor) {
      zoom(factor);
      settle();
    },
    reset,
  });

  const resized = new ResizeObserver(repaint);
  resized.observe(canvas);
  const stopTheme = onTheme(repaint);

  return {
    /**
     * @param {object|null} race the engine's answer to "race", null while there is none
     * @param {object} reply its answer to "surface"
     * @param {View} next
     */
    draw(race, reply, next) {
      if (reply && reply !== surface?.reply) {
        surface = surfaceOf(reply);
        if (!settling) box = { ...surface.box };
      }
      paths = pathsOf(race);
      view = next;
      repaint();
    },
    zoomIn: () => (zoom(1.25), settle()),
    zoomOut: () => (zoom(0.8), settle()),
    reset,
    /** The picture as SVG text. */
    svg() {
      const [width, height] = size();
      const pen = new SvgPen(width, height);
      const s = scale();
      drawStill(pen, s, palette());
      drawMoving(pen, s, palette());
      return pen.finish(surface.title);
    },
    /** Paints the picture at a step on another canvas: a frame of a film. */
    film(target, step) {
      const pen = penOn(target, ...size());
      const s = scale();
      drawStill(pen, s, palette());
      drawMoving(pen, s, palette(), step);
    },
    /** What the picture shows at the present step. */
    table() {
      const flat = curved();
      return {
        caption: `${surface.title}: where the runs are`,
        head: ["run", "step", "x", ...(flat ? [] : ["y"]), "loss"],
        rows: paths.map((p) => {
          const t = lastAt(p, view.step);
          return [p.label, String(t), short(p.x[t]), ...(flat ? [] : [short(p.y[t])]), short(p.loss[t])];
        }),
      };
    },
    destroy() {
      cancelAnimationFrame(frameRequest);
      clearTimeout(settling);
      resized.disconnect();
      stopTheme();
      readout.remove();
    },
  };
}

// Tests of what the page's pictures compute, for node.

import assert from "node:assert/strict";

globalThis.document = { documentElement: { dataset: { theme: "light" } } };
globalThis.matchMedia = () => ({ matches: false, addEventListener() {} });
globalThis.devicePixelRatio = 1;

const { bytesOf, palette, ramp, runStyle } = await import("lab/colors.js");
const { decades, decimal, scaleOf, short, ticks } = await import("lab/axes.js");
const { SvgPen, mark } = await import("lab/pen.js");
const { heightScale, lossAt, surfaceOf, valueAt } = await import("lab/plane.js");
const { curveBox } = await import("lab/curve.js");
const { drawPaths, pathsOf } = await import("lab/paths.js");
const { dataOf } = await import("lab/charts.js");
const { chartSvg } = await import("lab/chartsvg.js");
const { cameraAt } = await import("lab/camera.js");
const { inWords, underPointer } = await import("lab/words.js");
const { classScale, stepScale } = await import("lab/scales.js");

const tests = {
  /** WCAG 2.2: 4.5 for text, 3 for what is drawn. */
  contrast() {
    for (const theme of ["light", "dark"]) {
      document.documentElement.dataset.theme = theme;
      const c = palette();
      for (const name of ["ink", "muted", "accent", "bad", "good"]) atLeast(4.5, c[name], c.paper, `${theme} ${name}`);
      for (const color of c.runs) atLeast(4.5, color, c.paper, `${theme} run`);
      for (const [name, color] of Object.entries(c.arrows)) atLeast(4.5, color, c.halo, `${theme} ${name}`);
    }
    document.documentElement.dataset.theme = "light";
  },

  /** Machado, Oliveira and Fernandes (2009): what is left without one kind of cones. */
  "runs differ for the colour-blind"() {
    const views = {
      all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
      protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
      deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
      tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
    };
    for (const theme of ["light", "dark"]) {
      document.documentElement.dataset.theme = theme;
      for (const [view, rows] of Object.entries(views)) {
        const seen = palette().runs.map((color) => {
          const rgb = linear(bytesOf(color));
          return oklab(rows.map((row) => Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])));
        });
        seen.forEach((a, i) => seen.slice(0, i).forEach((b, j) => {
          const apart = Math.hypot(...a.map((v, k) => v - b[k]));
          assert.ok(apart > 0.1, `${theme}, ${view}: runs ${j} and ${i} are ${apart.toFixed(3)} apart`);
        }));
      }
    }
    document.documentElement.dataset.theme = "light";
  },

  "runs differ without their colours"() {
    const looks = Array.from({ length: 6 }, (_, i) => runStyle(i));
    assert.equal(new Set(looks.map((l) => l.mark)).size, 6);
    assert.equal(new Set(looks.map((l) => l.dash.join())).size, 6);
  },

  "the ramp goes one way"() {
    for (const [theme, sign] of [["light", 1], ["dark", -1]]) {
      document.documentElement.dataset.theme = theme;
      const table = ramp();
      let before = sign > 0 ? -1 : 2;
      for (let i = 0; i < 256; i += 5) {
        const l = luminance(table.subarray(3 * i, 3 * i + 3));
        assert.ok(sign * (l - before) > 0, `${theme} ${i}`);
        before = l;
      }
    }
    document.documentElement.dataset.theme = "light";
  },

  "ticks are round and inside"() {
    for (const [a, b] of [[0, 1], [-2, 2], [1e-7, 3e-7], [-1e6, 1e6], [99.99, 100.01]]) {
      const list = ticks(a, b, 6);
      assert.ok(list.length >= 2 && list.length <= 13, `${a} ${b} ${list.length}`);
      for (const { value, text } of list) {
        assert.ok(value >= a - 1e-6 * (b - a) && value <= b + 1e-6 * (b - a));
        assert.ok(Math.abs(Number(text.replaceAll("−", "-")) - value) < 1e-3 * (b - a), `${text} for ${value}`);
      }
    }
    assert.deepEqual(ticks(-1, 1, 4).map((t) => t.text), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
    assert.deepEqual(ticks(1, 1, 4), []);
    for (let count = 2; count < 9; count++) {
      for (let b = 1; b < 100; b++) {
        for (const a of [-b, -b / 3, 0, 0.9 * b]) {
          const n = ticks(a, b, count).length;
          assert.ok(n > 1 && n < 2 * count + 4, `${n} ticks from ${a} to ${b}, of ${count}`);
        }
      }
    }
    assert.deepEqual(decades(-3, 2, 3).map((t) => t.text), ["0.01", "1", "100"]);
  },

  "decimal text is as exact as a step"() {
    for (let k = -9; k < 9; k++) {
      const step = 10 ** k;
      const v = 1234.56789 * step;
      assert.ok(Math.abs(Number(decimal(v, step)) - v) <= step, `${decimal(v, step)} for ${v}`);
    }
    assert.equal(decimal(-0.0001, 0.01), "0");
    assert.equal(decimal(1.5, 0.001), "1.5");
    assert.equal(decimal(1500, 100), "1500");
  },

  "numbers for reading"() {
    assert.equal(short(0), "0");
    assert.equal(short(-1234.5), "−1230");
    assert.equal(short(1.5e-9), "1.5e−9");
    assert.equal(short(1e20), "1e20");
    assert.equal(short(NaN), "not a number");
  },

  "a scale goes there and back"() {
    const s = scaleOf({ x: 40, y: 10, w: 300, h: 200 }, { x0: -2, x1: 4, y0: 1, y1: 2 });
    assert.equal(s.px(-2), 40);
    assert.equal(s.py(2), 10);
    assert.ok(Math.abs(s.x(s.px(1.25)) - 1.25) < 1e-12 && Math.abs(s.y(s.py(1.75)) - 1.75) < 1e-12);
  },

  "SVG is well formed"() {
    const pen = new SvgPen(200, 100, "#ffffff");
    pen.clip(0, 0, 10, 10, () => pen.line([0, 0, 1 / 3, 5], { color: "#000000", dash: [1, 2] }));
    for (const shape of ["circle", "square", "triangle", "diamond", "pentagon", "plus", "star", "cross", "ring"]) {
      mark(pen, shape, 5, 5, 4, { fill: "#123456", color: "#000000" });
    }
    assert.throws(() => mark(pen, "heart", 0, 0, 1, {}));
    pen.text('a<b & "c"', 1, 2, { color: "#000", halo: "#fff", turn: 90, bold: true });
    const text = pen.finish("x < y");
    wellFormed(text);
    assert.match(text, /points="0,0 0\.33,5"/);
    assert.match(text, /<title>x &lt; y<\/title>/);
    assert.match(new SvgPen(1, 1).finish(""), /aria-hidden/);
  },

  "a surface's contours and values"() {
    const f = (x, y) => 1 + 2 * x - 3 * y + x * y;
    const reply = replyOf(5, 4, { x0: 0, x1: 4, y0: 0, y1: 3 }, f);
    reply.arrays.contours = Float64Array.of(1, 2, 0, 0, 1, 1, 0, 3, 0, 0, 1, 0, 2, 2);
    const s = surfaceOf(reply);
    assert.deepEqual(s.contours.map((c) => [c.level, c.points.length]), [[1, 4], [0, 6]]);
    for (const [x, y] of [[0, 0], [4, 3], [1.3, 2.2], [3.999, 0.001]]) assert.ok(Math.abs(valueAt(s, x, y) - f(x, y)) < 1e-6);
    assert.notEqual(surfaceOf(reply).serial, s.serial);
  },

  "heights are shares, in order"() {
    for (const least of [0, -Infinity]) {
      const share = heightScale({ least, grid: Float32Array.of(3, 0, 1e6, NaN, 1e-3, Infinity, 20) });
      const out = [0, 1e-3, 3, 20, 1e6].map(share);
      assert.equal(out[0], 0);
      assert.equal(out[4], 1);
      for (let i = 1; i < out.length; i++) assert.ok(out[i] > out[i - 1]);
      assert.equal(share(NaN), 1);
      assert.equal(share(-5), 0);
    }
    assert.ok(isFinite(heightScale({ least: 0, grid: Float32Array.of(2, 2) })(2)));
    assert.equal(heightScale({ least: 0, grid: Float32Array.of(NaN) })(2), 1);
  },

  "a curve's box and values"() {
    const s = surfaceOf(replyOf(9, 1, { x0: -2, x1: 2, y0: 0, y1: 0 }, (x) => x * x));
    const box = curveBox(s);
    assert.ok(box.y0 < 0 && box.y1 > 4);
    assert.equal(lossAt(s, -2), 4);
    assert.equal(lossAt(s, 0.25), 0.125);
    assert.equal(curveBox(s, -1, 1).y1 < 2, true);
  },

  "runs that leave get a mark on the border"() {
    const race = {
      value: { runs: [{ label: "A", diverged: 2 }, { label: "B", diverged: -1 }] },
      arrays: { "x/0": [0, 1, 50], "y/0": [0, 0, 0], "loss/0": [1, 1, 1e9], "x/1": [0, 1], "y/1": [1, 1], "loss/1": [1, 0] },
    };
    const frame = { x: 0, y: 0, w: 100, h: 100 };
    const place = (p, t) => [50 + 10 * p.x[t], 50 + 10 * p.y[t]];
    const drawn = (step) => {
      const pen = new SvgPen(100, 100);
      drawPaths(pen, frame, pathsOf(race), step, 0, palette(), place);
      return pen.finish("");
    };
    assert.match(drawn(2), /A diverged/);
    assert.doesNotMatch(drawn(2), /B diverged/);
    assert.doesNotMatch(drawn(1), /diverged/);
    assert.match(drawn(2), /points="100,50 /); // the arrowhead's point
  },

  "log scales leave gaps"() {
    const series = [{ label: "a", values: [1, 0, -1, NaN, 0.1] }, { label: "b", values: [2] }];
    assert.deepEqual(dataOf({ series }), { data: [[0, 1, 2, 3, 4], [1, 0, -1, null, 0.1], [2, null, null, null, null]], lost: 0 });
    assert.deepEqual(dataOf({ series, log: true }), { data: [[0, 1, 2, 3, 4], [1, null, null, null, 0.1], [2, null, null, null, null]], lost: 2 });
    assert.deepEqual(dataOf({ series, loglog: true }).data[0], [1, 2, 3, 4]);
    assert.deepEqual(dataOf({ series: [] }), { data: [[]], lost: 0 });
  },

  "a chart as SVG has a piece for each stretch"() {
    const chart = { title: "Loss", x: "step", log: true, series: [{ label: "a", values: [1, 2, 0, 3, 4] }] };
    const text = chartSvg(chart, dataOf(chart).data, () => ({ color: "#0000ff", dash: [] }));
    wellFormed(text);
    assert.equal(text.match(/<polyline[^>]*stroke="#0000ff" stroke-width="1.8"/g).length, 2);
    wellFormed(chartSvg({ title: "", x: "", series: [] }, [[]], () => ({})));
  },

  "the camera looks at the middle"() {
    for (const turn of [0, 1, 4]) {
      const c = cameraAt(turn, 0.7, 4, 1.5);
      assert.ok(Math.abs(c.project(0, 0, 0)[0] - 0.5) < 1e-6);
      assert.ok(c.project(0, 0, 0.5)[1] < c.project(0, 0, -0.5)[1], "up is up");
    }
    const middle = (tilt, away) => cameraAt(2, tilt, away, 1.5).project(0, 0, 0)[1];
    assert.ok(Math.abs(middle(0.3, 3) - middle(1.2, 8)) < 1e-6, "the middle stays where it is");
    const front = cameraAt(0, 0.7, 4, 1.5);
    assert.ok(front.project(1, -1, 0)[0] > front.project(-1, -1, 0)[0], "x to the right");
    assert.ok(front.project(0, -1, 0)[1] > front.project(0, 1, 0)[1], "y away from the eye");
    assert.ok(Math.abs(Math.hypot(...front.eye) - 4) < 1e-12);
  },

  "the picture in words"() {
    const s = surfaceOf({ ...replyOf(5, 4, { x0: 0, x1: 4, y0: 0, y1: 3 }, (x, y) => x + y) });
    const paths = [{ label: "A", diverged: 2, x: [1, 2, 3], y: [1, 1, 1], loss: [2, 3, 1e9] }];
    const view = { step: 1, at: { x: 1, y: 1 } };
    assert.match(inWords(s, s.box, paths, view), /start at 1, 1\. A: step 1, at 2, 1, loss 3\./);
    assert.match(inWords(s, s.box, paths, { ...view, step: 9 }), /A: diverged at step 2, step 2,/);
    const scale = scaleOf({ x: 0, y: 0, w: 400, h: 300 }, s.box);
    const place = (on) => (p, t) => [on.px(p.x[t]), on.py(p.y[t])];
    const under = (px, py, v = view) => underPointer(scale, s, paths, v, place, px, py);
    assert.equal(under(203, 201), "A: step 1, at 2, 1, loss 3");
    assert.equal(under(300, 200), "x 3, y 1, loss ≈ 4"); // the run is not there yet
    const layer = { width: 2, height: 1, values: [0, NaN], box: s.box, scale: classScale(["left"], "none") };
    assert.equal(under(10, 150, { ...view, layer }), "x 0.1, y 1.5, loss ≈ 1.6, left");
    assert.equal(under(390, 150, { ...view, layer }), "x 3.9, y 1.5, loss ≈ 5.4");
    assert.match(inWords(s, s.box, [], { ...view, layer }), /left: 50 %/);
  },

  "steps in words"() {
    const scale = stepScale(100);
    assert.equal(scale.text(-1), "diverged");
    assert.equal(scale.text(1), "1 step");
    assert.equal(scale.words([-1, -2, 5, 7]), "2 cells arrive, fewest steps 5, 1 diverge, 1 do not arrive");
    for (const v of [-2, -1, 0, 50, 100]) assert.equal(bytesOf(scale.color(v, palette())).length, 3);
  },
};

const linear = (bytes) => Array.from(bytes, (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));

function oklab([r, g, b]) {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function luminance(bytes) {
  const [r, g, b] = linear(bytes);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function atLeast(ratio, a, b, what) {
  const [low, high] = [luminance(bytesOf(a)), luminance(bytesOf(b))].sort((x, y) => x - y);
  const got = (high + 0.05) / (low + 0.05);
  assert.ok(got >= ratio, `${what}: contrast ${got.toFixed(2)}, want ${ratio}`);
}

function replyOf(width, height, box, f) {
  const at = (a, b, i, n) => (n > 1 ? a + ((b - a) * i) / (n - 1) : a);
  const grid = Float32Array.from({ length: width * height }, (_, i) =>
    f(at(box.x0, box.x1, i % width, width), at(box.y0, box.y1, Math.floor(i / width), height)));
  return { value: { width, height, box, dim: height > 1 ? 2 : 1 }, arrays: { grid } };
}

/** Every element is closed in its turn, and no stray sign stands between them. */
function wellFormed(text) {
  const open = [];
  let rest = text;
  for (const [tag, end, name, , empty] of text.matchAll(/<(\/?)([a-zA-Z]+)((?:\s[a-zA-Z-]+="[^"<]*")*)(\/?)>/g)) {
    rest = rest.replace(tag, "");
    if (end) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /[<>]|&(?!amp;|lt;|gt;|quot;)/);
}

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    test();
  } catch (err) {
    failed++;
    console.log(`${name}: ${err.message}`);
  }
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

// What the picture shows under its contours instead of the loss: to which minimum a run goes from each
// place. The rows come one after the other, and each is shown when it is there.

import { Dropped } from "lab/engine.js";
import { short } from "lab/axes.js";
import { classScale } from "lab/scales.js";
import { without } from "lab/state.js";

const width = 64;
const height = 48;
const rows = 2; // asked for at once, so that other questions wait little

/**
 * @param {import("lab/lab.js").Lab} lab
 * @param {() => void} changed called when the layer has more rows
 */
export function createLens(lab, changed) {
  let subject = ""; // what the layer depends on
  let layer = null;
  let serial = 0;

  async function fill(mine, run, ctx) {
    const { minima, box } = ctx.surface.value;
    const names = minima.map((p, i) => `ends at minimum ${i + 1} (${short(p.x)}, ${short(p.y)})`);
    const values = new Float32Array(width * height).fill(NaN);
    for (let from = 0; from < height; from += rows) {
      const { arrays } = await lab.ask("basins", { ...box, run, width, height, from, to: from + rows, channel: "basins" }, ctx.query);
      if (mine !== subject) return;
      values.set(arrays.cells, from * width);
      layer = { serial: ++serial, width, height, values, box, scale: classScale(names, "ends near no minimum") };
      changed();
    }
  }

  return {
    /** The layer for what is shown, or null for the loss. */
    layerOf(ctx) {
      const wanted = ctx.state.keys.lens?.text === "basins" && ctx.surface.value.dim === 2;
      const next = wanted ? [without(ctx.numbers, ["at"]), ctx.ground, ctx.view.sel].join() : "";
      if (next !== subject) {
        subject = next;
        layer = null;
        if (wanted) fill(next, ctx.view.sel, { ...ctx }).catch((err) => err instanceof Dropped || lab.fail(err));
      }
      return layer;
    },
  };
}

// The stage: the picture of the objective with its runs, in the plane or as a landscape, and the
// steps.

import { createPicture } from "lab/picture.js";
import { createPlayback } from "lab/playback.js";
import { createSurface3d } from "lab/surface3d.js";
import { h, icon } from "lab/dom.js";
import { createLens } from "lab/lens.js";
import { tableBehind } from "lab/tables.js";
import { addKey } from "lab/bar.js";
import { elements } from "lab/call.js";
import { without } from "lab/state.js";

/**
 * @param {HTMLElement} root
 * @param {import("lab/lab.js").Lab} lab
 */
export function createStage(root, lab) {
  const canvas = h("canvas", { id: "picture" });
  const plane = h("div", { class: "frame" }, canvas);
  const space = h("div", { class: "frame", hidden: true });
  const steps = h("div", { id: "playback" });
  const open = h("a", { id: "open-lab", target: "_blank", rel: "noopener" }, "Open the lab");
  const note = h("p", { class: "soft", id: "stage-note", hidden: true });
  root.append(plane, space, note, steps, h("p", { class: "embed-only" }, open));

  const picture = createPicture(canvas, lab);
  const table = tableBehind(root, picture.table);
  const lens = createLens(lab, lab.redraw);
  let landscape = null; // made when it is first wanted
  const button = (id, sign, what, act) => h("button", { type: "button", id, title: what, "aria-label": what, onclick: act }, sign);
  const three = button("three", "3D", "3D landscape", () => lab.set({ three: lab.get("three") === "1" ? null : "1" }));
  const basins = button("lens", icon("basins"), "Where runs end", () => lab.set({ lens: lab.get("lens") === "basins" ? null : "basins" }));
  const zooms = [
    button("zoom-in", icon("plus"), "Zoom in", picture.zoomIn),
    button("zoom-out", icon("minus"), "Zoom out", picture.zoomOut),
    button("zoom-reset", icon("whole"), "Show all", picture.reset),
  ];
  const tools = h("div", { class: "tools", role: "group", "aria-label": "View" }, three, basins, zooms);
  root.append(tools);

  const playback = createPlayback(steps, (step, rests) => {
    lab.set({ step: rests && step === last ? null : String(step) }, { replace: true });
  });
  let last = 0;
  addKey(" ", "play or pause", playback.toggle);
  addKey("ArrowRight", "a step on, in the picture's focus the start instead", () => playback.forward());
  addKey("ArrowLeft", "a step back", () => playback.back());
  addKey("Home", "to the first step", () => playback.seek(0));
  addKey("End", "to the last step", () => playback.seek(last));

  const film = document.createElement("canvas");
  let shown = picture; // or the landscape
  lab.stage = {
    /** The picture of a step in the plane, until the next one is asked for. */
    still(step) {
      picture.film(film, step);
      return film;
    },
    svg: () => shown.svg(),
    /** Plays the runs from the start. */
    play() {
      playback.seek(0);
      playback.toggle();
    },
  };

  /** Where the runs begin by the text, which may be ahead of what is known of the experiment. */
  function startOf(ctx) {
    const now = elements(lab.get("at") ?? "").map(Number);
    const ahead = now.length === ctx.surface.value.dim && now.every(Number.isFinite);
    return ahead ? now : elements(ctx.state.keys.at.text).map(Number);
  }

  function inSpace(view) {
    if (!view.three) return null;
    landscape ??= createSurface3d(space, (why) => {
      note.textContent = why;
      note.hidden = false;
      lab.set({ three: null }, { replace: true });
    });
    return landscape;
  }

  return {
    /** @param {import("lab/lab.js").Context} ctx */
    update(ctx) {
      root.hidden = ctx.state.network;
      if (!ctx.surface || !ctx.race) return;
      const flat = ctx.surface.value.dim === 1;
      shown = (!flat && inSpace(ctx.view)) || picture;
      const spatial = shown !== picture;
      plane.hidden = spatial;
      space.hidden = !spatial;
      three.hidden = flat;
      three.setAttribute("aria-pressed", String(spatial));
      basins.hidden = flat || spatial;
      basins.setAttribute("aria-pressed", String(lab.get("lens") === "basins"));
      for (const z of zooms) z.hidden = spatial;

      const [x, y = 0] = startOf(ctx);
      const view = { step: ctx.view.step, run: ctx.view.sel, at: { x, y }, arrows: lab.overlay.arrows, veiled: lab.overlay.veiled, layer: lens.layerOf(ctx) };
      picture.draw(ctx.race, ctx.surface, view);
      if (spatial) landscape.draw(ctx.race, ctx.surface, view);
      table.refresh();
      last = ctx.race.value.steps;
      playback.update({ step: ctx.view.step, steps: last });
      open.href = `${location.href.replace(/#.*/, "")}#${without(ctx.query, ["embed"])}`;
    },
  };
}

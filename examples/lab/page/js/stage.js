// The stage: the picture of the objective with its runs, and what can be done to the view.

import { createPicture } from "lab/picture.js";
import { h, icon } from "lab/dom.js";
import { elements } from "lab/call.js";

/**
 * @param {HTMLElement} root
 * @param {import("lab/lab.js").Lab} lab
 */
export function createStage(root, lab) {
  const canvas = h("canvas", { id: "picture" });
  const frame = h("div", { class: "frame" }, canvas);
  const button = (id, sign, what, act) => h("button", { type: "button", id, title: what, "aria-label": what, onclick: act }, icon(sign));
  const picture = createPicture(canvas, lab);
  const tools = h("div", { class: "tools", role: "group", "aria-label": "View" },
    button("zoom-in", "plus", "Zoom in", picture.zoomIn),
    button("zoom-out", "minus", "Zoom out", picture.zoomOut),
    button("zoom-reset", "whole", "Show all", picture.reset));
  frame.append(tools);
  const open = h("a", { id: "open-lab", target: "_blank", rel: "noopener" }, "Open the lab");
  root.append(frame, h("p", { class: "embed-only" }, open));

  return {
    picture,
    /** @param {import("lab/lab.js").Context} ctx */
    update(ctx) {
      frame.hidden = !ctx.surface;
      open.href = location.href.replace(/#.*/, "") + "#" + ctx.query.replace(/(^|&)embed=1/, "");
      if (!ctx.surface) return;
      const [x, y = 0] = elements(ctx.state.keys.at.text).map(Number);
      picture.draw(ctx.race, ctx.surface, {
        step: ctx.view.step, run: ctx.view.sel, at: { x, y }, arrows: lab.overlay.arrows, lens: lab.get("lens"),
      });
    },
  };
}

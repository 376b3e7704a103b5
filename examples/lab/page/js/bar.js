// The bar: undo and redo, theme, help, and the keys of the whole page.

import { h, icon } from "lab/dom.js";
import * as state from "lab/state.js";

/** Keys that work wherever no field has the focus: what each is, and what it does. */
const keys = [
  ["?", "this help", () => document.getElementById("help-open").click()],
  ["u", "undo", () => history.back()],
  ["r", "redo", () => history.forward()],
];

const names = { " ": "space", ArrowRight: "→", ArrowLeft: "←" };

/** Adds a key of the whole page to the help and to what keys do. */
export function addKey(key, what, act) {
  keys.push([key, what, act]);
}

/** @param {import("lab/lab.js").Lab} lab */
export function connectBar(lab) {
  const element = (id) => document.getElementById(id);
  element("undo").append(icon("undo"));
  element("redo").append(icon("redo"));
  element("undo").onclick = () => history.back();
  element("redo").onclick = () => history.forward();
  element("theme").onchange = (event) => lab.set({ theme: event.target.value === "auto" ? null : event.target.value });
  element("help-open").onclick = () => {
    element("keys").replaceChildren(...keys.flatMap(([key, what]) => [h("dt", {}, names[key] ?? key), h("dd", {}, what)]));
    element("help").showModal();
  };
  element("badge").onclick = () => lab.set({ tab: "take" });
  addEventListener("keydown", press);
  return {
    still: true,
    /** @param {import("lab/lab.js").Context} ctx */
    update(ctx) {
      const hash = ctx.race?.value.hash;
      element("badge").hidden = !hash;
      element("badge").textContent = `same bits: ${hash}`;
      element("undo").disabled = !state.canUndo();
      element("redo").disabled = !state.canRedo();
      element("theme").value = state.get("theme") ?? "auto";
    },
  };
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  // What has the focus has its own use for the key.
  if (event.target.closest("input, select, textarea, dialog, [role=tab], [role=application], [contenteditable]")) return;
  if (event.key === " " && event.target.closest("button, summary, a")) return;
  const found = keys.find(([key]) => key === event.key);
  if (!found || (found[0] === "u" && !state.canUndo())) return;
  event.preventDefault();
  found[2]();
}

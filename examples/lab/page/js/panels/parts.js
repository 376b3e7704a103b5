// What several panels are made of.

import { h } from "lab/dom.js";
import { short } from "lab/axes.js";
import { swatch } from "lab/colors.js";

/** A button that does something with the experiment. */
export const button = (id, label, onclick, more = {}) => h("button", { type: "button", id, onclick, ...more }, label);

/** A part of a panel, with a title. */
export function part(title, ...children) {
  return h("section", {}, h("h3", {}, title), ...children);
}

/** An element of MathML text, which the engine has written. */
export function math(text) {
  const template = document.createElement("template");
  template.innerHTML = text;
  return template.content;
}

/** A word for the reader where a panel has nothing to show, with buttons that change this. */
export function emptiness(...children) {
  return h("div", { class: "emptiness", hidden: true }, ...children);
}

/**
 * A choice of one among a few, as radio buttons in a row.
 * @param {string} id of the group; that of each button has its value after it
 * @param {string} label
 * @param {[string, string][]} words values and their titles
 * @param {(value: string) => void} set
 */
export function createChoice(id, label, words, set) {
  const inputs = words.map(([value]) =>
    h("input", { type: "radio", name: id, id: `${id}-${value}`, value, onchange: () => set(value) }));
  const element = h("fieldset", { class: "choice", id },
    h("legend", {}, label),
    words.map(([, title], i) => h("label", {}, inputs[i], h("span", {}, title))));
  return {
    element,
    show(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

/**
 * A table of the runs. The first cell of a row looks at the run.
 * @param {string} id of the table; that of a cell is that of the run's number and its name after it
 * @param {import("lab/lab.js").Lab} lab
 * @param {[string, string, (run: object, i: number) => string][]} columns name, title and text of each; a
 *   name with a # before it is that of numbers
 */
export function runTable(id, caption, lab, columns) {
  const body = h("tbody", { id });
  const head = columns.map(([name, title]) => h("th", { scope: "col", class: name[0] === "#" ? "number" : null }, title));
  const element = h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", { class: "hidden" }, caption), h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "run"), head)), body));
  let before = "";
  return {
    element,
    /** @param {{label: string}[]} runs */
    show(runs, selected) {
      const rows = runs.map((run, i) => columns.map(([, , of]) => of(run, i)));
      const now = JSON.stringify([rows, runs.map((r) => r.label), selected, document.documentElement.dataset.theme]);
      if (now === before) return;
      before = now;
      const focused = body.contains(document.activeElement) ? document.activeElement.id : "";
      body.replaceChildren(...runs.map((run, i) => {
        const look = button(`${id}-${i}-look`, "", () => lab.set({ sel: i === 0 ? null : String(i) }), { class: "look", "aria-pressed": String(i === selected) });
        look.innerHTML = swatch(i);
        look.append(h("span", {}, run.label));
        return h("tr", { class: i === selected ? "selected" : null }, h("th", { scope: "row" }, look),
          columns.map(([name], k) => h("td", { id: `${id}-${i}-${name.replace("#", "")}`, class: name[0] === "#" ? "number" : null }, rows[i][k])));
      }));
      if (focused) document.getElementById(focused)?.focus();
    },
  };
}

/** What a run's row says of how it ended. */
export const noteOf = ({ diverged, note }) => [diverged >= 0 ? `diverged at step ${diverged}` : "", note].filter(Boolean).join(": ");

/** Losses as their chart shows them: on a log scale how far they are above the least, if there is one. */
export function lossesOf({ surface, view }) {
  const { least } = surface.value;
  const log = view.axis !== "linear";
  const shift = log && Number.isFinite(least) ? least : 0;
  return {
    title: shift ? `Loss above ${short(shift)}, the least` : "Loss",
    log,
    of: (values) => (shift ? Float64Array.from(values, (v) => v - shift) : values),
  };
}

// A field: a label, a control for one value, what it is for, and what is wrong with it.

import { h } from "lab/dom.js";
import { elements, list } from "lab/call.js";

/**
 * What a field edits.
 * @typedef {object} Field
 * @property {string} id of the control
 * @property {string} label
 * @property {"number"|"integer"|"bool"|"word"|"integers"} kind
 * @property {string} [about]
 * @property {string[]|[string, string][]} [words] of kind word: values, or values with their titles
 * @property {() => string} value its present text
 * @property {(text: string|null, options?: {replace?: boolean}) => void} set null for the default
 * @property {(p: {key: string, text: string}) => boolean} [owns] whether a problem is about it
 *
 * @typedef {{element: HTMLElement, update: (ctx: import("lab/lab.js").Context, taken: Set<object>) => void}} Control
 */

/** @param {Field} field @returns {Control} */
export function createField(field) {
  const input = controlOf(field);
  input.id = field.id;
  const message = h("p", { class: "message", id: `${field.id}-message`, hidden: true });
  const about = field.about ? h("small", { class: "about", id: `${field.id}-about` }, field.about) : null;
  const label = h("label", { for: field.id }, field.label);
  const element = h("div", { class: `field of-${field.kind}` }, label, input, about, message);
  return {
    element,
    update(ctx, taken) {
      show(field, input);
      const problem = field.owns && ctx.problems.find((p) => field.owns(p));
      if (problem) taken.add(problem);
      message.hidden = !problem;
      message.textContent = problem?.message ?? "";
      input.setAttribute("aria-invalid", String(Boolean(problem)));
      const described = [about?.id, problem && message.id].filter(Boolean).join(" ");
      if (described) input.setAttribute("aria-describedby", described);
      else input.removeAttribute("aria-describedby");
    },
  };
}

function controlOf(field) {
  switch (field.kind) {
    case "bool":
      return h("input", { type: "checkbox", onchange: (e) => field.set(e.target.checked ? "1" : "0") });
    case "word": {
      const options = field.words.map((w) => (Array.isArray(w) ? h("option", { value: w[0] }, w[1]) : h("option", { value: w }, w)));
      return h("select", { onchange: (e) => field.set(e.target.value) }, ...options);
    }
  }
  return h("input", {
    type: "text",
    inputmode: field.kind === "integers" ? null : field.kind === "integer" ? "numeric" : "decimal",
    autocomplete: "off",
    spellcheck: "false",
    onchange: (e) => field.set(textOf(field, e.target.value.trim())),
  });
}

function textOf(field, typed) {
  if (typed === "") return null;
  return field.kind === "integers" ? list(elements(typed.replaceAll(" ", ""))) : typed;
}

function show(field, input) {
  const value = field.value();
  if (field.kind === "bool") {
    input.checked = value === "1" || value.toLowerCase() === "true";
    return;
  }
  const text = field.kind === "integers" ? elements(value).join(", ") : value;
  if (input.value === text) return;
  if (input.tagName === "SELECT") {
    const known = [...input.options].find((o) => o.value.toLowerCase() === text.toLowerCase());
    input.value = known?.value ?? "";
  } else input.value = text;
}

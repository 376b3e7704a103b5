// The objective: what goes down, from where.

import { elements, find, read } from "lab/call.js";
import { h, refill } from "lab/dom.js";
import { createField } from "lab/fields.js";
import { createOption } from "lab/schedule.js";

/** So many options are seen at once. */
const most = 5;

/** @param {import("lab/lab.js").Lab} lab */
export function createObjective(lab) {
  const { objectives, schedules } = lab.catalog;
  let state = null;
  const text = () => lab.get("f") || state.objective.text;
  const call = { id: "f", value: text, set: (to, options) => lab.set({ f: to }, options) };

  const kind = createField({
    id: "objective", label: "Objective", kind: "word", words: objectives.map((o) => [o.name, o.title]),
    value: () => read(text()).name,
    // Where runs begin and what is shown suit one objective, seldom the next.
    set: (name) => {
      const fresh = { f: name, at: null, box: null, batch: null, step: null, lens: null };
      // A network has a panel of its own, and others none of its.
      lab.set(state.network || name === "network" ? { ...fresh, tab: null } : fresh);
    },
    owns: (p) => p.key === "f" && p.text === text(),
  });
  const about = h("p", { class: "soft", id: "objective-about" });
  const formula = h("p", { class: "formula", id: "objective-formula", tabIndex: 0, role: "group", "aria-label": "Formula" }); // keys scroll it
  const options = h("div", { class: "fields", id: "objective-options" });
  const start = h("div", { class: "pair", id: "start", role: "group", "aria-label": "Start" });
  const element = h("section", { "aria-labelledby": "objective-title" },
    h("h2", { id: "objective-title" }, "Objective"), kind.element, formula, about, options, start);
  let built = null;
  let fields = [];
  let ends = [];

  function startOf() {
    const given = elements(lab.get("at") ?? "");
    return given.length === state.dim ? given : elements(state.keys.at.text);
  }

  function build(entry) {
    fields = (entry?.options ?? []).map((o) => createOption(o, call, schedules));
    const dim = entry?.dim ?? 0;
    ends = ["x", "y"].slice(0, dim).map((axis, k) =>
      createField({
        id: `at-${axis}`, label: `Start ${axis}`, kind: "number",
        value: () => startOf()[k] ?? "",
        set: (v) => lab.set({ at: v === null ? null : startOf().with(k, v).join(",") }),
        owns: (p) => p.key === "at" && k === 0,
      }));
    const shown = fields.map((f) => f.element);
    const rest = shown.splice(most);
    refill(options, shown, rest.length > 0 ? h("details", {}, h("summary", { id: "objective-more" }, "More"), rest) : []);
    refill(start, ends.map((f) => f.element));
    about.textContent = entry?.about ?? "";
  }

  return {
    element,
    /** @param {import("lab/lab.js").Context} ctx */
    update(ctx, taken) {
      state = ctx.state;
      const entry = find(objectives, read(text()).name);
      if (entry !== built) build((built = entry));
      const own = { ...ctx, problems: ctx.problems.filter((p) => p.key === "f" || p.key === "at") };
      for (const f of [...fields, ...ends, kind]) f.update(own, taken);
      const shown = ctx.surface?.value.formula ?? "";
      if (formula.dataset.text !== shown) {
        formula.innerHTML = shown;
        formula.dataset.text = shown;
      }
    },
  };
}

/** Whether the objective is a mean over samples. */
export const hasSamples = (ctx) => ctx.state.samples > 0;

// What all runs have in common: how far they go, at which rates, on which samples.

import { h } from "lab/dom.js";
import { createField } from "lab/fields.js";
import { hasSamples } from "lab/objective.js";

/** @param {import("lab/lab.js").Lab} lab */
export function createSettings(lab) {
  const usual = Object.fromEntries(lab.catalog.keys.map((k) => [k.name, k.default]));
  const field = (key, label, kind, more = {}) =>
    createField({
      id: key, label, kind,
      value: () => lab.get(key) || usual[key],
      set: (text, options) => lab.set({ [key]: text === usual[key] ? null : text }, options),
      owns: (p) => p.key === key,
      ...more,
    });

  const steps = field("steps", "Steps", "integer");
  const rates = field("rates", "Rates", "word", {
    words: [["given", "as given"], ["best", "each at its best"]],
    about: "Fair is a race in which each run has the best rate that the same number of trials finds.",
  });
  const budget = field("budget", "Trials for each", "integer");
  const target = field("target", "Goal", "number", { about: "Above the least loss by so much, a run has arrived." });
  const batch = field("batch", "Samples in a batch", "integer", { about: "0 for all of them." });
  const seed = field("seed", "Seed", "integer", { about: "Of the order of the samples." });
  const type = field("type", "Numbers", "word", { words: [["f32", "float32"], ["f64", "float64"]] });
  const all = [steps, rates, budget, target, batch, seed, type];
  const tuning = h("progress", { id: "tuning", "aria-label": "Trials done", hidden: true });
  const samples = h("div", { class: "fields" }, batch.element, seed.element);
  const element = h("section", { "aria-labelledby": "settings-title" },
    h("h2", { id: "settings-title" }, "Race"),
    h("div", { class: "pair" }, steps.element, type.element),
    rates.element, budget.element, tuning, samples,
    h("details", {}, h("summary", { id: "settings-more" }, "More"), h("div", { class: "fields" }, target.element)));
  return {
    element,
    /** Shows how many trials of all have found the best rates so far. */
    tuned(done, total) {
      tuning.hidden = done >= total;
      tuning.max = total;
      tuning.value = done;
    },
    /** @param {import("lab/lab.js").Context} ctx */
    update(ctx, taken) {
      for (const f of all) f.update(ctx, taken);
      budget.element.hidden = lab.get("rates") !== "best";
      samples.hidden = !hasSamples(ctx);
    },
  };
}

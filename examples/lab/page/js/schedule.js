// The editor of a schedule: a kind, its options, and the schedules inside it.

import { arg, elements, find, list, read, withArg } from "lab/call.js";
import { h, icon, refill } from "lab/dom.js";
import { createField } from "lab/fields.js";

/**
 * @param {object} place where the schedule's text is
 * @param {string} place.id
 * @param {string} place.label
 * @param {() => string} place.value its text, empty for none
 * @param {(text: string|null, options?: object) => void} place.set
 * @param {boolean} [place.needed] whether there is always one
 * @param {object[]} kinds of the catalogue
 * @returns {import("lab/fields.js").Control}
 */
export function createSchedule(place, kinds) {
  const words = kinds.map((k) => [k.name, k.name]);
  if (!place.needed) words.unshift(["", "constant"]);
  const kind = createField({
    id: place.id, label: place.label, kind: "word", words,
    value: () => read(place.value()).name,
    set: (name) => place.set(name || null),
    owns: (p) => p.text === place.value() && p.text !== "",
  });
  const inside = h("div", { class: "nested" });
  const element = h("div", { class: "schedule" }, kind.element, inside);
  let built = null;
  let fields = [];
  return {
    element,
    update(ctx, taken) {
      const { name } = read(place.value());
      if (name !== built) {
        built = name;
        const entry = find(kinds, name);
        fields = (entry?.options ?? []).map((f) => createOption(f, place, kinds));
        refill(inside, entry?.about ? h("small", { class: "about" }, entry.about) : [], fields.map((f) => f.element));
        inside.hidden = fields.length === 0;
      }
      for (const f of fields) f.update(ctx, taken);
      kind.update(ctx, taken);
    },
  };
}

/**
 * The control of one option of a call.
 * @param {object} field of the catalogue
 * @param {{id: string, value: () => string, set: Function}} call where the call's text is
 */
export function createOption(field, call, kinds) {
  const place = {
    id: `${call.id}-${field.name}`,
    label: field.name,
    value: () => arg(call.value(), field.name) ?? field.default ?? "",
    set: (text, options) => call.set(withArg(call.value(), field.name, text), options),
  };
  if (field.kind === "schedule") return createSchedule(place, kinds);
  if (field.kind === "schedules") return createSchedules(place, kinds);
  return createField({
    ...place,
    kind: field.kind, about: field.about, words: field.words,
    owns: (p) => p.text === `${field.name}=${arg(call.value(), field.name)}`,
  });
}

/** A list of schedules, one after the other. */
function createSchedules(place, kinds) {
  const items = h("div", { class: "nested" });
  const add = h("button", { type: "button", id: `${place.id}-add`, onclick: () => place.set(list([...elements(place.value()), kinds[0].name])) }, "Add a schedule");
  const element = h("div", { class: "schedule", role: "group", "aria-label": place.label }, h("span", { class: "label" }, place.label), items, add);
  let parts = [];
  const setAt = (i, text, options) => {
    const all = elements(place.value());
    if (text === null) all.splice(i, 1);
    else all[i] = text;
    place.set(list(all), options);
  };
  return {
    element,
    update(ctx, taken) {
      const n = elements(place.value()).length;
      if (n !== parts.length) {
        parts = Array.from({ length: n }, (_, i) =>
          createSchedule({
            id: `${place.id}-${i}`, label: `${i + 1}.`, needed: true,
            value: () => elements(place.value())[i] ?? "",
            set: (text, options) => setAt(i, text, options),
          }, kinds));
        refill(items, parts.map((p, i) => h("div", { class: "item" }, p.element,
          h("button", { type: "button", class: "quiet", id: `${place.id}-${i}-remove`, "aria-label": `Remove schedule ${i + 1}`, onclick: () => setAt(i, null) }, icon("close")))));
      }
      for (const p of parts) p.update(ctx, taken);
    },
  };
}

// The tour: experiments with a question that is answered before the runs are seen, and why they went
// as they did. The lesson and the answer are part of the page's address.

import { change, get, numbersOf } from "lab/state.js";
import { h } from "lab/dom.js";
import { button } from "lab/panels/parts.js";
import { panels } from "lab/panels.js";
import { createWork } from "lab/panels/work.js";

let lab;
let ctx;
let parts;
let lessons = [];
let machines = [];
let built = ""; // the lesson that the page shows
let own = null; // the numbers of its experiment

export const panel = {
  id: "tour",
  title: "Tour",
  mount(root, of) {
    lab = of;
    const go = (by) => () => open(lessons[at() + by]);
    const back = button("tour-back", "Previous", go(-1));
    const on = button("tour-next", "Next", go(1));
    const choice = h("select", { id: "tour-lesson", onchange: () => open(lessons.find((l) => l.id === choice.value) ?? null) });
    const intro = h("div", { id: "tour-intro" },
      h("p", {}, "Each lesson is an experiment with a question. Guess how it goes, run it, and see why. Everything can be changed on the way."),
      h("ol", { class: "lessons" }));
    const lesson = h("article", { id: "tour-page", "aria-live": "polite" });
    const work = createWork(root, "tour", "Lessons");
    parts = { back, on, choice, intro, lesson, work };
    root.append(
      h("div", { class: "row stepper" }, back, h("label", { for: "tour-lesson", class: "hidden" }, "Lesson"), choice, on),
      intro, lesson, work.element);
  },
  update(next) {
    ctx = next;
    parts.work.on("lessons", load, 0);
    if (lessons.length > 0) show();
  },
};

async function load() {
  const { value } = await lab.ask("tour");
  lessons = value.presets;
  machines = value.machines;
  parts.choice.replaceChildren(h("option", { value: "" }, "All lessons"), ...lessons.map((l, i) => h("option", { value: l.id }, `${i + 1}. ${l.title}`)));
  parts.intro.querySelector("ol").replaceChildren(...lessons.map((l) => h("li", {}, button(`tour-open-${l.id}`, l.title, () => open(l), { class: "link" }))));
  show();
}

/** The number of the lesson that is shown, -1 for none. */
const at = () => lessons.findIndex((l) => l.id === get("lesson"));

/** Makes a lesson's experiment the page's, or leaves the tour: null. */
function open(lesson) {
  if (!lesson) {
    lab.set({ lesson: null, guess: null });
    return;
  }
  const network = lesson.tab === "network";
  lab.go(change(lesson.query, { tab: "tour", lesson: lesson.id, step: network ? null : "0", theme: get("theme") ?? null }));
}

function show() {
  const i = at();
  const lesson = lessons[i];
  parts.back.disabled = i <= 0;
  parts.on.disabled = i === lessons.length - 1;
  parts.choice.value = lesson?.id ?? "";
  parts.intro.hidden = Boolean(lesson);
  parts.lesson.hidden = !lesson;
  const guess = Number(get("guess") ?? 0);
  veil(Boolean(lesson) && guess === 0);
  if (!lesson) {
    built = "";
    return;
  }
  if (built !== lesson.id) build(lesson);
  answer(lesson, guess);
}

/** Hides how the runs go, as long as it is to be guessed. */
function veil(veiled) {
  if (Boolean(lab.overlay.veiled) === veiled) return;
  lab.overlay = { arrows: [], veiled };
  lab.redraw();
}

function build(lesson) {
  built = lesson.id;
  own = null;
  const inputs = lesson.choices.map((_, k) => h("input", { type: "radio", name: "tour-choice", id: `tour-choice-${k}`, onchange: () => (run.disabled = false) }));
  const run = button("tour-run", "Run it and see", () => guessed(lesson, inputs.findIndex((x) => x.checked)), { class: "primary", disabled: true });
  const choices = h("fieldset", { class: "guesses" }, h("legend", {}, "Your guess"),
    lesson.choices.map((text, k) => h("label", {}, inputs[k], h("span", {}, text))));
  const why = h("div", { id: "tour-why", role: "status" });
  Object.assign(parts, { inputs, run, why, said: "" });
  parts.lesson.replaceChildren(h("h3", { id: "tour-title" }, lesson.title), h("p", { id: "tour-question" }, lesson.question), choices, h("p", {}, run), why);
  lab.ask("state", {}, lesson.query).then(({ value }) => {
    own = numbersOf(value.query);
    if (built === lesson.id) show();
  }, lab.fail);
}

function guessed(lesson, k) {
  lab.set({ guess: String(k + 1) });
  if (lesson.tab !== "network" && ctx.race) lab.stage.play();
}

/** Says whether a guess is right, and why. */
function answer(lesson, guess) {
  const { inputs, run, why } = parts;
  if (guess > 0) inputs.forEach((input, k) => (input.checked = k === guess - 1));
  inputs.forEach((input, k) => {
    input.disabled = guess > 0;
    input.parentElement.classList.toggle("right", guess > 0 && k === lesson.answer);
    input.parentElement.classList.toggle("wrong", k === guess - 1 && k !== lesson.answer);
  });
  run.hidden = guess > 0;
  const hash = ctx.race?.value.hash;
  const changed = own !== null && own !== ctx.numbers;
  const now = JSON.stringify([lesson.id, guess, hash, changed]);
  if (now === parts.said) return;
  parts.said = now;
  if (guess === 0) {
    why.replaceChildren();
    return;
  }
  const right = guess - 1 === lesson.answer;
  const tab = panels.find((p) => p.id === lesson.tab);
  const again = lesson.tab === "network" ? null : button("tour-again", "Play it again", () => lab.stage.play());
  why.replaceChildren(
    h("p", { class: right ? "verdict right" : "verdict wrong" }, right ? "✓ Right." : `✗ No: ${lesson.choices[lesson.answer]}.`),
    h("p", {}, lesson.why),
    lesson.guide?.length ? h("p", { class: "soft" }, "In optim/GUIDE.md: ", lesson.guide.join("; "), ".") : "",
    h("p", {}, h("b", {}, "Now: "), lesson.look),
    h("p", { class: "row" },
      again ?? "",
      tab && tab.id !== "tour" ? button("tour-panel", `See it in “${tab.title}”`, () => lab.set({ tab: tab.id })) : "",
      changed ? button("tour-reset", "Back to the lesson's experiment", () => open(lesson)) : ""),
    sameBits(lesson, hash, changed));
}

/** The hash of the lesson's runs on machines of other kinds, beside the one here. */
function sameBits({ hash }, here, changed) {
  if (!hash) return "";
  const equal = !changed && here ? (here === hash ? " and here." : `, but ${here} here.`) : ".";
  return h("p", { class: "soft", id: "tour-hash" }, "Same bits: the runs have the hash ", h("code", {}, hash), ` on ${machines.join(", ")}${equal}`);
}

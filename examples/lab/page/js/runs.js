// The runs: a card for each contender, with its rule, its rate and how it went; all else behind
// "Options".

import { arg, find, read, same, withArg } from "lab/call.js";
import { h, icon, refill } from "lab/dom.js";
import { createField } from "lab/fields.js";
import { createOption } from "lab/schedule.js";
import { createRate } from "lab/rate.js";
import { swatch } from "lab/colors.js";

const most = 6;

/** @param {import("lab/lab.js").Lab} lab */
export function createRuns(lab) {
  const cards = h("div", { id: "runs" });
  const add = h("button", { type: "button", id: "run-add" }, "Add a run");
  const element = h("section", { "aria-labelledby": "runs-title" }, h("h2", { id: "runs-title" }, "Runs"), cards, add);
  let shown = [];
  let texts = [];

  const setTexts = (next, options) => lab.set({ run: next }, options);
  const setAt = (i, text, options) => setTexts(texts.map((t, k) => (k === i ? text : t)), options);
  const dropAt = (i) => {
    const sel = Number(lab.get("sel") ?? 0);
    lab.set({ run: texts.filter((_, k) => k !== i), sel: sel >= i && sel > 0 ? String(sel - 1) : lab.get("sel") ?? null });
  };
  add.onclick = () => {
    const used = texts.map((t) => read(t).name);
    const next = ["SGD", "Momentum", "Adam", "RMSprop", "Adagrad", "Lion"].find((name) => !used.some((u) => same(u, name)));
    setTexts([...texts, next ?? "Adam"]);
  };

  return {
    element,
    /** @param {import("lab/lab.js").Context} ctx */
    limits(ctx) {
      for (const card of shown) card.limit(ctx.limits[card.index]);
    },
    /** @param {import("lab/lab.js").Context} ctx */
    update(ctx, taken) {
      texts = runTexts(ctx, lab);
      const names = texts.map((t) => read(t).name);
      if (names.join() !== shown.map((c) => c.name).join()) {
        shown = names.map((name, i) =>
          createCard(lab, i, name, {
            value: () => texts[i] ?? name,
            set: (text, options) => setAt(i, text, options),
            copy: () => setTexts(texts.toSpliced(i, 0, texts[i])),
            drop: () => dropAt(i),
          }));
        refill(cards, shown.map((c) => c.element));
      }
      add.disabled = texts.length >= most;
      const lost = brokenOf(ctx.problems, texts);
      let index = 0; // in the race, which has no runs that cannot be
      for (const [i, card] of shown.entries()) {
        card.index = lost[i] ? -1 : index++;
        card.update(ctx, taken, card.index, texts.length);
        card.limit(ctx.limits?.[card.index]);
      }
    },
  };
}

/** Which runs cannot be. Of equal texts it is the last ones, since there are at most so many runs. */
function brokenOf(problems, texts) {
  const wrong = problems.filter((p) => p.key === "run").map((p) => p.text);
  return texts.toReversed().map((text) => {
    const at = wrong.indexOf(text);
    if (at >= 0) wrong.splice(at, 1);
    return at >= 0;
  }).reverse();
}

/** The texts of the runs as they stand, or that of the usual one. */
export function runTexts(ctx, lab) {
  const given = lab.all("run").filter(Boolean);
  return given.length > 0 ? given : ctx.state.runs.map((r) => r.text);
}

function createCard(lab, i, name, run) {
  const { methods, schedules } = lab.catalog;
  const method = find(methods, name);
  const id = `run-${i}`;
  const call = { id, value: run.value, set: run.set };
  const fields = optionsOf(method, lab.catalog);
  const lr = fields.find((f) => f.name === "LR");

  const choice = createField({
    id: `${id}-method`, label: `Method of run ${i + 1}`, kind: "word", words: methods.map((m) => m.name),
    value: () => read(run.value()).name,
    set: (to) => run.set(carry(run.value(), to, lab.catalog)),
    owns: (p) => p.key === "run" && p.text === run.value(),
  });
  const look = h("button", { type: "button", id: `${id}-look`, class: "look", onclick: () => lab.set({ sel: i === 0 ? null : String(i) }) });
  const copy = h("button", { type: "button", id: `${id}-copy`, class: "quiet", title: "Duplicate", "aria-label": `Duplicate run ${i + 1}`, onclick: run.copy }, icon("copy"));
  const drop = h("button", { type: "button", id: `${id}-remove`, class: "quiet", title: "Remove", "aria-label": `Remove run ${i + 1}`, onclick: run.drop }, icon("close"));

  const rate = lr && createOption({ ...lr, about: "" }, call, schedules);
  const slider = lr && createRate(`${id}-rate`, `Rate of run ${i + 1}`, (text, options) => run.set(withArg(run.value(), "LR", text), options));
  const row = rate && h("div", { class: "rate-row" }, rate.element, slider.element);
  const own = fields.filter((f) => f !== lr && method.options.includes(f)).map((f) => createOption(f, call, schedules));
  const common = fields.filter((f) => !method.options.includes(f)).map((f) => createOption(f, call, schedules));
  const others = [...own, ...common];
  const summary = h("summary", { id: `${id}-options` });
  const details = others.length > 0 && h("details", {}, summary,
    h("p", { class: "soft", id: `${id}-about` }, method.about),
    h("div", { class: "fields" }, own.map((f) => f.element)),
    h("div", { class: "fields common" }, common.map((f) => f.element)));
  const result = h("p", { class: "result", id: `${id}-result` });
  const element = h("article", { class: "run", "aria-label": `Run ${i + 1}, ${name}` },
    h("header", {}, look, choice.element, copy, drop),
    row, result, details);

  return {
    name,
    element,
    value: run.value,
    limit(found) {
      slider?.limit(found);
    },
    update(ctx, taken, index, count) {
      const outcome = index < 0 ? undefined : ctx.race?.value.runs[index];
      const mine = claim(ctx, taken, call);
      rate?.update(mine, taken);
      if (row) row.hidden = ctx.rated;
      if (lr) slider.update(arg(run.value(), "LR") ?? lr.default);
      for (const f of others) f.update(mine, taken);
      choice.update(mine, taken);
      const selected = ctx.view.sel === i;
      element.classList.toggle("selected", selected && count > 1);
      look.innerHTML = swatch(i);
      look.setAttribute("aria-pressed", String(selected));
      look.setAttribute("aria-label", `Look at run ${i + 1}`);
      drop.disabled = count < 2;
      copy.disabled = count >= most;
      summary.textContent = ["Options", changed(run.value())].filter(Boolean).join(": ");
      result.textContent = outcome ? sentence(outcome, ctx) : "";
    },
  };
}

/** The options of a method, those of every rule included. One of the rule's own name comes first. */
function optionsOf(method, { common }) {
  if (!method?.rule) return method?.options ?? [];
  return [...method.options, ...common.filter((c) => !method.options.some((o) => o.name === c.name))];
}

/** The context with the problems that are about one run alone. */
function claim(ctx, taken, call) {
  const inside = (p) => p.key === "run" && !taken.has(p) && call.value().includes(p.text);
  return { ...ctx, problems: ctx.problems.filter(inside) };
}

/** The text of a run with another method: what the new one has, too, is carried over but its rate. */
function carry(text, to, catalog) {
  const fields = optionsOf(find(catalog.methods, to), catalog);
  const args = read(text).args.filter(([k]) => !same(k, "LR") && fields.some((f) => same(f.name, k)));
  return args.reduce((t, [k, v]) => withArg(t, k, v), to);
}

/** The options other than the rate that are not the usual ones. */
function changed(text) {
  return read(text).args.filter(([k]) => !same(k, "LR")).map(([k, v]) => (v === "1" ? k : `${k} ${v}`)).join(", ");
}

/** How a run went. */
export function sentence(outcome, ctx) {
  const rate = ctx.rated ? `rate ${outcome.lr}, ` : "";
  const note = outcome.note ? `: ${outcome.note}` : "";
  if (outcome.diverged >= 0) return `${rate}diverged at step ${outcome.diverged}${note}`;
  const arrived = outcome.reached >= 0 ? `at the goal after ${outcome.reached} steps, ` : "";
  return `${rate}${arrived}loss ${outcome.final}${note}`;
}

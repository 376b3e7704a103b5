// The step inspector: every term of a step with its numbers, and the vectors among them as arrows on
// the picture.

import { h } from "lab/dom.js";
import { palette } from "lab/colors.js";
import { button, emptiness, math } from "lab/panels/parts.js";
import { createWork } from "lab/panels/work.js";

let lab;
let ctx;
let parts;
let arrows = []; // of the step that is shown, if they begin where the picture shows the run
let lit = ""; // the kind of the only arrow that is drawn, all if empty

export const panel = {
  id: "inspect",
  title: "Inspect",
  mount(root, of) {
    lab = of;
    const go = (by) => lab.set({ step: String(Math.max(0, Math.min(last(), ctx.view.step + by))) });
    const back = button("inspect-back", "One back", () => go(-1));
    const on = button("inspect-on", "One on", () => go(1));
    const begin = button("inspect-first", "First step", () => lab.set({ step: "0" }));
    const step = h("input", {
      type: "text", id: "inspect-step", class: "short", inputmode: "numeric", autocomplete: "off",
      onchange: () => lab.set({ step: String(Math.max(0, (Number.parseInt(step.value, 10) || 1) - 1)) }),
    });
    const title = h("h3", { id: "inspect-title" });
    const where = h("p", { class: "soft", id: "inspect-where" });
    const given = h("p", { class: "given", id: "inspect-given" });
    const body = h("tbody", { id: "inspect-lines" });
    const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "term"), h("th", { scope: "col", class: "number" }, "value")));
    const table = h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Terms of the step" },
      h("table", { class: "terms" }, h("caption", { class: "hidden" }, "Terms of the step"), head, body));
    const check = h("p", { class: "soft", id: "inspect-check" });
    const note = h("p", { id: "inspect-note" });
    const none = emptiness(h("p", {}, "Steps are taken apart on surfaces of one or two parameters. The objective here is a network."));
    const work = createWork(root, "inspect", "Terms");
    const all = h("div", {},
      h("div", { class: "row" }, begin, back, on, h("label", { for: "inspect-step", class: "short" }, "Step"), step),
      title, where, given, table, note, check);
    parts = { back, on, begin, step, title, where, given, body, check, note, none, work, all };
    root.append(none, all, work.element);
    // The last step, which is shown otherwise, mostly stands still.
    if (lab.get("step") === undefined) lab.set({ step: "0" }, { replace: true });
  },
  update(next) {
    ctx = next;
    parts.none.hidden = !ctx.state.network;
    parts.all.hidden = ctx.state.network;
    if (!ctx.race) {
      parts.work.on(null);
      return;
    }
    const step = Math.min(ctx.view.step + 1, last());
    parts.back.disabled = parts.begin.disabled = ctx.view.step <= 0;
    parts.on.disabled = ctx.view.step >= last();
    if (document.activeElement !== parts.step) parts.step.value = String(step);
    const subject = `${ctx.numbers} ${ctx.view.sel} ${step} ${ctx.view.step}`;
    parts.work.on(subject, ({ going }) => show(going, ctx.view.sel, step), 0);
    draw();
  },
};

/** The last step of the run looked at. */
const last = () => ctx.race.value.runs[ctx.view.sel].steps;

async function show(going, run, step) {
  arrows = [];
  const { value } = await lab.ask("inspect", { run, step, channel: "inspect" }, ctx.query);
  if (!going()) return;
  const { label } = ctx.race.value.runs[run];
  const flat = ctx.state.dim === 1;
  const at = (p) => (flat ? p.x : `${p.x}, ${p.y}`);
  parts.title.textContent = `${label}, step ${step}`;
  parts.where.textContent = `From ${at(value.before)} to ${at(value.after)}.`;
  const atEnd = ctx.view.step >= step;
  parts.note.textContent = [value.note, atEnd ? "The run ends behind this step. Go one back to see its arrows on the picture." : ""].filter(Boolean).join(" ");
  parts.check.textContent = `The parameters p are those that the optimizer of package optim has, ${agreement(value.check)}.`;
  parts.given.replaceChildren(...value.given.filter((g) => g.values?.length).map((g) =>
    h("span", { class: "fact", title: g.source }, math(g.symbol), " ", h("b", {}, g.values.join(", ")), h("span", { class: "hidden" }, ` ${g.source}`))));
  parts.body.replaceChildren(...value.lines.map(row));
  lit = "";
  arrows = atEnd ? [] : value.lines.filter((l) => l.arrow && l.values.length === 2).map((l) => ({ kind: l.arrow, x: Number(l.values[0]), y: Number(l.values[1]) }));
  draw(true);
}

const agreement = (ulps) => (Number(ulps) === 0 ? "to the last bit" : `but for ${ulps} units in the last place`);

/** A term: its formula, its values, what it is, and its arrow. */
function row({ symbol, formula, values, about, arrow }) {
  const sign = arrow ? h("span", { class: "sign" }, "") : null;
  if (sign) sign.innerHTML = `<svg width="24" height="10" aria-hidden="true"><path d="M1 5h16M14 1l7 4-7 4z" fill="${palette().arrows[arrow]}" stroke="${palette().arrows[arrow]}" stroke-width="2"/></svg>`;
  const light = (kind) => () => {
    lit = kind;
    draw(true);
  };
  const more = arrow
    ? { class: "arrow", tabIndex: 0, "data-arrow": arrow, onmouseenter: light(arrow), onmouseleave: light(""), onfocus: light(arrow), onblur: light("") }
    : {};
  return h("tr", more,
    h("th", { scope: "row" }, h("div", { class: "formula" }, math(formula || symbol)), h("div", { class: "soft" }, sign, about)),
    h("td", { class: "number" }, values.map((v) => h("div", {}, v))));
}

let drawn = "";

/** Puts the arrows on the picture. */
function draw(anew = false) {
  const shown = arrows.filter((a) => !lit || a.kind === lit);
  lab.overlay = { arrows: shown };
  const now = JSON.stringify(shown);
  if (anew && now !== drawn) lab.redraw();
  drawn = now;
}

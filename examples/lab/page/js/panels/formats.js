// Formats: a run that keeps state or parameters in 16 or 8 bits beside the same run in float32, where
// they part, and what becomes of numbers that each step rounds to the nearest one.

import { arg, withArg } from "lab/call.js";
import { h } from "lab/dom.js";
import { createField } from "lab/fields.js";
import { lineChart } from "lab/charts.js";
import { palette, runStyle } from "lab/colors.js";
import { runTexts } from "lab/runs.js";
import { createOption } from "lab/schedule.js";
import { button, emptiness, lossesOf, part } from "lab/panels/parts.js";
import { createWork } from "lab/panels/work.js";

const versions = ["in its formats", "in float32", "rounded to nearest"];
const dashes = [[], [9, 4], [2, 4]];
const axes = ["x", "y"];

let lab;
let ctx;
let parts;
let found = null; // the last answer, of the run that it has with it
let chosen = ""; // the number that is shown: that of its vector, and of its element

const charts = {}; // by their names, made when there is something to show

export const panel = {
  id: "formats",
  title: "Formats",
  mount(root, of) {
    lab = of;
    const call = { id: "formats", value: text, set: setRun };
    const options = ["State", "Params", "RoundingSeed"].map((name) => createOption(lab.catalog.common.find((o) => o.name === name), call, []));
    const other = button("formats-next-seed", "Other random bits", () =>
      setRun(withArg(text(), "RoundingSeed", String(BigInt.asUintN(64, BigInt(arg(text(), "RoundingSeed") || "0") + 1n)))));
    const none = emptiness(h("p", { id: "formats-none" }));
    const beside = button("formats-beside", "Train it in float32 beside", trainBeside);
    const title = h("h3", { id: "formats-title" });
    const body = h("tbody", { id: "formats-versions" });
    const head = ["", "bytes of state", "bytes of parameters", "differs from", "loss 1 % apart from", "final loss", "note"];
    const table = h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "The versions of the run" },
      h("table", {}, h("caption", { class: "hidden" }, "The versions of the run"),
        h("thead", {}, h("tr", {}, head.map((name, i) => h("th", { scope: "col", class: i > 0 && i < 6 ? "number" : null }, name)))), body));
    const place = (id) => h("div", { id });
    const [losses, away, kept] = ["formats-losses", "formats-away", "formats-kept"].map(place);
    const choice = createField({ id: "formats-number", label: "Number", kind: "word", words: [], value: () => chosen, set: (value) => {
      chosen = value;
      showKept();
    } });
    const work = createWork(root, "formats", "Versions");
    const all = h("div", {},
      title, table,
      h("div", { class: "halves" }, losses, away),
      part("One number that it keeps",
        h("p", { class: "soft" }, "Rounded to nearest, a change of less than half the last place is lost, in each step anew. Rounded at random, up as often as it is near to the upper neighbour, it is right on average."),
        choice.element, kept));
    parts = { options, other, none, beside, title, body, losses, away, kept, choice, work, all };
    root.append(h("div", { class: "fields" }, options.map((o) => o.element)), h("div", { class: "row" }, other, beside), none, all, work.element);
  },
  update(next) {
    ctx = next;
    const problems = ctx.problems.filter((p) => p.key === "run" && text().includes(p.text));
    for (const o of parts.options) o.update({ ...ctx, problems }, new Set());
    const why = reason();
    parts.none.hidden = !why;
    parts.none.firstElementChild.textContent = why;
    parts.beside.hidden = !ctx.state.network || !coded();
    const subject = `${ctx.numbers} ${ctx.view.sel}`;
    parts.all.hidden = Boolean(why) || found?.subject !== subject;
    parts.work.on(why || !ctx.race ? null : subject, ({ going }) => compare(going, subject));
    if (found?.subject === subject && !why) show();
  },
};

/** The text of the run looked at. */
const text = () => runTexts(ctx, lab)[ctx.view.sel] ?? "";

const setRun = (to, options) => lab.set({ run: runTexts(ctx, lab).with(ctx.view.sel, to) }, options);

/** The options of the run looked at that are formats, but for those that cannot be. */
const formatOf = (name) => ctx.state.runs[ctx.view.sel]?.options.find((o) => o.name === name)?.text ?? "float32";

const coded = () => formatOf("State") !== "float32" || formatOf("Params") !== "float32";

/** Why there is nothing to compare. */
function reason() {
  if (ctx.state.network) {
    return coded() ? "The network's panel shows how this run trains, and the same run in float32 beside it."
      : "The formats of a network's runs are chosen here, too. Choose one, and train the same run in float32 beside it.";
  }
  if (ctx.state.keys.type.text === "f64") return "The formats are those of float32, and the numbers of this race are float64.";
  return coded() ? "" : "This run keeps everything in float32. Choose another format of its state, or of its parameters.";
}

/** Adds the run in float32, and shows how a network trains by both. */
function trainBeside() {
  const twin = ["State", "Params", "RoundingSeed"].reduce((t, name) => withArg(t, name, null), text());
  const texts = runTexts(ctx, lab);
  lab.set({ run: texts.includes(twin) ? texts : [...texts, twin], tab: null });
}

async function compare(going, subject) {
  const { value, arrays } = await lab.ask("formats", { run: ctx.view.sel, channel: "formats" }, ctx.query);
  if (!going()) return;
  found = { subject, value, arrays };
  lab.redraw();
}

function show() {
  const { value } = found;
  parts.all.hidden = false;
  parts.title.textContent = ctx.race.value.runs[ctx.view.sel].label;
  const at = (step) => (step < 0 ? "–" : `step ${step}`);
  parts.body.replaceChildren(...value.versions.map((v, i) => h("tr", {}, h("th", { scope: "row" }, versions[i]),
    [v.state, v.params, i === 1 ? "" : at(v.differ), i === 1 ? "" : at(v.apart), v.final].map((cell) => h("td", { class: "number" }, String(cell))),
    h("td", {}, v.note))));
  const losses = lossesOf(ctx);
  draw("losses", { title: losses.title, x: "step", log: losses.log, series: series((i) => losses.of(found.arrays[`loss/${i}`])) });
  draw("away", { title: "Distance from the path in float32", x: "step", log: true, series: series((i) => found.arrays[`away/${i}`]).filter((_, i) => i !== 1) });
  showChoice();
  showKept();
}

/** A line for each version. */
const series = (of) => versions.map((label, i) => ({ label, values: of(i), style: { color: i === 1 ? palette().muted : runStyle(ctx.view.sel).color, dash: dashes[i] } }));

function draw(name, content) {
  const onCursor = (step) => lab.set({ step: String(step) });
  const chart = { height: 200, cursor: ctx.view.step, onCursor, ...content };
  if (charts[name]) charts[name].update(chart);
  else charts[name] = lineChart(parts[name], chart);
}

/** The numbers that a run keeps: its parameters, and the elements of the rule's vectors. */
function showChoice() {
  const words = found.value.vectors.flatMap(({ name, len }, v) => Array.from({ length: len }, (_, e) => {
    const axis = len === ctx.state.dim ? axes[e] : "all";
    return [`${v}/${e}`, v === 0 ? axis : `${name} of ${axis}`];
  }));
  const select = parts.choice.element.querySelector("select");
  const now = JSON.stringify(words);
  if (select.dataset.now !== now) {
    select.dataset.now = now;
    select.replaceChildren(...words.map(([value, title]) => h("option", { value }, title)));
  }
  if (!words.some(([value]) => value === chosen)) chosen = words[words.length > ctx.state.dim && formatOf("State") !== "float32" ? words.length - ctx.state.dim : 0][0];
  parts.choice.update(ctx, new Set());
}

function showKept() {
  const values = series((i) => found.arrays[`kept/${i}/${chosen}`]);
  const title = parts.choice.element.querySelector("select").selectedOptions[0].textContent;
  draw("kept", { title, x: "step", log: !found.value.vectors[chosen.split("/")[0]].signed, series: values });
}

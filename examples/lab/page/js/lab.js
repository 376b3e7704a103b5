// The page's start, and the way of a change: the text changes, the engine answers what the
// experiment is and how its runs go, and all that is shown is updated.

import { ask, Dropped } from "lab/engine.js";
import * as state from "lab/state.js";
import { createTabs } from "lab/tabs.js";
import { connectBar } from "lab/bar.js";

/**
 * What parts of the page get.
 * @typedef {object} Lab
 * @property {typeof ask} ask
 * @property {() => string} query
 * @property {(key: string) => string|undefined} get
 * @property {(key: string) => string[]} all
 * @property {typeof state.set} set
 * @property {typeof state.go} go
 * @property {object} catalog the engine's answer to "catalog"
 * @property {(text: string) => void} say a result, to those who do not see
 * @property {(err: Error) => void} fail shows what went wrong
 */

/**
 * What is to be shown.
 * @typedef {object} Context
 * @property {string} query the whole text
 * @property {string} numbers the part of it that the runs depend on
 * @property {object} state the engine's answer to "state"
 * @property {{key: string, text: string, message: string}[]} problems of the text
 * @property {import("lab/engine.js").Answer|null} surface null for a network
 * @property {import("lab/engine.js").Answer|null} race null for a network
 * @property {View} view
 */

/**
 * The part of the experiment that changes no number.
 * @typedef {{tab: string, step: number, sel: number, axis: string, three: boolean, embed: boolean}} View
 */

/** Keys that change no number of a run. */
const viewKeys = ["tab", "step", "sel", "box", "axis", "three", "embed", "theme", "map", "slice", "lens", "fan"];

const live = document.getElementById("live");
const notice = document.getElementById("notice");

/** @type {Lab} */
export const lab = {
  ask,
  query: state.query,
  get: state.get,
  all: state.all,
  set: state.set,
  go: state.go,
  catalog: null,
  say(text) {
    live.textContent = text;
  },
  fail(err) {
    if (err instanceof Dropped) return;
    notice.textContent = err.message;
    notice.hidden = false;
  },
};

/** @type {Context} */
const ctx = { query: "", numbers: null, state: null, problems: [], surface: null, race: null, view: null };
const parts = [];

async function boot() {
  lab.catalog = (await ask("catalog")).value;
  document.getElementById("loading").remove();
  parts.push(connectBar(lab), createTabs(document.getElementById("tabs"), document.getElementById("panel-bodies"), lab));
  state.onChange(refresh);
  await refresh();
}

let working = false;
let stale = false;

/** Brings the page up to the text, again if the text changes meanwhile. */
async function refresh() {
  stale = true;
  if (working) return;
  working = true;
  while (stale) {
    stale = false;
    try {
      await follow(state.query());
      notice.hidden = true;
    } catch (err) {
      lab.fail(err);
    }
  }
  working = false;
}

async function follow(query) {
  const numbers = state.without(query, viewKeys);
  const [before, ground] = [ctx.numbers, groundOf(ctx.query)];
  ctx.query = query;
  ctx.view = viewOf();
  if (numbers === before && groundOf(query) === ground) return show();

  const answer = (await ask("state", {}, query)).value;
  ctx.state = answer.state;
  ctx.problems = answer.problems ?? [];
  if (ctx.problems.length === 0 && state.query() === query) {
    state.settle(answer.query);
    query = answer.query;
  }
  ctx.query = query;
  ctx.numbers = state.without(query, viewKeys);
  if (ctx.state.network) {
    ctx.surface = ctx.race = null;
    return show();
  }
  const race = ctx.race && ctx.numbers === before ? ctx.race : raceOf(query);
  const surface = ctx.surface && groundOf(query) === ground ? ctx.surface : ask("surface", { width: 240, height: 240 }, query);
  [ctx.surface, ctx.race] = await Promise.all([surface, race]);
  show();
}

/** The runs, tuned first if each is to run at its best rate. */
async function raceOf(query) {
  if (state.valueIn(query, "rates") === "best") {
    for (;;) {
      const { done, total } = (await ask("tune", {}, query)).value;
      lab.say(`tuning, ${done} of ${total}`);
      if (done >= total || state.query() !== query) break;
    }
  }
  return ask("race", {}, query);
}

/** What the surface depends on. */
const groundOf = (query) => [state.valueIn(query, "f"), state.valueIn(query, "box"), state.valueIn(query, "seed")].join();

function viewOf() {
  const whole = (key) => Math.max(0, Number.parseInt(state.get(key) ?? "0", 10) || 0);
  return {
    tab: state.get("tab") ?? "race",
    step: whole("step"),
    sel: whole("sel"),
    axis: state.get("axis") ?? "log",
    three: state.get("three") === "1",
    embed: state.get("embed") === "1",
  };
}

const darkSystem = matchMedia("(prefers-color-scheme: dark)");
darkSystem.addEventListener("change", show);
const themeOf = (chosen) => (chosen === "light" || chosen === "dark" ? chosen : darkSystem.matches ? "dark" : "light");

function show() {
  if (!ctx.state) return;
  document.documentElement.dataset.theme = themeOf(state.get("theme"));
  document.documentElement.classList.toggle("embed", ctx.view.embed);
  for (const part of parts) part.update(ctx);
}

boot().catch(lab.fail);

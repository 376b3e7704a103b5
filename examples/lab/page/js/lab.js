// The page's start, and the way of a change: the text changes, the engine answers what the
// experiment is and how its runs go, and all that is shown is updated.

import { ask, Dropped } from "lab/engine.js";
import * as state from "lab/state.js";
import { createControls } from "lab/controls.js";
import { createStage } from "lab/stage.js";
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
 * @property {{arrows: object[], veiled?: boolean}} overlay what the panel that is shown adds to the picture, or veils
 * @property {{still: (step: number) => Promise<HTMLCanvasElement>, svg: () => string, play: () => void}} stage the picture, to take away or to set going
 * @property {() => void} redraw shows again what has changed without a change of the text
 * @property {(text: string) => void} say a result, to those who do not see
 * @property {(err: Error) => void} fail shows what went wrong
 */

/**
 * What is to be shown.
 * @typedef {object} Context
 * @property {string} query the whole text
 * @property {string} numbers the part of its canonical form that the runs depend on
 * @property {string} ground the part that the surface depends on
 * @property {object} state the engine's answer to "state"
 * @property {{key: string, text: string, message: string}[]} problems of the text
 * @property {import("lab/engine.js").Answer|null} surface null for a network
 * @property {import("lab/engine.js").Answer|null} race null for a network
 * @property {{limit: string, formula: string, about: string, above: boolean}[]} [limits] the highest stable rate of each run
 * @property {boolean} rated whether each run has its best rate
 * @property {View} view
 */

/**
 * The part of the experiment that changes no number.
 * @typedef {{tab: string, step: number, sel: number, axis: string, three: boolean, embed: boolean}} View
 */

const live = document.getElementById("live");
const notice = document.getElementById("notice");

let saying = 0;

/** @type {Lab} */
export const lab = {
  ask,
  query: state.query,
  get: state.get,
  all: state.all,
  set: state.set,
  go: state.go,
  catalog: null,
  overlay: { arrows: [] },
  stage: null,
  redraw: () => show(),
  say(text) {
    clearTimeout(saying);
    saying = setTimeout(() => (live.textContent = text), 500); // not each moment of a drag
  },
  fail(err) {
    if (err instanceof Dropped) return;
    notice.textContent = err.message;
    notice.hidden = false;
  },
};

/** @type {Context} */
const ctx = { query: "", numbers: null, ground: null, state: null, problems: [], surface: null, race: null, rated: false, view: null };
const parts = [];

async function boot() {
  lab.catalog = (await ask("catalog")).value;
  document.getElementById("loading").remove();
  parts.push(
    connectBar(lab),
    createStage(document.getElementById("stage"), lab),
    createControls(document.getElementById("controls"), lab),
    createTabs(document.getElementById("tabs"), document.getElementById("panel-bodies"), lab),
  );
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
  if (ctx.state && state.without(query, ["step"]) === state.without(ctx.query, ["step"])) {
    ctx.query = query;
    return show({ step: true });
  }
  const answer = (await ask("state", {}, query)).value;
  const problems = answer.problems ?? [];
  if (problems.length === 0 && state.query() === query) {
    state.settle(answer.query);
    query = answer.query;
  }
  const numbers = state.numbersOf(answer.query);
  const ground = ["f", "box", "seed"].map((key) => state.valueIn(answer.query, key)).join();
  const next = { query, numbers, ground, problems, state: answer.state, surface: null, race: null, limits: null };
  if (!answer.state.network) {
    [next.surface, next.race] = await Promise.all([
      ground === ctx.ground ? ctx.surface : ask("surface", { width: 240, height: 240 }, query),
      numbers === ctx.numbers ? ctx.race : raceOf(query),
    ]);
  }
  Object.assign(ctx, next);
  show();
}

/** The runs, tuned first if each is to run at its best rate. */
async function raceOf(query) {
  if (state.valueIn(query, "rates") === "best") {
    for (;;) {
      const { done, total } = (await ask("tune", {}, query)).value;
      for (const part of parts) part.tuned?.(done, total);
      if (done >= total) break;
      if (state.query() !== query) throw new Dropped();
    }
  }
  return ask("race", {}, query);
}

function viewOf() {
  const last = ctx.race?.value.steps ?? Number(ctx.state.keys.steps.text);
  const whole = (key, usual, most) => {
    const v = Number.parseInt(state.get(key) ?? "", 10);
    return v >= 0 ? Math.min(v, most) : usual;
  };
  return {
    tab: state.get("tab") ?? (ctx.state.network ? "network" : "race"),
    step: whole("step", last, last),
    sel: whole("sel", 0, Math.max(0, (ctx.race?.value.runs ?? ctx.state.runs).length - 1)),
    axis: state.get("axis") ?? "log",
    three: state.get("three") === "1",
    embed: state.get("embed") === "1",
  };
}

const darkSystem = matchMedia("(prefers-color-scheme: dark)");
darkSystem.addEventListener("change", () => show());
const themeOf = (chosen) => (chosen === "light" || chosen === "dark" ? chosen : darkSystem.matches ? "dark" : "light");

/** Updates all parts, or those that the step is shown in. */
function show({ step = false } = {}) {
  if (!ctx.state) return;
  ctx.view = viewOf();
  ctx.rated = state.get("rates") === "best";
  document.documentElement.dataset.theme = themeOf(state.get("theme"));
  document.documentElement.classList.toggle("embed", ctx.view.embed);
  document.documentElement.classList.toggle("network", ctx.state.network);
  clearTimeout(resting);
  resting = setTimeout(() => followLimits().catch(lab.fail), 150);
  for (const part of parts) if (!step || !part.still) part.update(ctx);
  document.documentElement.classList.toggle("guessing", Boolean(lab.overlay.veiled));
}

let resting = 0;

/** The stable rates where the runs are, once the step rests. */
async function followLimits() {
  const { race, view } = ctx;
  if (!race) return;
  const { limits } = (await ask("limits", { channel: "limits", step: view.step }, ctx.query)).value;
  if (race !== ctx.race || view.step !== ctx.view.step) return;
  ctx.limits = limits;
  for (const part of parts) part.limits?.(ctx);
}

boot().catch(lab.fail);

// The experiment is the text after # in the page's address, and nothing else: a link is the
// whole state, and back undoes. Values stay text; the engine alone reads numbers.

/** Keys that change no number of a run. */
const viewKeys = ["tab", "step", "sel", "box", "axis", "three", "embed", "theme", "map", "slice", "lens", "fan", "lesson", "guess"];

const listeners = [];
let text = fragment();
let place = history.state?.place ?? 0; // of the present entry, counted from where the page was opened
let last = place; // of the newest entry
let loose = {}; // values before a series of changes that is not an entry yet, by their keys
let writing = 0; // timer of a change that the address does not show yet

/** The experiment's whole text. */
export function query() {
  return text;
}

/** The value of a key as it stands in the text, or undefined. @returns {any} */
export function get(key) {
  return all(key)[0];
}

/** All values of a key, in order. @returns {string[]} */
export function all(key) {
  return pairs(text).filter(([k]) => k === key).map(([, v]) => v);
}

/** get for a text that need not be the present one. */
export function valueIn(text, key) {
  return pairs(text).find(([k]) => k === key)?.[1];
}

/** The part of a canonical text that the runs' numbers depend on. */
export function numbersOf(text) {
  return without(text, viewKeys);
}

/** A text without some keys. */
export function without(text, keys) {
  return change(text, Object.fromEntries(keys.map((key) => [key, null])));
}

/**
 * Changes values: text, null to remove, or a list for a key that may stand more than once.
 * The change is an entry of the browser's history, unless it is one of a series of which the
 * last one will be, as while something is dragged: replace. Undo then takes back the series.
 */
export function set(changes, { replace = false } = {}) {
  if (replace) {
    for (const key in changes) loose[key] ??= all(key);
    become(change(text, changes));
    write();
    return;
  }
  const series = Object.entries(loose).filter(([key]) => key in changes);
  go(change(text, changes), change(text, Object.fromEntries(series)));
}

/** Makes a text the experiment. Undo brings back another one, by default the present one. */
export function go(to, back = text) {
  if (to === back) return;
  put(back);
  loose = {};
  history.pushState({ place: (last = ++place) }, "", "#" + to);
  text = to;
  tell(); // also where a series has made it the text already: now it can be undone
}

/** The text with some values changed. */
export function change(text, changes) {
  const left = new Map(Object.entries(changes).map(([k, v]) => [k, v === null ? [] : [v].flat()]));
  const out = [];
  for (const [key, value] of pairs(text)) {
    if (!(key in changes)) out.push([key, value]);
    for (const v of left.get(key) ?? []) out.push([key, v]);
    left.delete(key);
  }
  for (const [key, values] of left) for (const v of values) out.push([key, v]);
  return out.map(([k, v]) => `${encode(k)}=${encode(v)}`).join("&");
}

/** Gives the text its canonical form. No listener hears of it. */
export function settle(canonical) {
  if (canonical === text) return;
  text = canonical;
  write();
}

// Browsers refuse more than some 100 changes of an address in 30 seconds.
function write() {
  writing ||= setTimeout(() => put(text), 400);
}

function put(shown) {
  clearTimeout(writing);
  writing = 0;
  history.replaceState({ place }, "", "#" + shown);
}

/** Calls a function after each change. */
export function onChange(listener) {
  listeners.push(listener);
}

function become(to) {
  if (to === text) return;
  text = to;
  tell();
}

function tell() {
  for (const listener of listeners) listener();
}

export const canUndo = () => place > 0;
export const canRedo = () => place < last;

function moved() {
  clearTimeout(writing);
  writing = 0;
  const here = history.state?.place;
  if (here === undefined) {
    // A text that somebody typed into the address is a new entry.
    history.replaceState({ place: (last = ++place) }, "");
  } else {
    place = here;
    last = Math.max(last, place);
  }
  loose = {};
  become(fragment());
}

if (history.state?.place === undefined) history.replaceState({ place }, "");
addEventListener("popstate", moved);

function fragment() {
  return location.hash.slice(1);
}

function pairs(text) {
  return text.split("&").filter(Boolean).map((part) => {
    const at = part.indexOf("=");
    return at < 0 ? [decode(part), ""] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
  });
}

function decode(s) {
  try {
    return decodeURIComponent(s);
  } catch {
    return s; // the engine says what is wrong with it
  }
}

function encode(s) {
  return s.replace(/[^A-Za-z0-9\-._~()=,:+*!]/gu, (c) => [...new TextEncoder().encode(c)].map((b) => "%" + b.toString(16).toUpperCase().padStart(2, "0")).join(""));
}

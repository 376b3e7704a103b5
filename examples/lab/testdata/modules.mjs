// The page's modules as far as they need no browser.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import vm from "node:vm";

// All are modules without mistakes of syntax.
const modules = readdirSync("node_modules", { recursive: true }).filter((name) => name.endsWith(".js"));
assert.ok(modules.length > 20);
for (const name of modules) new vm.SourceTextModule(readFileSync(`node_modules/${name}`, "utf8"), { identifier: name });
new vm.Script(readFileSync("worker.js", "utf8"), { filename: "worker.js" });

// A browser's history, as far as state.js uses it.
const entries = [{ state: null, hash: "#f=saddle&step=3" }];
let at = 0;
let moved = () => {};
globalThis.location = { get hash() { return entries[at].hash; } };
globalThis.history = {
  get state() { return entries[at].state; },
  pushState(state, _, hash) {
    entries.splice(++at, Infinity, { state, hash });
  },
  replaceState(state, _, hash = entries[at].hash) {
    entries[at] = { state, hash };
  },
};
globalThis.addEventListener = (name, f) => {
  if (name === "popstate") moved = f;
};
const walk = (by) => {
  at += by;
  moved();
};

const state = await import("lab/state.js");
const call = await import("lab/call.js");
const { placeText } = await import("lab/rate.js");
const { decode } = await import("lab/engine.js");

// The text.
assert.equal(state.query(), "f=saddle&step=3");
assert.equal(state.get("f"), "saddle");
assert.equal(state.get("at"), undefined);
assert.equal(state.change("run=a&x=1&run=b", { run: ["c", "d", "e"] }), "run=c&run=d&run=e&x=1");
assert.equal(state.change("run=a&x=1", { x: null, y: "2 &3=é" }), "run=a&y=2%20%263=%C3%A9");
assert.equal(state.valueIn("a=1%2C2", "a"), "1,2");
assert.equal(state.without("a=1&step=2&b=3", ["step", "b"]), "a=1");

// Undo and redo.
let told = 0;
state.onChange(() => told++);
state.set({ steps: "9" });
state.set({ steps: "10" });
assert.deepEqual([state.get("steps"), at, told, state.canUndo(), state.canRedo()], ["10", 2, 2, true, false]);
walk(-1);
assert.deepEqual([state.get("steps"), told, state.canUndo(), state.canRedo()], ["9", 3, true, true]);
walk(-1);
assert.deepEqual([state.get("steps"), state.canUndo()], [undefined, false]);
walk(1);

// A drag is one entry, and what else was changed without one stays when it is taken back.
for (const x of ["1", "2", "3"]) state.set({ at: x }, { replace: true });
state.set({ step: "7" }, { replace: true });
state.set({ at: "3" });
assert.deepEqual([state.get("at"), entries.length], ["3", 3]);
walk(-1);
assert.deepEqual([state.get("at"), state.get("step"), state.get("steps")], [undefined, "7", "9"]);
walk(1);
assert.equal(state.get("at"), "3");

// The canonical form replaces the text without a word.
told = 0;
state.settle("f=saddle");
assert.deepEqual([state.query(), told], ["f=saddle", 0]);
state.set({ f: "saddle" });
assert.equal(told, 0);

// A typed address is a new entry.
entries.splice(++at, Infinity, { state: null, hash: "#f=cliff" });
moved();
assert.deepEqual([state.get("f"), state.canUndo(), told], ["cliff", true, 1]);

// Calls.
const text = "SGD(LR=0.1,Schedule=Warmup(Steps=5,Then=Sequence(Schedules=(Constant,Cosine(TMax=3)),Milestones=(7))))";
assert.equal(call.write(call.read(text)), text);
assert.equal(call.arg(text, "lr"), "0.1");
assert.equal(call.arg(text, "Steps"), undefined);
assert.equal(call.withArg("SGD(LR=0.1)", "LR", null), "SGD");
assert.equal(call.withArg("SGD", "LR", "2"), "SGD(LR=2)");
assert.equal(call.withArg("SGD(LR=1,Maximize=1)", "lr", "2"), "SGD(lr=2,Maximize=1)");
assert.deepEqual(call.elements("(a,b(c,d),(e,f))"), ["a", "b(c,d)", "(e,f)"]);
assert.deepEqual(call.elements(""), []);
for (const broken of ["", "SGD(", "SGD(LR=0.1", "(((", "SGD)LR=2(", "a=b", "SGD(=)"]) call.withArg(broken, "LR", "1");

// The rate's places are decimal text, each the nearest to its power of ten, and grow.
let before = 0;
for (let i = 0; i <= 80; i++) {
  const place = placeText(i);
  assert.match(place, /^(0|[1-9]\d*)(\.\d*[1-9])?$/);
  const ratio = Number(place) / before;
  assert.ok(i === 0 || (ratio > 1.2 && ratio < 1.4), `${place} after ${before}`);
  before = Number(place);
}
assert.deepEqual([0, 1, 40, 43, 60, 62, 80].map(placeText), ["0.000001", "0.00000125", "0.01", "0.02", "1", "1.6", "100"]);

// Replies.
const header = new TextEncoder().encode('{"value":{"a":1},"arrays":[{"name":"x","type":"f32","length":3},{"name":"y","type":"f64","length":1}]}'.padEnd(104));
const buffer = new ArrayBuffer(8 + 104 + 16 + 8);
const view = new DataView(buffer);
view.setBigUint64(0, 104n, true);
new Uint8Array(buffer).set(header, 8);
[1, 2, 3].forEach((v, i) => view.setFloat32(112 + 4 * i, v, true));
view.setFloat64(128, 0.1, true);
const reply = decode(buffer);
assert.deepEqual([reply.value, [...reply.arrays.x], [...reply.arrays.y]], [{ a: 1 }, [1, 2, 3], [0.1]]);

process.exit(); // though the address waits to be written

// Tests of the panels' work, for node.

import assert from "node:assert/strict";

globalThis.location = { hash: "" };
globalThis.history = { state: null, replaceState() {} };
globalThis.addEventListener = () => {};
globalThis.document = {
  createElement: () => ({ setAttribute(name, value) { this[name] = value === "" || value; }, append() {} }),
};

const { Dropped } = await import("lab/engine.js");
const { createWork } = await import("lab/panels/work.js");

const rest = (ms = 5) => new Promise((done) => setTimeout(done, ms));

/** A work of a panel, with the parts that it shows. */
function make() {
  const parts = [];
  const create = document.createElement;
  document.createElement = (tag) => {
    parts.push({ ...create(), tag });
    return parts.at(-1);
  };
  const panel = { hidden: false };
  const work = createWork(panel, "x", "Work");
  document.createElement = create;
  return { panel, work, bar: parts.find((p) => p.tag === "progress"), message: parts.find((p) => p.tag === "p") };
}

const tests = {
  async "begins once for a subject"() {
    const { work } = make();
    const begun = [];
    const task = (name) => async () => void begun.push(name);
    work.on("a", task("a"), 0);
    work.on("a", task("a again"), 0);
    await rest();
    work.on("a", task("a later"), 0);
    await rest();
    work.on("b", task("b"), 0);
    await rest();
    work.on(null, task("none"), 0);
    await rest();
    assert.deepEqual(begun, ["a", "b"]);
  },

  async "waits for rest"() {
    const { work } = make();
    const begun = [];
    for (const name of ["a", "b", "c", "b"]) work.on(name, async () => void begun.push(name), 20);
    await rest(60);
    assert.deepEqual(begun, ["b"]);
  },

  async "ends when it is about something else"() {
    const { work } = make();
    let pieces = 0;
    const task = async ({ going }) => {
      while (going() && pieces < 1000) {
        pieces++;
        await rest(1);
      }
    };
    work.on("a", task, 0);
    await rest(20);
    work.on(null);
    const before = pieces;
    await rest(20);
    assert.ok(before > 0 && before < 1000);
    assert.ok(pieces <= before + 1, `${pieces} pieces after ${before}`);
  },

  async "is not two at once when a subject comes back"() {
    const { work } = make();
    let ended = 0;
    const task = async ({ going }) => {
      for (let i = 0; going() && i < 30; i++) await rest(1);
      ended++;
    };
    work.on("a", task, 0);
    await rest(10);
    work.on("b");
    work.on("a", task, 0);
    await rest(15);
    assert.equal(ended, 1);
    work.on(null);
  },

  async "ends while the panel is hidden, and begins again"() {
    const { work, panel } = make();
    let begun = 0;
    let pieces = 0;
    const task = async ({ going }) => {
      begun++;
      while (going() && pieces < 1000) {
        pieces++;
        await rest(1);
      }
    };
    work.on("a", task, 0);
    await rest(20);
    panel.hidden = true;
    await rest(20);
    const before = pieces;
    await rest(20);
    assert.equal(pieces, before);
    panel.hidden = false;
    work.on("a", task, 0);
    await rest(20);
    work.on(null);
    assert.equal(begun, 2);
    assert.ok(pieces > before);
  },

  async "shows how far it is"() {
    const { work, bar } = make();
    let shown;
    work.on("a", async ({ progress }) => {
      progress(3, 8);
      shown = [bar.hidden, bar.value, bar.max];
    }, 0);
    await rest();
    assert.deepEqual([shown, bar.hidden], [[false, 3, 8], true]);
  },

  async "says what went wrong, until the subject is another one"() {
    const { work, message } = make();
    work.on("a", async () => {
      throw new Error("run 3 of 2\nat engine");
    }, 0);
    await rest();
    assert.deepEqual([message.hidden, message.textContent], [false, "Run 3 of 2."]);
    work.on("b", async () => {
      throw new Dropped();
    }, 0);
    await rest();
    assert.equal(message.hidden, true);
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
  } catch (err) {
    failed++;
    console.log(`${name}: ${err.message}`);
  }
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

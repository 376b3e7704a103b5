// The engine, a Go program in a worker, answers questions. One is asked at a time, so that
// what has become stale can be dropped before it costs anything.

import * as state from "lab/state.js";

/** @typedef {{value: any, arrays: Object<string, Float64Array|Float32Array>}} Answer */

/** Why a question got no answer: a newer one took its place. */
export class Dropped extends Error {
  constructor() {
    super("a newer question took its place");
  }
}

let worker = null; // null until it is ready
let starting = null;
let asked = null; // the question that the worker has
let next = 0;
const waiting = [];

/**
 * Asks the engine about an experiment. A question with args.channel takes the place of an older
 * one with the same channel that still waits, which is rejected with Dropped.
 * @returns {Promise<Answer>} rejected with the engine's own words
 */
export function ask(method, args = {}, query = state.query()) {
  const { channel, ...rest } = args;
  return new Promise((resolve, reject) => {
    if (channel !== undefined) {
      const old = waiting.findIndex((q) => q.channel === channel);
      if (old >= 0) waiting.splice(old, 1)[0].reject(new Dropped());
    }
    waiting.push({ id: next++, channel, method, query, args: JSON.stringify(rest), resolve, reject });
    pump();
  });
}

function pump() {
  if (asked || waiting.length === 0) return;
  if (!worker) {
    starting ??= start().catch((err) => {
      for (const q of waiting.splice(0)) q.reject(err);
      starting = null;
    });
    return;
  }
  asked = waiting.shift();
  const { id, method, query, args } = asked;
  worker.postMessage({ id, method, query, args });
}

async function start() {
  const { script, wasm } = await source();
  const fresh = new Worker(script);
  await new Promise((resolve, reject) => {
    fresh.onerror = (event) => reject(new Error(event.message || "the worker could not be loaded"));
    fresh.onmessage = ({ data }) => (data.ready ? resolve() : reject(new Error(data.failed)));
    fresh.postMessage({ wasm }, typeof wasm === "string" ? [] : [wasm.buffer]);
  });
  fresh.onmessage = ({ data }) => answer(data);
  fresh.onerror = (event) => answer({ failed: event.message });
  worker = fresh;
  starting = null;
  pump();
}

/** Where the worker and the engine are: files, or inside the page itself. */
async function source() {
  const inside = document.getElementById("lab-wasm");
  if (!inside) return { script: "worker.js", wasm: new URL("lab.wasm", document.baseURI).href };
  const [script, wasm] = await Promise.all([unpack("lab-worker"), unpack("lab-wasm")]);
  return { script: URL.createObjectURL(new Blob([script], { type: "text/javascript" })), wasm };
}

async function unpack(id) {
  const packed = Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function answer({ id, bytes, error, failed }) {
  const question = asked;
  asked = null;
  if (failed !== undefined) {
    // Whatever stopped the engine, the next question finds a new one.
    worker.terminate();
    worker = null;
    question?.reject(new Error(failed));
  } else if (question?.id === id) {
    try {
      if (error !== undefined) throw new Error(error);
      question.resolve(decode(bytes));
    } catch (err) {
      question.reject(err);
    }
  }
  pump();
}

/** Reads a reply as Reply.Encode of the engine writes it. */
export function decode(buffer) {
  const size = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
  if (header.error) throw new Error(header.error);
  const arrays = {};
  let at = 8 + size;
  for (const { name, type, length } of header.arrays ?? []) {
    const Type = type === "f64" ? Float64Array : Float32Array;
    arrays[name] = new Type(buffer, at, length);
    at += Math.ceil(arrays[name].byteLength / 8) * 8;
  }
  return { value: header.value, arrays };
}

// The worker runs the engine, so that the page answers the hand while the engine computes.
//
// The first message says where the engine is: {wasm}, an address or its bytes. The reply is
// {ready: true}. Each further message is a question {id, method, query, args}, text all three,
// and its reply {id, bytes}, or {id, error} if the engine is gone.
"use strict";

if (typeof Go === "undefined") importScripts("wasm_exec.js"); // the single file has it before this text

onmessage = async ({ data }) => {
  if (data.wasm !== undefined) {
    try {
      await start(data.wasm);
      postMessage({ ready: true });
    } catch (err) {
      postMessage({ failed: String(err) });
    }
    return;
  }
  try {
    const bytes = self.lab(data.method, data.query, data.args);
    postMessage({ id: data.id, bytes: bytes.buffer }, [bytes.buffer]);
  } catch (err) {
    postMessage({ id: data.id, error: String(err) });
  }
};

async function start(wasm) {
  const go = new Go();
  const { instance } = typeof wasm === "string" ? await load(wasm, go.importObject) : await WebAssembly.instantiate(wasm, go.importObject);
  go.run(instance).then(() => postMessage({ failed: "the engine has stopped" }));
}

// load compiles while it reads, except where a server calls the file by a wrong type.
async function load(url, imports) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  if (response.headers.get("Content-Type") === "application/wasm") return WebAssembly.instantiateStreaming(response, imports);
  return WebAssembly.instantiate(await response.arrayBuffer(), imports);
}

//go:build js && wasm

// Wasm is the engine as the lab's page runs it, in a worker of its own.
package main

import (
	"syscall/js"

	"github.com/seed63264101/steepest/examples/lab/engine"
)

// The global function lab answers a question: a method, an experiment and the arguments, all
// text. It returns the bytes of the reply.
func main() {
	e := engine.New()
	js.Global().Set("lab", js.FuncOf(func(_ js.Value, args []js.Value) any {
		b := e.Call(args[0].String(), args[1].String(), args[2].String()).Encode()
		bytes := js.Global().Get("Uint8Array").New(len(b))
		js.CopyBytesToJS(bytes, b)
		return bytes
	}))
	select {}
}

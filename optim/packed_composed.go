//go:build js

package optim

// In plain Go a fused kernel gives the same bits in the same time as the pieces of a step, and
// in a browser all that can be called has to be loaded first.
const fusing = false

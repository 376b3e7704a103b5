//go:build !js

package optim

// fusing says whether steps go by fused kernels where there are some, or all in pieces.
const fusing = true

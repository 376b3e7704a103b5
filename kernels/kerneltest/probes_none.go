//go:build purego || !(amd64 || arm64)

package kerneltest

import "github.com/seed63264101/steepest/kernels"

var (
	probes32 map[kernels.Level]map[string]probe[float32]
	probes64 map[kernels.Level]map[string]probe[float64]
)

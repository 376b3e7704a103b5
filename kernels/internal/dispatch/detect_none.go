//go:build purego || !(amd64 || arm64)

package dispatch

func detect() []Level { return nil }

func assembly(Level) (*Table[float32], *Table[float64]) { return nil, nil }

const halfWidth = false

func narrow(*Table[float32], *Table[float64]) {}
